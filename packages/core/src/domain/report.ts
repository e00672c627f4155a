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

/**
 * Refuses what is no report, where the compiler has not seen it.
 * @param resourceFrom what the resource counts from: the objective's
 * @throws TypeError that says what it is instead
 */
export function requireNumbers(metrics: unknown, resource: unknown, resourceFrom: 0 | 1 = 1): void {
  if (typeof metrics !== 'object' || metrics === null || Array.isArray(metrics)) {
    throw new TypeError(`Metrics are a record of numbers, such as { loss: 0.1 }; this is ${show(metrics)}.`);
  }
  for (const [name, value] of Object.entries(metrics)) {
    if (typeof value !== 'number')
      throw new TypeError(`The metric '${name}' is ${show(value)}, which is not a number.`);
  }
  if (resource === undefined || (typeof resource === 'number' && resource + 1 - resourceFrom > 0)) return;
  const hint = resource === 0 ? ' If it counts from 0, say so with `resourceFrom: 0` in the objective.' : '';
  throw new TypeError(`The resource of a report is a positive number; this is ${show(resource)}.${hint}`);
}

function show(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : Array.isArray(value) ? 'a list' : String(value);
}
