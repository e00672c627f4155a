import type { Configuration } from './configuration.ts';
import type { FailureClass } from './failure.ts';
import type { JsonObject, JsonValue } from './json.ts';
import type { Objective } from './objective.ts';

/** A plugin as it is recorded: enough to see whether a study is continued with the same one. */
export interface PluginRecord {
  /** `random`, `asha`, or the name of the npm package it came from. */
  readonly type: string;
  /** Version of the package that holds it. */
  readonly version: string;
  /** Its options as given, with nested plugins as records. */
  readonly options: JsonValue;
}

/**
 * Limits of a whole study. All are totals over every session, however often it was interrupted. Several in one record
 * mean: the first that is reached ends the study. `any` and `all` nest.
 */
export interface Budget {
  /** Trials created. */
  readonly trials?: number | undefined;
  /** Time during which a driver was at work, in milliseconds. */
  readonly wallClock?: number | undefined;
  /** Resource spent by all trials together, in the study's unit. */
  readonly resource?: number | undefined;
  /** A value of the objective, in the user's sign, that is good enough. */
  readonly target?: number | undefined;
  /** Trials that ended since the best value last improved by more than `minDelta` (0 if absent). */
  readonly noImprovement?: { readonly trials: number; readonly minDelta?: number | undefined } | undefined;
  /** Trials that failed. */
  readonly failures?: number | undefined;
  /** The first of these that is reached. */
  readonly any?: readonly Budget[] | undefined;
  /** Reached when all of these are. */
  readonly all?: readonly Budget[] | undefined;
}

/** How failed attempts are tried again. */
export interface RetryPolicy {
  /** Further attempts after the first failure, by class. Evicted attempts are not failures and count under `preempted`. */
  readonly limits: { readonly [failure in FailureClass]: number };
  /** Wait before the first retry, in milliseconds; doubled each time. */
  readonly backOff: number;
  /** Longest wait, in milliseconds. */
  readonly maxBackOff: number;
}

/** What is done when a searcher suggests a configuration that has been tried already. */
export type DuplicatePolicy =
  /** Run it like any other. */
  | 'allow'
  /**
   * Ask for another one, up to 1,000 times for the same place; when the space is used up, the study is exhausted. The last few
   * configurations of a large finite space may take longer to draw: then one is run again.
   */
  | 'redraw';

/** Which checkpoints of trials that are over are kept. */
export interface CheckpointPolicy {
  /** Those of the best so many trials; 0 keeps none. */
  readonly keepBest: number;
}

/** What defines a study and may not change while it lives. */
export interface StudyDefinition {
  readonly name: string;
  /** The search space as plain data. */
  readonly space: JsonObject;
  readonly objective: Objective;
  readonly searcher: PluginRecord;
  readonly seed: number;
  /** Configurations to try before the searcher's own. */
  readonly first: readonly Configuration[];
  readonly duplicates: DuplicatePolicy;
  /** Whether the program can resume from its checkpoint folder. Searchers may decide by it, so it may not change. */
  readonly resumable: boolean;
}

/** What may change from one session to the next; each change is recorded. */
export interface StudySettings {
  readonly budget: Budget;
  readonly retry: RetryPolicy;
  /** Time limit for one attempt in milliseconds; absent: none. */
  readonly timeLimit?: number | undefined;
  /** Time between the steps of asking an attempt to stop, in milliseconds. */
  readonly grace: number;
  /** Which checkpoints of trials that are over are kept; absent: all. Those of trials that may go on always are. */
  readonly checkpoints?: CheckpointPolicy | undefined;
  readonly backend: PluginRecord;
}
