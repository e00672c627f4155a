import { type LinearAlgebra, paddedSize } from '../linear-algebra/types.ts';
import type { Evaluation } from './bounded-minimiser.ts';
import { JITTER } from './covariance.ts';
import { type Features, mismatchPenalties, placeColumns, scaleFeatures } from './features.ts';
import type { ParameterVector } from './parameter-vector.ts';

/** The data of a likelihood. */
export interface LikelihoodData {
  readonly encoded: Features;
  /** The observations, in standardised units. */
  readonly targets: Float64Array;
  /** Known variances of the noise, in standardised units; undefined where it is a hyperparameter. */
  readonly knownNoise: Float64Array | undefined;
}

/**
 * Minus the logarithm of the posterior density of the hyperparameters, up to a constant of the priors, and its gradient with
 * respect to the parameter vector (C. E. Rasmussen, C. K. I. Williams, Gaussian Processes for Machine Learning, equations
 * 5.8 and 5.9). The constant mean is integrated in: it takes its most probable value at every evaluation, so it needs no
 * derivative. About n^3 floating-point operations.
 */
export function negativeLogPosterior(
  algebra: LinearAlgebra,
  data: LikelihoodData,
  parameters: ParameterVector,
  theta: Float64Array,
): Evaluation & { readonly mean: number } {
  const { targets, knownNoise } = data;
  const n = targets.length;
  const padded = paddedSize(n);
  const { lengthScales, outputScale, noise, inputWarp } = parameters.unpack(theta);
  const features = scaleFeatures(data.encoded, inputWarp ? { lengthScales, inputWarp } : { lengthScales });
  const labels = mismatchPenalties(features, lengthScales);
  const [matrix, inverse, rows, slopes, points, penalties, pulls, sums, room] = algebra.reserve(
    padded * padded,
    padded * padded,
    4 * padded,
    (padded * (padded + 1)) / 2,
    features.data.length,
    labels.length,
    inputWarp ? features.data.length : 0,
    features.columns.length,
    padded,
  ) as Reservation;
  penalties.set(labels);
  const columns = placeColumns(features, points);
  for (let i = 0; i < padded; i++) {
    const row = matrix.subarray(i * padded, (i + 1) * padded);
    row.fill(0, n);
    if (i >= n) row.fill(0).fill(1, i, i + 1);
    else algebra.maternRow(row, slopes.subarray(rowStart(i)), columns, i, columns, i + 1, penalties, outputScale);
  }
  for (let i = 0; i < n; i++) {
    matrix[i * padded + i] = outputScale * (1 + JITTER) + (knownNoise ? (knownNoise[i] as number) : noise);
  }
  if (algebra.cholesky(matrix, padded, padded, 0) >= 0) {
    return { value: Number.POSITIVE_INFINITY, gradient: new Float64Array(theta.length), mean: 0 };
  }

  let logDeterminant = 0;
  for (let i = 0; i < n; i++) logDeterminant += 2 * Math.log(matrix[i * padded + i] as number);
  // Rows: L^-1 targets and L^-1 ones; then K^-1 (targets - mean).
  rows.fill(0);
  rows.set(targets);
  rows.fill(1, padded, padded + n);
  algebra.solveLower(matrix, padded, padded, rows, 4);
  const whitened = rows.subarray(0, n);
  const ones = rows.subarray(padded, padded + n);
  const cross = dot(whitened, ones);
  const mean = cross / (dot(ones, ones) + 1);
  const quadratic = dot(whitened, whitened) - mean * cross;
  for (let i = 0; i < n; i++) whitened[i] = (whitened[i] as number) - mean * (ones[i] as number);
  algebra.solveLowerTransposed(matrix, padded, padded, rows, 4);
  const alpha = whitened;
  algebra.invert(matrix, padded, padded, inverse);

  const gradient = new Float64Array(theta.length);
  sums.fill(0);
  pulls.fill(0);
  for (let i = 1; i < n; i++) {
    const inverseRow = inverse.subarray(i * padded, (i + 1) * padded);
    const slopeRow = slopes.subarray(rowStart(i));
    algebra.contractRow(sums, inputWarp ? pulls : undefined, i, columns, alpha, inverseRow, slopeRow, room);
  }
  features.columns.forEach(({ dimension, kind }, column) => {
    const unit = kind === 'difference' ? 1 : (labels[column - columns.differences] as number);
    gradient[dimension] = (gradient[dimension] as number) - (sums[column] as number) * unit;
  });
  let residual = 0;
  let noiseTrace = 0;
  for (let i = 0; i < n; i++) {
    const own = (alpha[i] as number) ** 2 - (inverse[i * padded + i] as number);
    residual += ((targets[i] as number) - mean) * (alpha[i] as number);
    noiseTrace += own * (knownNoise ? (knownNoise[i] as number) : noise);
  }
  gradient[parameters.outputScale] = -0.5 * (residual - n - noiseTrace);
  if (parameters.noise !== undefined) gradient[parameters.noise] = -0.5 * noiseTrace;
  if (inputWarp) parameters.addWarpGradient(gradient, data.encoded, lengthScales, pulls, theta);

  const likelihood = 0.5 * (quadratic + logDeterminant + n * Math.log(2 * Math.PI));
  return { value: likelihood + parameters.addPenalty(theta, gradient), gradient, mean };
}

/** The arrays of one evaluation. */
type Reservation = [
  matrix: Float64Array,
  inverse: Float64Array,
  rows: Float64Array,
  slopes: Float64Array,
  points: Float64Array,
  penalties: Float64Array,
  pulls: Float64Array,
  sums: Float64Array,
  room: Float64Array,
];

/** Where a row of a lower triangle that is stored without gaps begins. */
function rowStart(row: number): number {
  return (row * (row + 1)) / 2;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
