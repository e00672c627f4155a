import type { FailureClass } from '../domain/failure.ts';
import { isTerminal, TRANSITIONS, type TrialOrigin, type TrialRecord, type TrialState } from '../domain/trial.ts';
import { decode, encode } from './codec.ts';

/** A trial as a row: columns for what listings sort by and people ask for, everything else as JSON in `detail`. */
export interface TrialRow {
  readonly id: number;
  readonly state: TrialState;
  readonly origin: TrialOrigin;
  readonly failure: FailureClass | null;
  readonly until: number | null;
  readonly value: number | null;
  readonly resource: number;
  readonly reports: number;
  readonly attempts: number;
  readonly retries: number;
  readonly created_at: number;
  readonly started_at: number | null;
  readonly ended_at: number | null;
  readonly runtime: number;
  readonly detail: string;
}

/** The columns, in the order of {@link toRow}. */
export const TRIAL_COLUMNS = [
  'id',
  'state',
  'origin',
  'failure',
  'until',
  'value',
  'resource',
  'reports',
  'attempts',
  'retries',
  'created_at',
  'started_at',
  'ended_at',
  'runtime',
  'detail',
] as const satisfies readonly (keyof TrialRow)[];

/** The states of trials that are over, as an SQL list. */
export const FINAL_STATES = (Object.keys(TRANSITIONS) as TrialState[])
  .filter(isTerminal)
  .map((state) => `'${state}'`)
  .join(', ');

/** The values of a record's columns. A number that a column cannot hold is left out there and kept in `detail`. */
export function toRow(record: TrialRecord): (string | number | null)[] {
  const { id, state, origin, failure, ...rest } = record;
  const { until, value, resource, reports, attempts, retries, createdAt, startedAt, endedAt, runtime, ...detail } =
    rest;
  const numbers = { until, value, resource, reports, attempts, retries, createdAt, startedAt, endedAt, runtime };
  const row: (string | number | null)[] = [id, state, origin, failure ?? null];
  const odd: { [member: string]: number } = {};
  let plain = true;
  for (const member in numbers) {
    const number = numbers[member as keyof typeof numbers];
    if (number === undefined) row.push(null);
    else if (Number.isFinite(number) && !Object.is(number, -0)) row.push(number);
    else {
      plain = false;
      odd[member] = number;
      row.push(number === 0 ? 0 : null);
    }
  }
  row.push(encode(plain ? detail : { ...detail, ...odd }));
  return row;
}

/** The record of a row. */
export function fromRow(row: TrialRow): TrialRecord {
  return {
    id: row.id,
    state: row.state,
    origin: row.origin,
    failure: row.failure ?? undefined,
    until: row.until ?? undefined,
    value: row.value ?? undefined,
    resource: row.resource,
    reports: row.reports,
    attempts: row.attempts,
    retries: row.retries,
    createdAt: row.created_at,
    startedAt: row.started_at ?? undefined,
    endedAt: row.ended_at ?? undefined,
    runtime: row.runtime,
    ...(decode(row.detail) as Pick<TrialRecord, 'configuration' | 'reason'>),
  };
}
