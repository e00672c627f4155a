/**
 * The dense linear algebra of a Gaussian process and its kernel, in double precision. All arrays are of the last reservation
 * (or parts of such).
 *
 * Matrices are row-major. `size` is the number of rows and columns of a square matrix and `stride` the distance between
 * the starts of two rows, in numbers. Both must be multiples of {@link TILE}, so the operations need no special case at
 * the edge: a smaller matrix is padded with an identity block, and a block of right-hand sides with rows of zeros.
 *
 * Every implementation does the same floating-point operations in the same order, so all of them give the same bits.
 */
export interface LinearAlgebra {
  /** Which implementation this is: WebAssembly with 128-bit vectors, or its twin in plain TypeScript. */
  readonly name: 'wasm' | 'typescript';

  /**
   * Arrays of at least the given lengths, in the memory the operations work in; their content is undefined. They are valid until
   * the next call, which hands out the same memory again: nothing that outlives one synchronous computation may stay here.
   */
  reserve(...lengths: number[]): Float64Array[];

  /**
   * The same, with a copy of an array before the others. The copy of the last such array stays where it is, so that asking again
   * beside the same one copies nothing: neither it nor its copy may be changed.
   */
  reserveBeside(array: Float64Array, ...lengths: number[]): Float64Array[];

  /**
   * Replaces the lower triangle of a symmetric positive definite matrix by its Cholesky factor `L` with `matrix = L L^T`;
   * what lies above the diagonal's tiles is neither read nor written. With `from` (a multiple of {@link TILE}), the rows
   * before it hold their part of `L` already: appending k rows costs O(k size^2), with the same bits as a factorisation
   * from the start.
   *
   * @returns -1, or the row of the first pivot that is not positive: the matrix is not positive definite, and its content
   * is spoilt from this row on.
   */
  cholesky(matrix: Float64Array, size: number, stride: number, from: number): number;

  /**
   * Replaces each row `b` of `rows` by the solution `x` of `L x = b`, for the lower triangle `L` of `factor`.
   *
   * @param count - The number of rows, a multiple of {@link TILE}; they have the stride of the factor.
   */
  solveLower(factor: Float64Array, size: number, stride: number, rows: Float64Array, count: number): void;

  /** Replaces each row `b` of `rows` by the solution `x` of `L^T x = b`; otherwise as {@link solveLower}. */
  solveLowerTransposed(factor: Float64Array, size: number, stride: number, rows: Float64Array, count: number): void;

  /**
   * Writes the inverse of `L L^T`, its lower triangle, to `into` (same size and stride), by way of the inverse of `L`; the
   * rest of `into` holds intermediate results.
   */
  invert(factor: Float64Array, size: number, stride: number, into: Float64Array): void;

  /**
   * Writes the Matern-5/2 kernel `s^2 (1 + r + r^2/3) exp(-r)`, `r` being sqrt(5) distances, between point `index` of `own` and
   * the first `count` of `points` to `values`. One number after the last may be overwritten.
   *
   * @param slopes - Where given, receives `(5/3) s^2 (1 + r) exp(-r)`, which is -2 times the kernel's derivative with respect to the
   * squared distance. Times the squared distance along one dimension it is the derivative with respect to the logarithm of that
   * dimension's length-scale.
   * @param penalties - Per column of labels, what a difference adds to the squared distance.
   * @param scale - The output scale `s^2`.
   */
  maternRow(
    values: Float64Array,
    slopes: Float64Array | undefined,
    own: Columns,
    index: number,
    points: Columns,
    count: number,
    penalties: Float64Array,
    scale: number,
  ): void;

  /**
   * Adds the contribution of one row of the kernel matrix to the derivatives of the log likelihood. The weight of a pair of points is
   * `(alpha_index alpha_j - inverse_j) slopes_j`, for all j before `index`.
   *
   * @param sums - Per column, plus the weights times the squared differences (where labels differ: times 1).
   * @param pulls - Where given, of the shape of the points: the derivatives with respect to their numbers.
   * @param weights - Room for as many numbers as there are points.
   */
  contractRow(
    sums: Float64Array,
    pulls: Float64Array | undefined,
    index: number,
    points: Columns,
    alpha: Float64Array,
    inverse: Float64Array,
    slopes: Float64Array,
    weights: Float64Array,
  ): void;
}

/** Points as the kernel compares them, column after column. */
export interface Columns {
  readonly data: Float64Array;
  /** The distance between the starts of two columns: the number of points. */
  readonly stride: number;
  /** How many columns are compared by their difference, in length-scales; they come first. */
  readonly differences: number;
  /** How many columns hold labels, which are the same or not. */
  readonly mismatches: number;
}

/** The edge of the square tiles in which the operations work. */
export const TILE = 4;

/** The least multiple of {@link TILE} that is not below `size`. */
export function paddedSize(size: number): number {
  return Math.ceil(size / TILE) * TILE;
}
