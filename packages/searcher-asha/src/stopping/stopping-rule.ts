/** A running trial's reports so far, in the order of resource: values are normalised (less is better). */
export interface RunningCurve {
  readonly levels: readonly number[];
  readonly values: readonly number[];
  /** The least of the values. */
  readonly best: number;
}

/** When to give a running trial up, by what completed trials looked like at the same level of resource. */
export interface StoppingRule {
  /** A trial has completed: this was its whole curve. */
  completed(curve: RunningCurve): void;
  /** Why a trial that has just reported should stop; undefined if it should go on. */
  judge(curve: RunningCurve): string | undefined;
}
