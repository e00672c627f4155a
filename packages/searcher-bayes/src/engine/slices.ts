import type { Observation } from '../data/observation.ts';
import { settle, type SpaceLayout } from '../encoding/space-layout.ts';
import type { GaussianProcess } from '../model/types.ts';
import type { Belief } from './protocol.ts';

/** Places along a continuous axis, and the most along a grid. */
const PLACES = 33;

/** What the model believes along each dimension, through the best observed point. */
export function slicesThrough(
  layout: SpaceLayout,
  model: GaussianProcess,
  observations: readonly Observation[],
  beliefsAt: (model: GaussianProcess, points: Float64Array) => Belief[],
): (Belief & { readonly coordinate: number })[][] {
  const best = observations.reduce((a, b) => (b.value < a.value ? b : a), observations[0]!);
  const size = layout.order.length;
  const middle = new Float64Array(size).fill(0.5);
  return layout.grids.map((grid, dimension) => {
    // A parameter that is inactive there has no slice through it.
    if (Number.isNaN(best.point[dimension]!)) return [];
    const coordinates = grid === undefined || grid.length > PLACES ? evenly(grid) : grid;
    const points = new Float64Array(coordinates.length * size);
    for (const [row, coordinate] of coordinates.entries()) {
      const point = best.point.slice();
      point[dimension] = coordinate;
      settle(layout, point, middle);
      points.set(point, row * size);
    }
    return beliefsAt(model, points).map((belief, index) => ({ ...belief, coordinate: coordinates[index]! }));
  });
}

function evenly(grid: readonly number[] | undefined): number[] {
  const shares = Array.from({ length: PLACES }, (_, index) => index / (PLACES - 1));
  return grid === undefined ? shares : shares.map((share) => grid[Math.round(share * (grid.length - 1))]!);
}
