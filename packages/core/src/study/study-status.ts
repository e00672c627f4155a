import type { Configuration } from '../domain/configuration.ts';
import type { TrialRecord } from '../domain/trial.ts';
import type { BudgetUse } from '../engine/stop-rules.ts';
import type { StudySummary } from '../ports/trial-store.ts';

/** A study at one moment, for whoever looks at it while it runs. */
export interface StudyStatus<C extends Configuration = Configuration> {
  readonly summary: StudySummary;
  /** Each limit and how far it is used. */
  readonly budget: readonly BudgetUse[];
  /** Trials that run now, oldest first. */
  readonly running: readonly TrialRecord<C>[];
  /** How many trials are waiting for a place. */
  readonly queued: number;
  /** Attempts that can run at the same time. */
  readonly capacity: number;
  /** What the backend says about how it stands, for example that jobs wait in a queue. */
  readonly backend?: string | undefined;
  /** Why the searcher leaves places free, if it does. */
  readonly waiting?: string | undefined;
  /** The best trial so far. */
  readonly best?: TrialRecord<C> | undefined;
}

/** How a session ended. */
export interface StudyResult<C extends Configuration = Configuration> {
  /**
   * `finished`: nothing is left to do under the present budget. `interrupted`: by `interrupt` or `kill`; the study goes on when it
   * is opened and run again.
   */
  readonly status: 'finished' | 'interrupted';
  /** Why there was nothing left to do. */
  readonly reason: string;
  /** The best trial; absent if none has a value. */
  readonly best?: TrialRecord<C> | undefined;
  /** Counts and totals of the whole study, all sessions together. */
  readonly summary: StudySummary;
}
