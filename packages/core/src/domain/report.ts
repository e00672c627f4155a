/** Metrics by name. Values may be `NaN` or infinite: that is what a diverging training reports. */
export type Metrics = { readonly [name: string]: number };

/** What a trial says of itself at one level of resource, as it said it. */
export interface Report {
  /** Resource spent when the metrics were taken (epochs, steps, samples: the study's unit); positive, increasing within a trial. */
  readonly resource: number;
  /** The metrics, among them the objective's. */
  readonly metrics: Metrics;
}

/** A report as a searcher sees it: the objective's value with its sign normalised so that less is better. */
export interface ObservedReport extends Report {
  /**
   * The objective's value, to be **minimised** whatever the study's goal. `+Infinity` stands for a value that was not
   * finite (`NaN`, `Infinity`, `-Infinity`): worse than every other.
   */
  readonly value: number;
}
