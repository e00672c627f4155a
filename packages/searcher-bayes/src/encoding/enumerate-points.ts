import { isForbidden, settle, type SpaceLayout } from './space-layout.ts';

/** Every point of a finite space that is not forbidden, in order; each one is a new array. */
export function* enumeratePoints(layout: SpaceLayout): Generator<Float64Array> {
  const row = new Float64Array(layout.order.length).fill(Number.NaN);
  const spare = new Float64Array(layout.order.length);
  yield* extend(0);

  function* extend(depth: number): Generator<Float64Array> {
    const dimension = layout.order[depth];
    if (dimension === undefined) {
      if (!isForbidden(layout, row)) yield row.slice();
      return;
    }
    // Parents are set by now: settling tells whether this dimension is active.
    row[dimension] = Number.NaN;
    const probe = row.slice();
    for (const later of layout.order.slice(depth + 1)) probe[later] = Number.NaN;
    settle(layout, probe, spare);
    if (Number.isNaN(probe[dimension]!)) {
      yield* extend(depth + 1);
      return;
    }
    for (const coordinate of layout.grids[dimension] ?? []) {
      row[dimension] = coordinate;
      yield* extend(depth + 1);
    }
    row[dimension] = Number.NaN;
  }
}
