import type { TrialRecord } from '../domain/trial.ts';
import type { BudgetUse } from '../engine/stop-rules.ts';
import type { StudySummary } from '../ports/trial-store.ts';

/** A study at one moment, for whoever looks at it while it runs. */
export interface StudyStatus {
  readonly summary: StudySummary;
  /** Each limit and how far it is used. */
  readonly budget: readonly BudgetUse[];
  /** Trials that run now, oldest first. */
  readonly running: readonly TrialRecord[];
  /** How many trials are waiting for a place. */
  readonly queued: number;
  /** Attempts that can run at the same time. */
  readonly capacity: number;
  /** What the backend says about how it stands, for example that jobs wait in a queue. */
  readonly backend?: string | undefined;
  /** Why the searcher leaves places free, if it does. */
  readonly waiting?: string | undefined;
  /** The best trial so far. */
  readonly best?: TrialRecord | undefined;
}

/** How a session ended. */
export interface StudyResult {
  readonly status: 'finished' | 'interrupted';
  /** Why there was nothing left to do. */
  readonly reason: string;
  readonly best?: TrialRecord | undefined;
  readonly summary: StudySummary;
}
