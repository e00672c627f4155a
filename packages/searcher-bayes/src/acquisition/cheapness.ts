import type { GaussianProcess } from '../model/types.ts';
import type { Acquisition, Evaluated } from './acquisition.ts';

/**
 * Minus the expected logarithm of the cost: added to the log expected improvement it gives improvement per unit of cost (Snoek
 * et al., Practical Bayesian Optimization of Machine Learning Algorithms, NeurIPS 2012, section 3.2).
 *
 * The model is one of the logarithm of the cost, unwarped, so that its units are a scale and a shift away.
 */
export class Cheapness implements Acquisition {
  readonly #model: GaussianProcess;
  /** Log cost for one unit of the model. */
  readonly #scale: number;

  constructor(model: GaussianProcess) {
    this.#model = model;
    this.#scale = model.toUser(1) - model.toUser(0);
  }

  evaluate(points: Float64Array, withGradient: boolean): Evaluated {
    const differentiable = withGradient ? this.#model.differentiate(points) : undefined;
    const prediction = differentiable ?? this.#model.predict(points);
    const values = prediction.mean.map((mean) => -this.#scale * mean);
    if (differentiable === undefined) return { values, gradients: undefined };
    const weights = {
      mean: new Float64Array(values.length).fill(-this.#scale),
      variance: new Float64Array(values.length),
    };
    return { values, gradients: differentiable.gradient(weights) };
  }
}
