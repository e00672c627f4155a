import { type LinearAlgebra, paddedSize, TILE } from '../linear-algebra/types.ts';
import { type Features, mismatchPenalties, placeColumns } from './features.ts';
import type { Hyperparameters } from './types.ts';

/**
 * What is always added to the diagonal, in units of the output scale: it keeps two equal points from making the matrix singular
 * where there is no noise.
 */
export const JITTER = 1e-10;
/** Growth of the jitter from one attempt to the next where the factorisation still fails, and the most that is tried. */
const JITTER_GROWTH = 100;
const MAX_JITTER = 1e-2;

/** The Cholesky factor of a covariance matrix of observations, padded. */
export interface Factor {
  /** The lower triangle, row-major with the padded size as stride. */
  readonly lower: Float64Array;
  readonly size: number;
  readonly padded: number;
  /** What was added to the diagonal besides the noise, in units of the output scale. */
  readonly jitter: number;
}

/**
 * Factorises the covariance matrix of points. Where it is not numerically positive definite the jitter grows until it is; the
 * noise's floor makes that rare.
 *
 * @param base - The factor of the first points, which is extended: O(n^2) per point more.
 */
export function factorise(
  algebra: LinearAlgebra,
  features: Features,
  noise: Float64Array,
  hyperparameters: Pick<Hyperparameters, 'lengthScales' | 'outputScale'>,
  base?: Factor,
): Factor {
  const size = features.count;
  const padded = paddedSize(size);
  const labels = mismatchPenalties(features, hyperparameters.lengthScales);
  const [matrix, data, penalties] = algebra.reserve(padded * padded, features.data.length, labels.length) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const points = placeColumns(features, data);
  penalties.set(labels);
  /** Writes the rows from `from` on of the lower triangle, noise included, padded by an identity. */
  const fill = (from: number, jitter: number): void => {
    const { outputScale } = hyperparameters;
    for (let i = from; i < padded; i++) {
      const row = matrix.subarray(i * padded, (i + 1) * padded);
      if (i < size) algebra.maternRow(row, undefined, points, i, points, i + 1, penalties, outputScale);
      else row.fill(0);
      row[i] = i < size ? outputScale * (1 + jitter) + (noise[i] as number) : 1;
    }
  };
  if (base) {
    // The rows of the last tile begun are computed again, with those that fill it.
    const kept = base.size - (base.size % TILE);
    for (let i = 0; i < kept; i++) {
      matrix.set(base.lower.subarray(i * base.padded, i * base.padded + kept), i * padded);
    }
    fill(kept, base.jitter);
    if (algebra.cholesky(matrix, padded, padded, kept) < 0) {
      return { lower: matrix.slice(), size, padded, jitter: base.jitter };
    }
  }
  for (let jitter = JITTER; ; jitter *= JITTER_GROWTH) {
    fill(0, jitter);
    if (algebra.cholesky(matrix, padded, padded, 0) < 0) return { lower: matrix.slice(), size, padded, jitter };
    if (jitter > MAX_JITTER) {
      // Not a number somewhere in the hyperparameters or points: independent observations are a model too.
      matrix.fill(0);
      for (let i = 0; i < padded; i++) matrix[i * padded + i] = 1;
      return { lower: matrix.slice(), size, padded, jitter };
    }
  }
}
