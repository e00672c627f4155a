import type { GaussianProcess } from '../model/types.ts';
import type { Acquisition, Evaluated } from './acquisition.ts';
import { logNormalDensity, logNormalDistribution } from './normal-tail.ts';

const LEAST_DEVIATION = 1e-9;

/**
 * The logarithm of the probability that a metric lies at most at a limit: added to the log expected improvement it gives the
 * constrained expected improvement of Gardner et al., Bayesian Optimization with Inequality Constraints, ICML 2014.
 */
export class Feasibility implements Acquisition {
  readonly #model: GaussianProcess;
  readonly #limit: number;

  /** @param limit in the model's units */
  constructor(model: GaussianProcess, limit: number) {
    this.#model = model;
    this.#limit = limit;
  }

  evaluate(points: Float64Array, withGradient: boolean): Evaluated {
    const differentiable = withGradient ? this.#model.differentiate(points) : undefined;
    const { mean, variance } = differentiable ?? this.#model.predict(points);
    const values = new Float64Array(mean.length);
    const weights = { mean: new Float64Array(mean.length), variance: new Float64Array(mean.length) };
    for (let point = 0; point < mean.length; point++) {
      const deviation = Math.max(LEAST_DEVIATION, Math.sqrt(variance[point]!));
      const u = (this.#limit - mean[point]!) / deviation;
      const value = logNormalDistribution(u);
      const slope = Math.exp(logNormalDensity(u) - value);
      values[point] = value;
      weights.mean[point] = -slope / deviation;
      weights.variance[point] = (-slope * u) / (2 * deviation * deviation);
    }
    return { values, gradients: differentiable?.gradient(weights) };
  }
}
