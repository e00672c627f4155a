import { createWriteStream } from 'node:fs';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ParameterValue, TrialRecord } from '@fettle/core';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { type OpenStudy, withStudy } from '../study/open-reader.ts';
import { toJson } from '../text/json.ts';

/** Trials that are read at a time. */
const PAGE = 1000;

interface Options {
  readonly json?: boolean;
  readonly journal?: boolean;
  readonly output?: string;
}

/**
 * `fettle export`. CSV: one line for each trial, parameters as `parameter.<name>`, last metrics as `metric.<name>`.
 * JSON: `{ summary, trials }`. Journal: one event on each line, `{ seq, at, type, body }`.
 */
export async function execute([study]: readonly [string | undefined], options: Options, io: Io): Promise<ExitCode> {
  return await withStudy(study, io, async (open) => {
    const lines = options.journal === true ? journal(open) : options.json === true ? json(open) : csv(open);
    if (options.output === undefined) await pipeline(Readable.from(lines), io.stdout, { end: false });
    else await pipeline(Readable.from(lines), createWriteStream(resolve(io.cwd, options.output)));
    return EXIT.ok;
  });
}

function* allTrials({ reader }: OpenStudy): Generator<TrialRecord> {
  for (let offset = 0; ; offset += PAGE) {
    const page = reader.trials({ limit: PAGE, offset });
    yield* page;
    if (page.length < PAGE) return;
  }
}

function* journal({ reader }: OpenStudy): Generator<string> {
  for (const event of reader.journal()) yield `${toJson(event)}\n`;
}

function* json(study: OpenStudy): Generator<string> {
  yield `{\n"summary": ${toJson(study.summary)},\n"trials": [`;
  let separator = '\n';
  for (const trial of allTrials(study)) {
    yield `${separator}${toJson(trial)}`;
    separator = ',\n';
  }
  yield '\n]\n}\n';
}

const FIELDS = [
  'id',
  'state',
  'value',
  'resource',
  'until',
  'reports',
  'attempts',
  'retries',
  'runtime',
  'createdAt',
  'startedAt',
  'endedAt',
  'origin',
  'failure',
  'message',
  'reason',
] as const satisfies readonly (keyof TrialRecord)[];

function* csv(study: OpenStudy): Generator<string> {
  // The columns must be known before the first line.
  const parameters = new Set<string>();
  const metrics = new Set<string>();
  for (const trial of allTrials(study)) {
    for (const name of Object.keys(trial.configuration)) parameters.add(name);
    for (const name of Object.keys(trial.metrics ?? {})) metrics.add(name);
  }
  yield row([
    ...FIELDS,
    ...[...parameters].map((name) => `parameter.${name}`),
    ...[...metrics].map((name) => `metric.${name}`),
  ]);
  for (const trial of allTrials(study)) {
    yield row([
      ...FIELDS.map((field) => trial[field]),
      ...[...parameters].map((name) => trial.configuration[name]),
      ...[...metrics].map((name) => trial.metrics?.[name]),
    ]);
  }
}

/** A line of CSV (RFC 4180); what is absent is empty. */
function row(cells: readonly (ParameterValue | undefined)[]): string {
  return `${cells
    .map((cell) => {
      const text = cell === undefined ? '' : String(cell);
      return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    })
    .join(',')}\r\n`;
}
