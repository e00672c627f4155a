import type { Configuration } from './configuration.ts';
import type { Goal } from './objective.ts';

/** What another study found out. */
export interface PastStudy {
  readonly name: string;
  readonly metric: string;
  readonly goal: Goal;
  /** Completed trials, best first; values in the user's sign. */
  readonly trials: readonly { readonly configuration: Configuration; readonly value: number }[];
}
