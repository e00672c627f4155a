import { type LinearAlgebra, paddedSize } from '../linear-algebra/types.ts';
import type { Factor } from './covariance.ts';
import { encodePoints, type Features, mismatchPenalties, placeColumns, scaleFeatures } from './features.ts';
import { kumaraswamySlope } from './kumaraswamy.ts';
import type { DifferentiablePrediction, Hyperparameters, ModelSpace, Prediction, PredictionWeights } from './types.ts';

/** Points that are predicted at once: it bounds the memory. */
const BATCH = 256;
/** The least variance, in units of the output scale: what rounding leaves at an observed point may be negative. */
const LEAST_VARIANCE = 1e-12;

/** What the observations contribute to a prediction. */
interface Conditioned {
  /** K^-1 (targets - mean), zero for pending points. */
  readonly weights: Float64Array;
  /** How many of the conditioning points are observed; the rest are pending. */
  readonly observations: number;
}

/** Predictions of a conditioned Gaussian process, in batches. */
export class Predictor {
  readonly #algebra: LinearAlgebra;
  readonly #space: ModelSpace;
  readonly #hyperparameters: Hyperparameters;
  readonly #features: Features;
  readonly #penalties: readonly number[];
  readonly #factor: Factor;
  readonly #weights: Float64Array;
  readonly #observations: number;

  constructor(
    algebra: LinearAlgebra,
    space: ModelSpace,
    hyperparameters: Hyperparameters,
    features: Features,
    factor: Factor,
    { weights, observations }: Conditioned,
  ) {
    this.#algebra = algebra;
    this.#space = space;
    this.#hyperparameters = hyperparameters;
    this.#features = features;
    this.#penalties = mismatchPenalties(features, hyperparameters.lengthScales);
    this.#factor = factor;
    this.#weights = weights;
    this.#observations = observations;
  }

  predict(points: Float64Array): Prediction {
    return this.#predicted(this.#encode(points));
  }

  differentiate(points: Float64Array): DifferentiablePrediction {
    const features = this.#encode(points);
    const whitened = new Float64Array(paddedSize(features.count) * this.#factor.padded);
    return {
      ...this.#predicted(features, whitened),
      gradient: (weights) => this.#gradient(points, features, whitened, weights),
    };
  }

  /** @param keep where L^-1 k of each point goes, row after row; without it, it is forgotten */
  #predicted(features: Features, keep?: Float64Array): Prediction {
    const m = features.count;
    const { padded } = this.#factor;
    const pending = this.#features.count - this.#observations;
    const mean = new Float64Array(m);
    const variance = new Float64Array(m);
    const sensitivity = new Float64Array(m * pending);
    for (let first = 0; first < m; first += BATCH) {
      const end = Math.min(m, first + BATCH);
      const rows = this.#whitened(features, first, end, mean, variance);
      keep?.set(rows, first * padded);
      for (let i = first; i < end; i++) {
        const start = (i - first) * padded + this.#observations;
        sensitivity.set(rows.subarray(start, start + pending), i * pending);
      }
    }
    return { mean, variance, sensitivity };
  }

