/**
 * How long things take, by the number of observations, on a machine of ordinary speed: measured once (3 GHz, WebAssembly with
 * 128-bit vectors) and the same everywhere, so that what a suggestion may do is counted and does not hang on the clock.
 */
export interface Effort {
  /** The most observations that a model is made of. */
  readonly mostObservations: number;
  /** Milliseconds of one evaluation of the likelihood with its gradient. */
  likelihood(observations: number): number;
  /** Milliseconds of predicting at one point, without a gradient. */
  prediction(observations: number): number;
  /** Milliseconds that fantasies of so many pending results add to it. */
  fantasies(pending: number, count: number): number;
}

/** The effort of a space of so many dimensions. */
export function effortOf(dimensions: number): Effort {
  return {
    mostObservations: 400,
    likelihood: (n) => 0.02 + n ** 2 * (1e-5 + 2e-6 * dimensions) + n ** 3 * 8e-8,
    prediction: (n) => 0.0005 + n * (2e-5 + 1.5e-6 * dimensions) + n ** 2 * 8e-8,
    fantasies: (pending, count) => (pending === 0 ? 0 : count * (5e-5 + 1.2e-6 * pending)),
  };
}
