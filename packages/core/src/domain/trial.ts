import type { Configuration } from './configuration.ts';
import type { FailureClass } from './failure.ts';
import type { Metrics } from './report.ts';

/** Number of a trial within its study: 1, 2, 3 … in the order of creation. */
export type TrialId = number;

/** Name of one launch of a trial: `trial.attempt`, both counted from 1. `17.2` is the second launch of trial 17. */
export type AttemptId = `${number}.${number}`;

/** The name of a trial's n-th attempt. */
export function attemptId(trial: TrialId, attempt: number): AttemptId {
  return `${trial}.${attempt}`;
}

/** Trial and number of an attempt's name. */
export function parseAttemptId(id: AttemptId): { readonly trial: TrialId; readonly attempt: number } {
  const dot = id.indexOf('.');
  return { trial: Number(id.slice(0, dot)), attempt: Number(id.slice(dot + 1)) };
}

/**
 * Where a trial is in its life.
 *
 * - `queued`: wants a place to run (new, resumed, or to be tried again)
 * - `running`: an attempt is being launched, runs, or is being stopped
 * - `paused`: waits where the searcher let it pause and may be resumed; its checkpoint is kept
 * - `completed`, `stopped`, `failed`: over; nothing changes any more
 */
export type TrialState = 'queued' | 'running' | 'paused' | 'completed' | 'stopped' | 'failed';

/** The legal moves between states: `TRANSITIONS[from]` lists every state that may follow. */
export const TRANSITIONS: { readonly [from in TrialState]: readonly TrialState[] } = {
  queued: ['running', 'stopped', 'failed'],
  running: ['queued', 'paused', 'completed', 'stopped', 'failed'],
  paused: ['queued', 'stopped'],
  completed: [],
  stopped: [],
  failed: [],
};

/** Whether a trial in this state is over. */
export function isTerminal(state: TrialState): boolean {
  return TRANSITIONS[state].length === 0;
}

/** Who wanted a trial: the searcher, or the study's list of configurations to try first. */
export type TrialOrigin = 'searcher' | 'first';

/** Everything the study knows of one trial: what stores keep, listings show and exports contain. */
export interface TrialRecord<C extends Configuration = Configuration> {
  readonly id: TrialId;
  readonly state: TrialState;
  readonly configuration: C;
  readonly origin: TrialOrigin;
  /** Why the searcher wanted this trial, or wanted it to go on. */
  readonly reason: string;
  /** The trial whose checkpoint this one began from. */
  readonly forkedFrom?: TrialId | undefined;
  /** The first trial with this configuration, when this one repeats it to measure noise. */
  readonly repeatOf?: TrialId | undefined;
  /** Resource level the trial is to run to; absent: to the program's own end. */
  readonly until?: number | undefined;
  /** Launches so far. */
  readonly attempts: number;
  /** Failed attempts that were tried again, so far. */
  readonly retries: number;
  /** Highest resource reported; before the first report 0, or of a forked trial what the other had reached. */
  readonly resource: number;
  /** Reports received. */
  readonly reports: number;
  /** The trial's value by the objective's rule, in the user's sign; `NaN` or infinite if that is what was reported; absent before the first report. */
  readonly value?: number | undefined;
  /** Metrics of the last report. */
  readonly metrics?: Metrics | undefined;
  /** Of a trial that failed: why. */
  readonly failure?: FailureClass | undefined;
  /** What is known of the failure or of why it was stopped. */
  readonly message?: string | undefined;
  /** When it was created, milliseconds since the epoch. */
  readonly createdAt: number;
  /** Begin of the first attempt, milliseconds since the epoch. */
  readonly startedAt?: number | undefined;
  /** When the trial reached its final state, milliseconds since the epoch. */
  readonly endedAt?: number | undefined;
  /** Time spent in ended attempts, in milliseconds. */
  readonly runtime: number;
}
