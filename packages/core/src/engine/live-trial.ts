import type { Decision } from '../domain/decision.ts';
import type { MetricPosition, StopCause } from '../domain/event.ts';
import type { FailureClass } from '../domain/failure.ts';
import type { JsonValue } from '../domain/json.ts';
import type { Metrics } from '../domain/report.ts';
import {
  attemptId,
  type AttemptId,
  type TrialId,
  type TrialOrigin,
  type TrialRecord,
  type TrialState,
} from '../domain/trial.ts';
import type { Configuration } from '../domain/configuration.ts';
import type { TrialView } from '../ports/searcher.ts';

/** The attempt of a trial that is under way. */
export interface LiveAttempt {
  readonly number: number;
  readonly resumeFrom: number;
  readonly deadline: number | undefined;
  /** When it was launched, in milliseconds since the epoch. */
  readonly since: number;
  /** Whether the backend has said that it launched. */
  started: boolean;
  handle: JsonValue | undefined;
  /** Why it was asked to stop, if it was. */
  stopping: { readonly cause: StopCause; readonly reason: string } | undefined;
  /** Where reading stands, by metric source. */
  readonly positions: Map<number, MetricPosition>;
  /** Resource of its last recorded report; `resumeFrom` before the first. */
  resource: number;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** A trial that is not over: the part of a study's state that changes. */
export interface LiveTrial {
  /** What searchers see; the same object for as long as the trial lives. */
  readonly view: Writable<TrialView>;
  state: TrialState;
  reason: string;
  attempts: number;
  attempt: LiveAttempt | undefined;
  readonly retries: Map<FailureClass, number>;
  reports: number;
  /** The trial's value by the objective's rule, in the user's sign, as it was reported. */
  value: number | undefined;
  /** The same, normalised. */
  normalized: number;
  metrics: Metrics | undefined;
  /**
   * The searcher's last decision since the trial was created or resumed that was not to continue. It holds for the attempt
   * that takes the place of one that failed after it, too.
   */
  decision: Exclude<Decision, { kind: 'continue' }> | undefined;
  /** Not to be launched before; milliseconds since the epoch. */
  notBefore: number;
  failure: FailureClass | undefined;
  message: string | undefined;
  readonly createdAt: number;
  startedAt: number | undefined;
  endedAt: number | undefined;
  runtime: number;
}

/** A trial as it is when it is created. */
export function newLiveTrial(
  identity: {
    readonly id: TrialId;
    readonly configuration: Configuration;
    readonly origin: TrialOrigin;
    readonly until?: number | undefined;
    readonly forkedFrom?: TrialId | undefined;
    readonly repeatOf?: TrialId | undefined;
    /** What it begins at. */
    readonly resource: number;
  },
  reason: string,
  at: number,
): LiveTrial {
  return {
    view: { ...identity, value: undefined },
    state: 'queued',
    reason,
    attempts: 0,
    attempt: undefined,
    retries: new Map(),
    reports: 0,
    value: undefined,
    normalized: Number.POSITIVE_INFINITY,
    metrics: undefined,
    decision: undefined,
    notBefore: 0,
    failure: undefined,
    message: undefined,
    createdAt: at,
    startedAt: undefined,
    endedAt: undefined,
    runtime: 0,
  };
}

/** The name of the attempt under way. */
export function liveAttemptId(trial: LiveTrial): AttemptId {
  return attemptId(trial.view.id, trial.attempts);
}

/** Whether the attempt itself came to the point where its trial was to pause or to stop, so that its end was waited for. */
export function wasToEnd({ attempt, decision }: LiveTrial): boolean {
  return decision !== undefined && attempt !== undefined && attempt.resource > attempt.resumeFrom;
}

/** Whether a launch that was meant makes no sense any more: it was to stop, or its time limit runs since it was meant. */
export function isStale({ attempt }: LiveTrial): boolean {
  return attempt !== undefined && (attempt.stopping !== undefined || attempt.deadline !== undefined);
}

/** The trial as it is stored and shown. */
export function toRecord(trial: LiveTrial): TrialRecord {
  let retries = 0;
  for (const count of trial.retries.values()) retries += count;
  const { view } = trial;
  return {
    id: view.id,
    state: trial.state,
    configuration: view.configuration,
    origin: view.origin,
    reason: trial.reason,
    forkedFrom: view.forkedFrom,
    repeatOf: view.repeatOf,
    until: view.until,
    attempts: trial.attempts,
    retries,
    resource: view.resource,
    reports: trial.reports,
    value: trial.value,
    metrics: trial.metrics,
    failure: trial.failure,
    message: trial.message,
    createdAt: trial.createdAt,
    startedAt: trial.startedAt,
    endedAt: trial.endedAt,
    runtime: trial.runtime,
  };
}
