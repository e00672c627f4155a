import type { Columns } from '../linear-algebra/types.ts';
import { kumaraswamy } from './kumaraswamy.ts';
import type { ContinuousDimension, Hyperparameters, ModelSpace } from './types.ts';

/** One column of the features of points: what the kernel compares. */
interface Column {
  /** The dimension of the space it belongs to, whose length-scale it has. */
  readonly dimension: number;
  /**
   * How two points differ in it: by the difference of their numbers, or by one whole length where their labels are not the same
   * (a categorical choice; whether a conditional dimension is active).
   */
  readonly kind: 'difference' | 'mismatch';
}

/**
 * The columns of a space. Every column is a coordinate in a Euclidean space (a mismatch is half the squared distance of two unit
 * vectors), so any stationary kernel of their distance is positive definite, conditional dimensions included: where a
 * continuous one is inactive its number is 1/2, and a second column tells active from inactive. Two points that both lack
 * it do not differ in it; one that has it and one that has not differ by one length and the distance from the middle.
 */
function columnsOf(space: ModelSpace): readonly Column[] {
  const all = space.dimensions.flatMap((domain, dimension): Column[] => {
    if (domain.kind === 'categorical') return [{ dimension, kind: 'mismatch' }];
    const value: Column = { dimension, kind: 'difference' };
    return domain.conditional ? [value, { dimension, kind: 'mismatch' }] : [value];
  });
  return [...all.filter(({ kind }) => kind === 'difference'), ...all.filter(({ kind }) => kind === 'mismatch')];
}

/** Points as the kernel sees them: column after column, rounded, warped, differences in units of their length-scale. */
export interface Features {
  /** Those compared by difference come first. */
  readonly columns: readonly Column[];
  /** The number of points, and the length of a column. */
  readonly count: number;
  /** columns x count numbers. */
  readonly data: Float64Array;
}

/** Points as numbers and labels, column after column: rounded, but neither warped nor scaled. */
export function encodePoints(space: ModelSpace, points: Float64Array): Features {
  const columns = columnsOf(space);
  const width = space.dimensions.length;
  const count = width === 0 ? 0 : points.length / width;
  const data = new Float64Array(columns.length * count);
  columns.forEach(({ dimension, kind }, column) => {
    const domain = space.dimensions[dimension];
    if (!domain) return;
    for (let row = 0; row < count; row++) {
      const coordinate = points[row * width + dimension] as number;
      data[column * count + row] =
        domain.kind === 'categorical'
          ? Number.isNaN(coordinate)
            ? -1
            : coordinate
          : kind === 'mismatch'
            ? Number(Number.isNaN(coordinate))
            : Number.isNaN(coordinate)
              ? 0.5
              : roundToLevel(domain, coordinate);
    }
  });
  return { columns, count, data };
}

/** The coordinate of the nearest level; of two as near, the greater. A coordinate without levels is clamped to [0, 1]. */
export function roundToLevel({ levels }: ContinuousDimension, coordinate: number): number {
  const inside = Math.min(1, Math.max(0, coordinate));
  if (levels === undefined) return inside;
  if (typeof levels === 'number' && levels < 2) return 0;
  if (typeof levels === 'number') return Math.round(inside * (levels - 1)) / (levels - 1);
  let low = 0;
  let high = levels.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((levels[middle] as number) <= inside) low = middle;
    else high = middle;
  }
  const below = levels[low] as number;
  const above = levels[high] as number;
  return inside - below < above - inside ? below : above;
}

/** The features as the linear algebra takes them, copied to an array of its memory. */
export function placeColumns({ columns, count, data }: Features, into: Float64Array): Columns {
  into.set(data);
  const differences = columns.filter(({ kind }) => kind === 'difference').length;
  return { data: into, stride: count, differences, mismatches: columns.length - differences };
}

/** What a difference of labels adds to the squared distance, for each column of labels: one squared inverse length-scale. */
export function mismatchPenalties({ columns }: Features, lengthScales: readonly number[]): number[] {
  return columns
    .filter(({ kind }) => kind === 'mismatch')
    .map(({ dimension }) => 1 / (lengthScales[dimension] as number) ** 2);
}

/** Warps encoded points and divides differences by their length-scales. */
export function scaleFeatures(
  encoded: Features,
  hyperparameters: Pick<Hyperparameters, 'lengthScales' | 'inputWarp'>,
): Features {
  const { columns, count } = encoded;
  const data = encoded.data.slice();
  columns.forEach(({ dimension, kind }, column) => {
    if (kind === 'mismatch') return;
    const inverse = 1 / (hyperparameters.lengthScales[dimension] as number);
    const warp = hyperparameters.inputWarp?.[dimension];
    const start = column * count;
    for (let at = start; at < start + count; at++) {
      const x = data[at] as number;
      data[at] = (warp ? kumaraswamy(x, warp) : x) * inverse;
    }
  });
  return { columns, count, data };
}
