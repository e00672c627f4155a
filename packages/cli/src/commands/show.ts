import { existsSync } from 'node:fs';
import { relative } from 'node:path';
import type { Report, TrialRecord } from '@fettle/core';
import { FettleError } from '@fettle/core/errors';
import { attemptDirectory, attemptId, lastLines } from '@fettle/core/store';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { type AttemptSummary, attemptsOf } from '../study/attempts.ts';
import { detailsOf } from '../study/details-of.ts';
import { nameTrial } from '../study/name-trial.ts';
import { requireTrial, withStudy } from '../study/open-reader.ts';
import { formatDuration } from '../text/duration.ts';
import { toJson } from '../text/json.ts';
import { formatNumber } from '../text/number.ts';
import { isAnnouncement, oneLine } from '../text/one-line.ts';
import { pairs, table } from '../text/table.ts';

/** Most reports that are printed; `--json` has them all. */
const MOST_REPORTS = 20;

interface Options {
  readonly study?: string;
  readonly lines: number;
  readonly json?: boolean;
}

/**
 * `fettle show`: with `--json`, `{ trial, details, attempts, reports, folder, logs }`: `details` is what its suggestion rested
 * on, folder and logs are the last attempt's.
 */
export async function execute(words: readonly [string, string?], options: Options, io: Io): Promise<ExitCode> {
  const { id, study: named } = nameTrial(words, options.study);
  if (id === undefined) {
    throw new FettleError('usage', `The number of a trial is needed here; '${words[0]}' is none.`, {
      remedy: 'fettle trials lists them; fettle show 3, for example, shows the third.',
    });
  }
  return await withStudy(named, io, (study) => {
    const trial = requireTrial(study, id);
    const history = study.reader.history(id);
    const attempts = attemptsOf(history);
    const reports = study.reader.reports(id);
    const last = attempts.at(-1);
    const directory =
      last === undefined ? undefined : attemptDirectory(study.place.folder, attemptId(id, last.attempt));
    const folder = directory !== undefined && existsSync(directory.path) ? directory.path : undefined;
    const logs = Object.values(directory?.files ?? {}).filter((file) => existsSync(file));
    if (options.json === true) {
      io.out(toJson({ trial, details: detailsOf(history), attempts, reports, folder, logs }, 2));
      return EXIT.ok;
    }
    const section = (title: string, body: string): void => io.out(`\n${io.paint('bold', title)}\n${body}`);
    const tail = directory === undefined ? [] : lastLines(directory.files.stderr, options.lines);
    io.out(headline(trial, study.summary.definition.objective.metric, tail.length > 0, io));
    section(
      'configuration',
      pairs(
        Object.entries(trial.configuration).map(([name, value]) => [name, String(value)]),
        io.paint,
        '  ',
      ),
    );
    if (attempts.length > 0) section('attempts', attemptTable(attempts, io));
    if (reports.length > 0) section('reports', reportTable(reports, io));
    if (logs.length > 0) section('files', logs.map((file) => `  ${relative(io.cwd, file) || file}`).join('\n'));
    if (tail.length > 0) section('end of standard error', tail.map((line) => `  ${line}`).join('\n'));
    return EXIT.ok;
  });
}

/** @param hasTail whether the end of standard error is shown anyway */
function headline(trial: TrialRecord, metric: string, hasTail: boolean, io: Io): string {
  const state = trial.failure === undefined ? trial.state : `${trial.state}: ${trial.failure}`;
  const value =
    trial.value === undefined ? '' : `  ${metric} ${formatNumber(trial.value)} at ${formatNumber(trial.resource)}`;
  const lines = [`${io.paint('bold', `trial ${trial.id}`)}  ${state}${value}`, io.paint('dim', trial.reason)];
  const { message } = trial;
  if (message !== undefined) lines.push(hasTail && isAnnouncement(message) ? oneLine(message) : message);
  return lines.join('\n');
}

function attemptTable(attempts: readonly AttemptSummary[], io: Io): string {
  return table(
    [
      { title: '  attempt' },
      { title: 'began' },
      { title: 'time', align: 'right' },
      { title: 'from', align: 'right' },
      { title: 'end', most: 200 },
    ],
    attempts.map((attempt) => [
      `  ${attempt.attempt}`,
      new Date(attempt.launchedAt).toLocaleString('sv'),
      attempt.endedAt === undefined ? '' : formatDuration(attempt.endedAt - attempt.launchedAt),
      formatNumber(attempt.resumeFrom),
      [attempt.end ?? 'running', oneLine(attempt.message ?? attempt.stopping ?? '')]
        .filter((text) => text !== '')
        .join(', '),
    ]),
    io.paint,
    io.columns,
  );
}

function reportTable(reports: readonly Report[], io: Io): string {
  const shown = reports.slice(-MOST_REPORTS);
  const names = [...new Set(shown.flatMap((report) => Object.keys(report.metrics)))];
  const body = table(
    [{ title: '  resource', align: 'right' }, ...names.map((title) => ({ title, align: 'right' as const }))],
    shown.map((report) => [formatNumber(report.resource), ...names.map((name) => formatNumber(report.metrics[name]))]),
    io.paint,
    io.columns,
  );
  const left = reports.length - shown.length;
  return left === 0 ? body : `${io.paint('dim', `  … ${left} before these`)}\n${body}`;
}
