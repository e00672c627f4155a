import type { GaussianProcess } from '../model/types.ts';
import type { Acquisition, Evaluated } from './acquisition.ts';
import { type LogImprovement, logImprovement } from './log-expected-improvement.ts';

/** Below it a standard deviation counts as this, so that the slope stays finite at observed points. */
const LEAST_DEVIATION = 1e-9;

/** Imagined outcomes of the pending points, the same ones for every candidate. */
export interface Fantasies {
  /** s rows of standard normal numbers, one for each pending point. */
  readonly draws: Float64Array;
  readonly count: number;
}

/**
 * The logarithm of the expected improvement over the incumbent.
 *
 * Where results are pending it is averaged over fantasies of them: draws from the joint posterior that are shared by all
 * candidates (a quasi-Monte Carlo sum of closed forms; Snoek et al., Practical Bayesian Optimization, NeurIPS 2012, section
 * 3.2), summed as exponentials so that it keeps its digits.
 */
export class ExpectedImprovement implements Acquisition {
  readonly #model: GaussianProcess;
  readonly #incumbents: Float64Array;
  readonly #fantasies: Fantasies;
  readonly #improvement: LogImprovement = { value: 0, slope: 0 };

  /**
   * @param model conditioned on the pending points
   * @param pending the pending points, row after row
   * @param incumbent the value to improve on, in the model's units
   */
  constructor(model: GaussianProcess, pending: Float64Array, incumbent: number, fantasies: Fantasies) {
    this.#model = model;
    this.#fantasies = model.pending === 0 ? { draws: new Float64Array(0), count: 1 } : fantasies;
    this.#incumbents = new Float64Array(this.#fantasies.count).fill(incumbent);
    if (model.pending === 0) return;
    const { mean, sensitivity } = model.predict(pending);
    for (let fantasy = 0; fantasy < fantasies.count; fantasy++) {
      for (let point = 0; point < model.pending; point++) {
        const outcome = mean[point]! + this.#shift(sensitivity, point, fantasy);
        if (outcome < this.#incumbents[fantasy]!) this.#incumbents[fantasy] = outcome;
      }
    }
  }

  /** By how much a fantasy moves the mean at a point. */
  #shift(sensitivity: Float64Array, point: number, fantasy: number): number {
    const { pending } = this.#model;
    const { draws } = this.#fantasies;
    let sum = 0;
    for (let index = 0; index < pending; index++) {
      sum += sensitivity[point * pending + index]! * draws[fantasy * pending + index]!;
    }
    return sum;
  }

  evaluate(points: Float64Array, withGradient: boolean): Evaluated {
    const { pending } = this.#model;
    const { count, draws } = this.#fantasies;
    const differentiable = withGradient ? this.#model.differentiate(points) : undefined;
    const { mean, variance, sensitivity } = differentiable ?? this.#model.predict(points);
    const values = new Float64Array(mean.length);
    const weights = {
      mean: new Float64Array(mean.length),
      variance: new Float64Array(mean.length),
      sensitivity: new Float64Array(mean.length * pending),
    };
    const logs = new Float64Array(count);
    const slopes = new Float64Array(count);
    for (let point = 0; point < mean.length; point++) {
      const deviation = Math.max(LEAST_DEVIATION, Math.sqrt(variance[point]!));
      let most = Number.NEGATIVE_INFINITY;
      for (let fantasy = 0; fantasy < count; fantasy++) {
        const shift = pending === 0 ? 0 : this.#shift(sensitivity, point, fantasy);
        const u = (this.#incumbents[fantasy]! - mean[point]! - shift) / deviation;
        logImprovement(u, this.#improvement);
        logs[fantasy] = this.#improvement.value;
        slopes[fantasy] = this.#improvement.slope;
        if (this.#improvement.value > most) most = this.#improvement.value;
      }
      let total = 0;
      for (let fantasy = 0; fantasy < count; fantasy++) {
        const share = Math.exp(logs[fantasy]! - most);
        logs[fantasy] = share;
        total += share;
      }
      values[point] = most + Math.log(total / count) + Math.log(deviation);
      if (!withGradient) continue;
      // By the mean: -slope / deviation; by the deviation: 1 / deviation - slope u / deviation, and phi(u) / (h deviation) in all.
      let byMean = 0;
      let byDeviation = 1;
      for (let fantasy = 0; fantasy < count; fantasy++) {
        const weighted = (logs[fantasy]! / total) * slopes[fantasy]!;
        const shift = pending === 0 ? 0 : this.#shift(sensitivity, point, fantasy);
        byMean -= weighted;
        byDeviation -= weighted * ((this.#incumbents[fantasy]! - mean[point]! - shift) / deviation);
        for (let index = 0; index < pending; index++) {
          weights.sensitivity[point * pending + index]! -= (weighted / deviation) * draws[fantasy * pending + index]!;
        }
      }
      weights.mean[point] = byMean / deviation;
      weights.variance[point] = deviation > LEAST_DEVIATION ? byDeviation / (2 * deviation * deviation) : 0;
    }
    return { values, gradients: differentiable?.gradient(weights) };
  }
}
