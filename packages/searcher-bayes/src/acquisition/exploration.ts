import type { GaussianProcess } from '../model/types.ts';
import type { Acquisition, Evaluated } from './acquisition.ts';

/** How many standard deviations below the mean the optimistic bound lies (Vizier's coefficient). */
const OPTIMISM = 1.8;
/** How much leaving the promising region costs, for each standard deviation of the prior. */
const PENALTY = 10;
/** A variance below this counts as this. */
const LEAST_VARIANCE = 1e-18;

/**
 * Pure exploration where it is promising: the logarithm of the standard deviation that is left once the pending points are
 * observed, less a penalty where even the optimistic bound is worse than the threshold.
 *
 * Contal et al., Parallel Gaussian Process Optimization with Upper Confidence Bound and Pure Exploration, ECML 2013.
 */
export class Exploration implements Acquisition {
  readonly #model: GaussianProcess;
  readonly #threshold: number;

  /**
   * @param model conditioned on the pending points
   * @param threshold a value that is surely reached, in the model's units: the incumbent's pessimistic bound
   */
  constructor(model: GaussianProcess, threshold: number) {
    this.#model = model;
    this.#threshold = threshold;
  }

  evaluate(points: Float64Array, withGradient: boolean): Evaluated {
    const differentiable = withGradient ? this.#model.differentiate(points) : undefined;
    const { mean, variance } = differentiable ?? this.#model.predict(points);
    const values = new Float64Array(mean.length);
    const weights = { mean: new Float64Array(mean.length), variance: new Float64Array(mean.length) };
    for (let point = 0; point < mean.length; point++) {
      const spread = Math.max(LEAST_VARIANCE, variance[point]!);
      const deviation = Math.sqrt(spread);
      const excess = Math.max(0, mean[point]! - OPTIMISM * deviation - this.#threshold);
      values[point] = 0.5 * Math.log(spread) - PENALTY * excess;
      weights.mean[point] = excess > 0 ? -PENALTY : 0;
      weights.variance[point] = 0.5 / spread + (excess > 0 ? (PENALTY * OPTIMISM) / (2 * deviation) : 0);
    }
    return { values, gradients: differentiable?.gradient(weights) };
  }
}

/** The optimistic bound of a prediction. */
export function optimistic(mean: number, variance: number): number {
  return mean - OPTIMISM * Math.sqrt(variance);
}

/** The pessimistic bound of a prediction. */
export function pessimistic(mean: number, variance: number): number {
  return mean + OPTIMISM * Math.sqrt(variance);
}
