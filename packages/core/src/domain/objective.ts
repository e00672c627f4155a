import type { Metrics } from './report.ts';

/** The direction in which an objective gets better. */
export type Goal = 'minimize' | 'maximize';

/** What a study makes as small or as large as it can. */
export interface Objective {
  /** Name of the metric. */
  readonly metric: string;
  /** Whether less or more is better. */
  readonly goal: Goal;
  /** Name of the metric that says how much resource was spent (such as `epoch`); without it, reports are counted 1, 2, 3 … */
  readonly resource?: string | undefined;
  /** What the resource metric counts from; 0 for a program whose first epoch is epoch 0. Default: 1. */
  readonly resourceFrom?: 0 | 1 | undefined;
  /** Which of a trial's reports is its value: the `last` one (the default) or the `best`. */
  readonly value?: 'last' | 'best' | undefined;
  /**
   * What a value that is not finite means. `worst` (the default): the trial goes on and the value loses against every
   * other. `fail`: the trial is stopped and fails as `invalid-configuration`.
   */
  readonly nonFinite?: 'worst' | 'fail' | undefined;
}

/** The objective's value with less being better; `+Infinity` for a value that is missing or not finite. */
export function normalizedValue(objective: Objective, metrics: Metrics): number {
  const value = metrics[objective.metric];
  if (value === undefined || !Number.isFinite(value)) return Number.POSITIVE_INFINITY;
  return objective.goal === 'maximize' ? -value : value;
}

/** The value as people see it, from a normalised one; `undefined` for the `+Infinity` of a value that was not finite. */
export function userValue(objective: Objective, normalized: number): number | undefined {
  if (!Number.isFinite(normalized)) return undefined;
  // `0 - x` and not `-x`: a maximised 0 must not be shown as -0.
  return objective.goal === 'maximize' ? 0 - normalized : normalized;
}
