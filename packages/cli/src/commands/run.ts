import { existsSync, renameSync } from 'node:fs';
import { basename, relative } from 'node:path';
import {
  createStudy,
  FettleError,
  type Logger,
  type Study,
  type StudyEvent,
  type StudyOptions,
  type TrialRecord,
} from '@fettle/core';
import { readSqliteStore } from '@fettle/core/store';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { conclusion } from '../run/conclusion.ts';
import { liveView } from '../run/live-view.ts';
import { writeReport } from '../run/report-file.ts';
import { onSignals } from '../run/signals.ts';
import { jsonView, type Level, plainView, type RunView } from '../run/view.ts';
import { driverOf } from '../study/driver.ts';
import { locateStudyFile, placeOf, type StudyPlace } from '../study/locate.ts';
import { parseDuration } from '../text/duration.ts';
import { backendType } from '../study-file/backend-type.ts';
import { loadStudy } from '../study-file/load.ts';

interface Options {
  readonly fresh?: boolean;
  readonly workers?: number;
  readonly trials?: number;
  readonly wallClock?: string;
  readonly plain?: boolean;
  readonly json?: boolean;
}

/**
 * `fettle run`: creates or continues a study. With `--json`: every event of the journal as a line `{ seq, at, type, body }`,
 * messages as `{ type: "log", level, message }`, and at the end `{ type: "result", status, reason, best, summary, folder }`.
 */
export async function execute([argument]: readonly [string | undefined], options: Options, io: Io): Promise<ExitCode> {
  const file = locateStudyFile(argument, io.cwd);
  const loaded = await loadStudy(file, {
    workers: options.workers,
    trials: options.trials,
    wallClock: wallClock(options.wallClock),
  });
  const place = placeOf(file, loaded.name);
  if (options.fresh === true && existsSync(place.folder))
    io.err(`Moved ${relative(io.cwd, place.folder)} to ${moveAside(place)}.`);
  io.outliveOutputs();
  const early: [Level, string][] = [];
  let view: RunView | undefined;
  const say = (level: Level, message: string): void => {
    if (view === undefined) early.push([level, message]);
    else view.log(level, message);
  };
  const study = await createStudy({ ...loaded, directory: place.folder, logger: logger(say) });
  view = chooseView(study, loaded, options, io);
  const shown = view;
  for (const [level, message] of early) shown.log(level, message);
  const deaf = study.on('*', (event) => shown.event(event));
  const unheard = onSignals({
    interrupt: (signal) => {
      shown.phase('interrupting');
      study.interrupt(`stopped by ${signal}`);
    },
    kill: (signal) => {
      shown.phase('killing');
      study.kill(`killed by ${signal}`);
    },
    leave: () => {
      shown.close();
      process.exit(EXIT.interrupted);
    },
  });
  try {
    for (const event of opening(place)) shown.event(event);
    shown.phase('running');
    let first: TrialRecord | undefined;
    const closed = study.on('study:closed', () => {
      first = firstTrial(study);
    });
    const result = await study.run();
    closed();
    shown.end(result, place.folder);
    shown.close();
    // The study is closed: from now on a signal ends the command, as it does any other.
    unheard();
    const report = await writeReport(place, (message) => io.err(message));
    if (options.json !== true) {
      io.out(conclusion({ result, place, options: loaded, first, report, argument, paint: io.paint, cwd: io.cwd }));
    }
    if (result.status === 'interrupted') return EXIT.interrupted;
    return result.best === undefined ? EXIT.noResult : EXIT.ok;
  } finally {
    shown.close();
    deaf();
    unheard();
    await study.close();
  }
}

function wallClock(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const milliseconds = parseDuration(text);
  if (milliseconds !== undefined) return milliseconds;
  throw new FettleError('usage', `--wall-clock takes a duration with its unit, not '${text}'.`, {
    remedy: "Write '90s', '10m' or '1h30m'.",
  });
}

function chooseView(study: Study, loaded: StudyOptions, options: Options, io: Io): RunView {
  if (options.json === true) return jsonView(io);
  const canDraw = io.stdout.isTTY && io.env['TERM'] !== 'dumb';
  if (!canDraw || options.plain === true) return plainView(study, io);
  return liveView(study, backendType(loaded), io);
}

/** What was committed before anybody could listen: that the study was created, if it was, and that this session was opened. */
function opening({ database }: StudyPlace): StudyEvent[] {
  const reader = readSqliteStore(database);
  try {
    const events = reader.studyEvents();
    const opened = events.findLastIndex(({ type }) => type === 'study:opened');
    return events.slice(events[opened - 1]?.type === 'study:created' ? opened - 1 : opened);
  } finally {
    reader.close();
  }
}

/** The trial that a person would compare with: the first one, which is the default configuration where one was given. */
function firstTrial({ reader }: Study): TrialRecord | undefined {
  return reader.trials({ limit: 1 })[0];
}

/**
 * Gives the folder of a study another name: `digits.1`, `digits.2` …
 * @returns the new name
 * @throws FettleError `store-locked` if a driver is at work in it
 */
function moveAside({ folder, database }: StudyPlace): string {
  if (existsSync(database)) {
    const driver = driverAtWork(database);
    if (driver !== undefined && driver.fate !== 'dead') {
      throw new FettleError('store-locked', `The study is being run by process ${driver.pid} on ${driver.host}.`, {
        remedy: 'Stop it first: fettle stop.',
      });
    }
  }
  let number = 1;
  while (existsSync(`${folder}.${number}`)) number += 1;
  renameSync(folder, `${folder}.${number}`);
  return basename(`${folder}.${number}`);
}

/** Who runs the study, if that can be found out: a store that cannot be read is moved aside all the same. */
function driverAtWork(database: string): ReturnType<typeof driverOf> {
  let reader: ReturnType<typeof readSqliteStore> | undefined;
  try {
    reader = readSqliteStore(database);
    return driverOf(reader);
  } catch (thrown) {
    if (thrown instanceof FettleError && thrown.code.startsWith('store-')) return undefined;
    throw thrown;
  } finally {
    reader?.close();
  }
}

function logger(say: (level: Level, message: string) => void): Logger {
  return {
    debug: (message) => say('debug', message),
    info: (message) => say('info', message),
    warn: (message) => say('warn', message),
    error: (message) => say('error', message),
  };
}
