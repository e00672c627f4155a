import { type LinearAlgebra, paddedSize } from '../linear-algebra/types.ts';
import { type Factor, factorise } from './covariance.ts';
import { encodePoints, type Features, scaleFeatures } from './features.ts';
import { fitOutputWarp, type OutputWarp } from './output-warp.ts';
import { Predictor } from './predictor.ts';
import { NOISE_FLOOR } from './priors.ts';
import type {
  DifferentiablePrediction,
  GaussianProcess,
  GaussianProcessData,
  LeaveOneOut,
  Noise,
  Prediction,
} from './types.ts';

/** What of an earlier model goes on in a new one. */
interface Inherited {
  readonly warp: OutputWarp;
  readonly factor: Factor;
}

/**
 * Conditions a Gaussian process on observations, its hyperparameters given: O(n^3). Points may be equal and values constant,
 * missing or infinite.
 */
export function conditionGaussianProcess(algebra: LinearAlgebra, data: GaussianProcessData): GaussianProcess {
  return new ExactGaussianProcess(algebra, data);
}

/** The variances of the noise in standardised units. */
export function noiseVariances(noise: Noise, learned: number, values: Float64Array, warp: OutputWarp): Float64Array {
  if (noise.kind !== 'known') {
    return new Float64Array(values.length).fill(noise.kind === 'none' ? NOISE_FLOOR : Math.max(learned, NOISE_FLOOR));
  }
  return values.map((value, index) => {
    // To first order a warp multiplies a deviation by its slope.
    const variance = Number.isFinite(value) ? (noise.variances[index] as number) * warp.slope(value) ** 2 : 0;
    return Math.min(MOST_NOISE, variance > NOISE_FLOOR ? variance : NOISE_FLOOR);
  });
}

/** A known variance beyond this says that the observation is worth nothing. */
const MOST_NOISE = 1e6;

class ExactGaussianProcess implements GaussianProcess {
  readonly #algebra: LinearAlgebra;
  readonly #data: GaussianProcessData;
  readonly #warp: OutputWarp;
  readonly #noise: Float64Array;
  readonly #features: Features;
  readonly #factor: Factor;
  /** K^-1 (targets - mean). */
  readonly #weights: Float64Array;
  readonly #predictor: Predictor;
  readonly targets: Float64Array;

  constructor(
    algebra: LinearAlgebra,
    data: GaussianProcessData,
    inherited?: Inherited,
    pending: Float64Array = new Float64Array(0),
  ) {
    const { space, points, values, noise, hyperparameters } = data;
    this.#algebra = algebra;
    this.#data = data;
    this.#warp = inherited?.warp ?? fitOutputWarp(hyperparameters.outputWarp, values.subarray(0, data.warped));
    this.targets = values.map((value) => this.#warp.forward(value));
    this.#noise = noiseVariances(noise, hyperparameters.noise, values, this.#warp);
    const all = concatenated(points, pending);
    this.#features = scaleFeatures(encodePoints(space, all), hyperparameters);
    const count = this.#features.count;
    // What noise a pending observation will have is not known: the learned one, or what the known ones have in the middle.
    const expected = this.#noise.slice().sort()[this.#noise.length >> 1] ?? NOISE_FLOOR;
    const noises = new Float64Array(count).fill(expected);
    noises.set(this.#noise);
    this.#factor = factorise(algebra, this.#features, noises, hyperparameters, inherited?.factor);
    this.#weights = this.#solve();
    this.#predictor = new Predictor(algebra, space, hyperparameters, this.#features, this.#factor, {
      weights: this.#weights,
      observations: values.length,
    });
  }

  get space() {
    return this.#data.space;
  }

  get hyperparameters() {
    return this.#data.hyperparameters;
  }

  get observations(): number {
    return this.targets.length;
  }

  get pending(): number {
    return this.#features.count - this.targets.length;
  }

  predict(points: Float64Array): Prediction {
    return this.#predictor.predict(points);
  }

  differentiate(points: Float64Array): DifferentiablePrediction {
    return this.#predictor.differentiate(points);
  }

  covariance(points: Float64Array): Float64Array {
    return this.#predictor.covariance(points);
  }

  leaveOneOut(): LeaveOneOut {
    const { padded, lower } = this.#factor;
    const [factor, inverse] = this.#algebra.reserveBeside(lower, padded * padded) as [Float64Array, Float64Array];
    this.#algebra.invert(factor, padded, padded, inverse);
    const variance = this.targets.map((_, i) => 1 / (inverse[i * padded + i] as number));
    const mean = this.targets.map((target, i) => target - (this.#weights[i] as number) * (variance[i] as number));
    let logDensity = 0;
    for (const [i, value] of this.#data.values.entries()) {
      if (!Number.isFinite(value)) continue;
      const spread = variance[i] as number;
      const error = (this.targets[i] as number) - (mean[i] as number);
      logDensity +=
        Math.log(this.#warp.slope(value)) - 0.5 * (Math.log(2 * Math.PI * spread) + (error * error) / spread);
    }
    return { mean, variance, logDensity };
  }

  append(points: Float64Array, values: ArrayLike<number>): GaussianProcess {
    const { noise } = this.#data;
    const data = {
      ...this.#data,
      points: concatenated(this.#data.points, points),
      values: concatenated(this.#data.values, values),
      ...(noise.kind === 'known'
        ? { noise: { kind: 'known', variances: withMiddle(noise.variances, values.length) } as const }
        : {}),
    };
    return new ExactGaussianProcess(this.#algebra, data, { warp: this.#warp, factor: this.#observedFactor() });
  }

  withPending(points: Float64Array): GaussianProcess {
    return new ExactGaussianProcess(
      this.#algebra,
      this.#data,
      { warp: this.#warp, factor: this.#observedFactor() },
      points.slice(),
    );
  }

  toModel(value: number): number {
    return this.#warp.forward(value);
  }

  toUser(value: number): number {
    return this.#warp.inverse(value);
  }

  toData(): GaussianProcessData {
    return this.#data;
  }

  /** The factor without the pending points: its rows are the first ones. */
  #observedFactor(): Factor {
    return { ...this.#factor, size: this.observations };
  }

  #solve(): Float64Array {
    const { padded, lower } = this.#factor;
    const n = this.targets.length;
    const [factor, rows] = this.#algebra.reserveBeside(lower, 4 * padded) as [Float64Array, Float64Array];
    rows.fill(0);
    for (let i = 0; i < n; i++) rows[i] = (this.targets[i] as number) - this.hyperparameters.mean;
    this.#algebra.solveLower(factor, padded, padded, rows, 4);
    // The whitened residual of a pending observation is unknown, and zero on average.
    rows.fill(0, n, padded);
    this.#algebra.solveLowerTransposed(factor, padded, padded, rows, 4);
    return rows.slice(0, paddedSize(this.#features.count));
  }
}

/** The variances with so many more, the middle one. */
function withMiddle(variances: Float64Array, count: number): Float64Array {
  return concatenated(variances, new Float64Array(count).fill(variances.slice().sort()[variances.length >> 1] ?? 0));
}

function concatenated(first: Float64Array, second: ArrayLike<number>): Float64Array {
  const all = new Float64Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}
