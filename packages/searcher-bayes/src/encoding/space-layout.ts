import type { ModelSpace } from '../model/types.ts';

/**
 * A search space as the model and the acquisition search see it: plain data, so that it can be sent to a thread.
 *
 * A point is a row with one number for each dimension: a coordinate on [0, 1], the number of a choice, or `NaN` where the
 * parameter is inactive.
 */
export interface SpaceLayout extends ModelSpace {
  /** For each dimension the coordinates that exist, ascending; undefined where every coordinate does. */
  readonly grids: readonly (readonly number[] | undefined)[];
  /** For each dimension without a grid how many equal bins it has, each known by its middle; undefined if it has none. */
  readonly bins: readonly (number | undefined)[];
  /** For each dimension whether its grid is shared out in equal parts, or by which coordinate is nearest. */
  readonly even: readonly boolean[];
  /** The dimensions, parents before their children. */
  readonly order: readonly number[];
  /** For each dimension what must hold for it to be active. */
  readonly conditions: readonly (readonly Requirement[])[];
  /** Combinations that are never tried: each one a list of what holds together. */
  readonly forbidden: readonly (readonly Requirement[])[];
  /** Number of different points; `Infinity` if there is no end to them. */
  readonly cardinality: number;
}

/** That a dimension is active and has one of these coordinates. */
export interface Requirement {
  readonly dimension: number;
  readonly coordinates: readonly number[];
  /** How far from a coordinate still counts as it: half a bin where there is no grid. */
  readonly tolerance: number;
}

/** Whether everything that is required holds at a point. */
function allHold(requirements: readonly Requirement[], row: Float64Array): boolean {
  return requirements.every(({ dimension, coordinates, tolerance }) =>
    coordinates.some((coordinate) => Math.abs(row[dimension]! - coordinate) <= tolerance),
  );
}

/** Whether a point is a forbidden combination. */
export function isForbidden(layout: SpaceLayout, row: Float64Array): boolean {
  return layout.forbidden.some((clause) => allHold(clause, row));
}

/**
 * Writes the point of the space at a point of the unit cube: coordinates moved to their grids, inactive ones left out.
 * @param unit one number on [0, 1] for each dimension
 */
export function pointAt(layout: SpaceLayout, unit: ArrayLike<number>, into: Float64Array): void {
  for (const dimension of layout.order) {
    const active = allHold(layout.conditions[dimension]!, into);
    into[dimension] = active ? coordinateAt(layout, dimension, unit[dimension]!) : Number.NaN;
  }
}

/** The coordinate of a dimension at a place on [0, 1]. */
export function coordinateAt(layout: SpaceLayout, dimension: number, place: number): number {
  const grid = layout.grids[dimension];
  const within = Math.min(1, Math.max(0, place));
  if (grid === undefined) return inBin(layout.bins[dimension], within);
  if (layout.even[dimension] === true) return grid[Math.min(grid.length - 1, Math.floor(within * grid.length))]!;
  return grid[nearest(grid, within)]!;
}

/** The middle of the bin of a place, if there are bins. */
function inBin(bins: number | undefined, place: number): number {
  return bins === undefined ? place : (Math.min(bins - 1, Math.floor(place * bins)) + 0.5) / bins;
}

/** The point that is meant by a point of a continuous search: coordinates with bins in the middle of theirs. */
export function snapped(layout: SpaceLayout, row: Float64Array): Float64Array {
  if (layout.bins.every((bins) => bins === undefined)) return row;
  return row.map((coordinate, dimension) => inBin(layout.bins[dimension], coordinate));
}

/** Index of the number of an ascending list that is nearest to a given one. */
export function nearest(grid: readonly number[], value: number): number {
  let low = 0;
  let high = grid.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (grid[middle]! + grid[middle + 1]! < 2 * value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Mends a point after some of its coordinates were changed: what has become inactive is left out, and what has become active
 * takes its coordinate from `spare`.
 * @param spare a point of the unit cube
 */
export function settle(layout: SpaceLayout, row: Float64Array, spare: ArrayLike<number>): void {
  for (const dimension of layout.order) {
    if (!allHold(layout.conditions[dimension]!, row)) row[dimension] = Number.NaN;
    else if (Number.isNaN(row[dimension]!)) row[dimension] = coordinateAt(layout, dimension, spare[dimension]!);
  }
}

/** The same text for two points exactly when they are the same point; continuous coordinates to nine digits. */
export function pointKey(row: Float64Array): string {
  let key = '';
  for (const coordinate of row) key += `${Math.round(coordinate * 1e9)},`;
  return key;
}
