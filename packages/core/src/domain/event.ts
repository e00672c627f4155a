import type { Configuration } from './configuration.ts';
import type { Decision } from './decision.ts';
import type { AttemptEnd, FailureClass } from './failure.ts';
import type { JsonObject, JsonValue } from './json.ts';
import type { Metrics } from './report.ts';
import type { StudyDefinition, StudySettings } from './study-spec.ts';
import type { TrialId, TrialOrigin } from './trial.ts';

/** Where reading of an attempt's metrics stands after a report: saved with it, so that it is never read twice. */
export interface MetricPosition {
  /** Index of the metric source within the study. */
  readonly source: number;
  /** Bytes of the source's file that have been read. */
  readonly offset: number;
  readonly state?: JsonValue | undefined;
}

/** Why an attempt is asked to stop. */
export type StopCause = 'pause' | 'stop' | 'timeout' | 'interrupt' | 'non-finite';

/**
 * What happened in a study, in the past tense, by name. The journal is the list of these; the hub publishes each of them
 * after it has been committed. Names are never reused and fields never removed, only added.
 */
export interface StudyEvents {
  /** First event of every journal. */
  'study:created': { readonly definition: StudyDefinition; readonly version: string };
  /** A driver took the study up: the beginning of a session. */
  'study:opened': { readonly session: number; readonly settings: StudySettings; readonly driver: string };
  /** A session ended in order. `finished` means that nothing is left to do under the present budget. */
  'study:closed': { readonly status: 'finished' | 'interrupted' | 'broken'; readonly reason: string };
  'trial:created': {
    readonly trial: TrialId;
    readonly configuration: Configuration;
    readonly origin: TrialOrigin;
    readonly until?: number | undefined;
    readonly forkedFrom?: TrialId | undefined;
    /** Of a forked trial: what the other had reached by then, and this one begins at. Absent: 0. */
    readonly resource?: number | undefined;
    readonly repeatOf?: TrialId | undefined;
    /** Which answer of the searcher this was: 0, or more after refused duplicates. */
    readonly draw: number;
    readonly reason: string;
    /** What the reason rests on, as data. */
    readonly details?: JsonObject | undefined;
  };
  /** A paused trial was queued to go on. */
  'trial:resumed': { readonly trial: TrialId; readonly until?: number | undefined; readonly reason: string };
  /** An attempt is about to be launched: written before the backend is asked. */
  'attempt:launching': {
    readonly trial: TrialId;
    readonly attempt: number;
    readonly resumeFrom: number;
    readonly deadline?: number | undefined;
  };
  /** The backend has launched the attempt, and this is how to find it again; not said of attempts without a handle. */
  'attempt:started': { readonly trial: TrialId; readonly attempt: number; readonly handle: JsonValue };
  'attempt:unreachable': { readonly trial: TrialId; readonly attempt: number; readonly message: string };
  /** The attempt is being asked to stop. */
  'attempt:stopping': {
    readonly trial: TrialId;
    readonly attempt: number;
    readonly cause: StopCause;
    readonly reason: string;
  };
  'trial:reported': {
    readonly trial: TrialId;
    readonly attempt: number;
    readonly resource: number;
    readonly metrics: Metrics;
    readonly position?: MetricPosition | undefined;
    /** What the searcher decided. */
    readonly decision: Decision;
  };
  'attempt:ended': {
    readonly trial: TrialId;
    readonly attempt: number;
    readonly end: AttemptEnd;
    /** How long it ran, in milliseconds. */
    readonly runtime: number;
  };
  /** The trial goes back into the queue after an attempt that was evicted, interrupted or will be tried again. */
  'trial:requeued': {
    readonly trial: TrialId;
    readonly reason: string;
    /** Whether this counts as a retry, and of which class. */
    readonly retry?: FailureClass | undefined;
    /** Not to be launched before, in milliseconds since the epoch. */
    readonly notBefore?: number | undefined;
  };
  'trial:paused': { readonly trial: TrialId; readonly reason: string };
  'trial:completed': { readonly trial: TrialId };
  'trial:stopped': {
    readonly trial: TrialId;
    readonly reason: string;
    /**
     * How a trial that was paused came to be over: the searcher's `suggestion`, or its `exhaustion`, after which nothing
     * goes on. Absent: the trial was running.
     */
    readonly released?: 'suggestion' | 'exhaustion' | undefined;
  };
  'trial:failed': { readonly trial: TrialId; readonly failure: FailureClass; readonly message: string };
  /** The checkpoints of these trials were deleted. */
  'checkpoints:deleted': { readonly trials: readonly TrialId[] };
}

/** Name of an event. */
export type StudyEventType = keyof StudyEvents;

/** An event as it is kept: its place in the journal, its time, its name and what it says. */
export type StudyEvent<T extends StudyEventType = StudyEventType> = {
  [K in T]: {
    /** Place in the journal: 1, 2, 3 … without gaps. */
    readonly seq: number;
    /** When, in milliseconds since the epoch. */
    readonly at: number;
    readonly type: K;
    readonly body: StudyEvents[K];
  };
}[T];

/** Every event name, in no particular order. */
export const STUDY_EVENT_TYPES = [
  'study:created',
  'study:opened',
  'study:closed',
  'trial:created',
  'trial:resumed',
  'attempt:launching',
  'attempt:started',
  'attempt:unreachable',
  'attempt:stopping',
  'trial:reported',
  'attempt:ended',
  'trial:requeued',
  'trial:paused',
  'trial:completed',
  'trial:stopped',
  'trial:failed',
  'checkpoints:deleted',
] as const satisfies readonly StudyEventType[];
