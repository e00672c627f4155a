import { paddedSize } from '../../src/linear-algebra/types.ts';

/** Numbers of (0, 1) from a small multiplicative generator (Park and Miller). */
export function seededNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 16807) % 2147483647;
    return state / 2147483647;
  };
}

/** A well conditioned symmetric positive definite matrix. */
export function positiveDefinite(n: number, seed: number): Float64Array {
  const random = seededNumbers(seed);
  const root = Float64Array.from({ length: n * n }, () => random() - 0.5);
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let sum = i === j ? n : 0;
      for (let k = 0; k < n; k++) sum += (root[i * n + k] as number) * (root[j * n + k] as number);
      matrix[i * n + j] = sum;
    }
  }
  return matrix;
}

/** The matrix with an identity block after it, up to a padded size. */
export function paddedMatrix(matrix: Float64Array, n: number): Float64Array {
  const size = paddedSize(n);
  const padded = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      padded[i * size + j] = i < n && j < n ? (matrix[i * n + j] as number) : Number(i === j);
    }
  }
  return padded;
}
