import { coordinateAt, isForbidden, pointAt, settle, type SpaceLayout } from '../encoding/space-layout.ts';
import type { SeededNumbers } from './seeded-numbers.ts';

/** Standard deviations of the jitter around an incumbent, in units of the range, from fine to coarse. */
const JITTERS = [0.001, 0.01, 0.05, 0.15] as const;

/** Points that are spread evenly over the space, a different set for each shift. */
export function spreadPoints(
  layout: SpaceLayout,
  table: Float64Array,
  count: number,
  numbers: SeededNumbers,
): Float64Array[] {
  const size = layout.order.length;
  const shift = Float64Array.from({ length: size }, () => numbers.next());
  const unit = new Float64Array(size);
  const available = size === 0 ? 1 : table.length / size;
  const points: Float64Array[] = [];
  for (let index = 0; index < Math.min(count, available); index++) {
    for (let dimension = 0; dimension < size; dimension++) {
      unit[dimension] = (table[index * size + dimension]! + shift[dimension]!) % 1;
    }
    const point = new Float64Array(size);
    pointAt(layout, unit, point);
    if (!isForbidden(layout, point)) points.push(point);
  }
  return points;
}

/** Points near given ones: each with a few or all of its coordinates moved, finely or coarsely by turns. */
export function jitteredPoints(
  layout: SpaceLayout,
  centres: readonly Float64Array[],
  count: number,
  numbers: SeededNumbers,
): Float64Array[] {
  const points: Float64Array[] = [];
  for (let index = 0; index < count && centres.length > 0; index++) {
    const centre = centres[index % centres.length]!;
    const jitter = JITTERS[Math.floor(index / centres.length) % JITTERS.length]!;
    const point = jittered(layout, centre, jitter, numbers);
    if (!isForbidden(layout, point)) points.push(point);
  }
  return points;
}

function jittered(layout: SpaceLayout, centre: Float64Array, jitter: number, numbers: SeededNumbers): Float64Array {
  const size = layout.order.length;
  const point = centre.slice();
  // In many dimensions only some move, or nothing near would be left of the centre.
  const share = Math.max(1 / size, Math.min(1, 4 / size));
  const always = numbers.integer(size);
  for (let dimension = 0; dimension < size; dimension++) {
    const coordinate = point[dimension]!;
    if (Number.isNaN(coordinate) || (dimension !== always && numbers.next() > share)) continue;
    const grid = layout.grids[dimension];
    if (layout.dimensions[dimension]!.kind === 'categorical') {
      point[dimension] = grid![numbers.integer(grid!.length)]!;
    } else if (grid === undefined) {
      point[dimension] = reflected(coordinate + jitter * numbers.normal());
    } else {
      point[dimension] = neighbour(grid, coordinate, jitter * numbers.normal());
    }
  }
  const spare = Float64Array.from({ length: size }, () => numbers.next());
  settle(layout, point, spare);
  return point;
}

/** The coordinate of a grid after a move, of at least one step. */
function neighbour(grid: readonly number[], coordinate: number, move: number): number {
  const from = grid.indexOf(coordinate);
  const steps = Math.trunc(move * grid.length) || Math.sign(move);
  return grid[Math.min(grid.length - 1, Math.max(0, from + steps))] ?? coordinate;
}

/** Back into [0, 1] by reflection at its ends. */
function reflected(coordinate: number): number {
  const wrapped = Math.abs(coordinate) % 2;
  return wrapped > 1 ? 2 - wrapped : wrapped;
}

/** All points that differ from one in a single coordinate of a grid; of long grids, those near it and some far ones. */
export function gridNeighbours(layout: SpaceLayout, point: Float64Array, numbers: SeededNumbers): Float64Array[] {
  const neighbours: Float64Array[] = [];
  for (const [dimension, grid] of layout.grids.entries()) {
    const coordinate = point[dimension]!;
    if (grid === undefined || Number.isNaN(coordinate)) continue;
    for (const other of otherCoordinates(layout, dimension, grid, coordinate, numbers)) {
      const neighbour = point.slice();
      neighbour[dimension] = other;
      settle(
        layout,
        neighbour,
        Float64Array.from(point, () => numbers.next()),
      );
      if (!isForbidden(layout, neighbour)) neighbours.push(neighbour);
    }
  }
  return neighbours;
}

/** A grid up to this long is searched exactly. */
const EXACT = 16;
const STEPS = [-8, -4, -2, -1, 1, 2, 4, 8] as const;
const FAR_DRAWS = 4;

function otherCoordinates(
  layout: SpaceLayout,
  dimension: number,
  grid: readonly number[],
  coordinate: number,
  numbers: SeededNumbers,
): readonly number[] {
  if (grid.length <= EXACT) return grid.filter((other) => other !== coordinate);
  const from = grid.indexOf(coordinate);
  const near = STEPS.map((step) => grid[from + step]).filter((other) => other !== undefined);
  const far = Array.from({ length: FAR_DRAWS }, () => coordinateAt(layout, dimension, numbers.next()));
  return [...new Set([...near, ...far])].filter((other) => other !== coordinate);
}
