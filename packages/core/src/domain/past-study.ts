import type { Configuration } from './configuration.ts';
import type { Goal } from './objective.ts';

/** What another study found out. */
export interface PastStudy {
  /** Name of the study. */
  readonly name: string;
  /** Name of its objective's metric. */
  readonly metric: string;
  /** What was sought: small values or large ones. */
  readonly goal: Goal;
  /** Completed trials, best first; values in the user's sign. */
  readonly trials: readonly {
    /** What was tried, as it was there. */
    readonly configuration: Configuration;
    /** The objective's value, as it was reported. */
    readonly value: number;
  }[];
}