  covariance(points: Float64Array): Float64Array {
    const features = this.#encode(points);
    const m = features.count;
    const { padded } = this.#factor;
    const whitened = new Float64Array(paddedSize(m) * padded);
    const scratch = new Float64Array(m);
    for (let first = 0; first < m; first += BATCH) {
      whitened.set(this.#whitened(features, first, Math.min(m, first + BATCH), scratch, scratch), first * padded);
    }
    const [row, data, penalties] = this.#algebra.reserve(m, features.data.length, this.#penalties.length) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    penalties.set(this.#penalties);
    const columns = placeColumns(features, data);
    const covariance = new Float64Array(m * m);
    for (let i = 0; i < m; i++) {
      this.#algebra.maternRow(row, undefined, columns, i, columns, i + 1, penalties, this.#hyperparameters.outputScale);
      for (let j = 0; j <= i; j++) {
        let explained = 0;
        for (let k = 0; k < padded; k++) {
          explained += (whitened[i * padded + k] as number) * (whitened[j * padded + k] as number);
        }
        covariance[i * m + j] = (row[j] as number) - explained;
        covariance[j * m + i] = covariance[i * m + j] as number;
      }
    }
    return covariance;
  }

  #encode(points: Float64Array): Features {
    return scaleFeatures(encodePoints(this.#space, points), this.#hyperparameters);
  }

  /** Fills in means and variances of the points [first, end), and returns L^-1 k for each, as rows in borrowed memory. */
  #whitened(features: Features, first: number, end: number, mean: Float64Array, variance: Float64Array): Float64Array {
    const { padded, lower } = this.#factor;
    const n = this.#features.count;
    const count = paddedSize(end - first);
    const { outputScale } = this.#hyperparameters;
    const [factor, rows, ownData, data, penalties] = this.#algebra.reserveBeside(
      lower,
      count * padded,
      features.data.length,
      this.#features.data.length,
      this.#penalties.length,
    ) as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];
    penalties.set(this.#penalties);
    const own = placeColumns(features, ownData);
    const points = placeColumns(this.#features, data);
    rows.fill(0, (end - first) * padded);
    for (let i = first; i < end; i++) {
      const start = (i - first) * padded;
      const row = rows.subarray(start, start + padded);
      this.#algebra.maternRow(row, undefined, own, i, points, n, penalties, outputScale);
      row.fill(0, n);
      let sum = this.#hyperparameters.mean;
      for (let j = 0; j < this.#observations; j++) sum += (row[j] as number) * (this.#weights[j] as number);
      mean[i] = sum;
    }
    this.#algebra.solveLower(factor, padded, padded, rows, count);
    for (let i = first; i < end; i++) {
      const start = (i - first) * padded;
      let explained = 0;
      for (let j = start; j < start + n; j++) explained += (rows[j] as number) * (rows[j] as number);
      variance[i] = Math.max(outputScale - explained, LEAST_VARIANCE * outputScale);
    }
    return rows;
  }

  /**
   * Mean, variance and sensitivity are linear or quadratic in the kernel's row k of a point: the weights give one coefficient per entry of
   * k by one backward solve, and the coefficients are then contracted with the derivatives of k.
   */
  #gradient(
    points: Float64Array,
    features: Features,
    whitened: Float64Array,
    weights: PredictionWeights,
  ): Float64Array {
    const { padded, lower } = this.#factor;
    const { lengthScales, outputScale, inputWarp } = this.#hyperparameters;
    const dimensions = this.#space.dimensions;
    const d = dimensions.length;
    const n = this.#features.count;
    const pending = n - this.#observations;
    const result = new Float64Array(points.length);
    for (let first = 0; first < features.count; first += BATCH) {
      const end = Math.min(features.count, first + BATCH);
      const count = paddedSize(end - first);
      const [factor, rows, room, slopes, ownData, data, penalties] = this.#algebra.reserveBeside(
        lower,
        count * padded,
        padded,
        padded,
        features.data.length,
        this.#features.data.length,
        this.#penalties.length,
      ) as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];
      penalties.set(this.#penalties);
      const own = placeColumns(features, ownData);
      const conditioning = placeColumns(this.#features, data);
      rows.fill(0);
      for (let i = first; i < end; i++) {
        const row = rows.subarray((i - first) * padded, (i - first) * padded + n);
        const factorOfVariance = -2 * (weights.variance[i] as number);
        for (let j = 0; j < n; j++) row[j] = factorOfVariance * (whitened[i * padded + j] as number);
        for (let q = 0; q < pending; q++) {
          row[this.#observations + q] =
            (row[this.#observations + q] as number) + (weights.sensitivity?.[i * pending + q] ?? 0);
        }
      }
      this.#algebra.solveLowerTransposed(factor, padded, padded, rows, count);
      for (let i = first; i < end; i++) {
        this.#algebra.maternRow(room, slopes, own, i, conditioning, n, penalties, outputScale);
        const start = (i - first) * padded;
        const weightOfMean = weights.mean[i] as number;
        for (let j = 0; j < n; j++) {
          slopes[j] =
            (slopes[j] as number) * ((rows[start + j] as number) + weightOfMean * (this.#weights[j] as number));
        }
        features.columns.forEach(({ dimension, kind }, column) => {
          const domain = dimensions[dimension];
          const x = points[i * d + dimension] as number;
          if (kind !== 'difference' || domain?.kind !== 'continuous' || domain.levels !== undefined) return;
          if (Number.isNaN(x)) return;
          const mine = features.data[column * features.count + i] as number;
          let sum = 0;
          for (let j = 0; j < n; j++) {
            sum -= (slopes[j] as number) * (mine - (this.#features.data[column * n + j] as number));
          }
          const warp = inputWarp?.[dimension];
          result[i * d + dimension] =
            (sum / (lengthScales[dimension] as number)) * (warp ? kumaraswamySlope(x, warp) : 1);
        });
      }
    }
    return result;
  }
}
