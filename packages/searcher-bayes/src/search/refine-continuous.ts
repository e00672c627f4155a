import type { Acquisition } from '../acquisition/acquisition.ts';
import type { SpaceLayout } from '../encoding/space-layout.ts';
import { minimise } from '../model/bounded-minimiser.ts';
import type { Candidate } from './candidate-pool.ts';

/** Most steps of the quasi-Newton search from one start. */
const MOST_ITERATIONS = 30;
/** It ends where a step gains less than this in log expected improvement. */
const LEAST_GAIN = 1e-4;
const LEAST_SLOPE = 1e-3;

/** One search on its way. */
interface Ascent {
  readonly candidate: Candidate;
  readonly free: readonly number[];
  readonly steps: ReturnType<typeof minimise>;
  /** The point it wants to know about, scaled; undefined at its end. */
  wanted: Float64Array | undefined;
  reached: Candidate;
}

/**
 * Climbs from each start along the continuous coordinates, with projected L-BFGS. All searches advance together, so that each
 * step is one batch for the model, but each keeps its own memory (Watanabe et al., 2025, call this decoupled).
 *
 * Coordinates are measured in length-scales: what matters much is moved little.
 * @param most evaluations that may be used
 */
export function refineContinuous(
  layout: SpaceLayout,
  acquisition: Acquisition,
  starts: readonly Candidate[],
  lengthScales: readonly number[],
  most: number,
): { readonly reached: Candidate[]; readonly used: number } {
  const scales = lengthScales.map((scale) => Math.min(2, Math.max(0.02, scale)));
  const ascents = starts.map((candidate) => ascent(layout, candidate, scales));
  let used = 0;
  for (;;) {
    const active = ascents.filter(({ wanted }) => wanted !== undefined);
    if (active.length === 0 || used + active.length > most) break;
    const rows = active.map(({ candidate, free, wanted }) => {
      const row = candidate.point.slice();
      for (const [index, dimension] of free.entries()) row[dimension] = wanted![index]! * scales[dimension]!;
      return row;
    });
    const { values, gradients } = acquisition.evaluate(joined(rows), true);
    used += active.length;
    for (const [index, one] of active.entries()) advance(one, rows[index]!, values[index]!, gradients!, index, scales);
  }
  return { reached: ascents.map(({ reached }) => reached), used };
}

function ascent(layout: SpaceLayout, candidate: Candidate, scales: readonly number[]): Ascent {
  const free = [...candidate.point.keys()].filter(
    (dimension) => layout.grids[dimension] === undefined && !Number.isNaN(candidate.point[dimension]!),
  );
  const start = Float64Array.from(free, (dimension) => candidate.point[dimension]! / scales[dimension]!);
  const upper = Float64Array.from(free, (dimension) => 1 / scales[dimension]!);
  const steps = minimise(start, new Float64Array(free.length), upper, {
    maxIterations: MOST_ITERATIONS,
    gradientTolerance: LEAST_SLOPE,
    valueTolerance: LEAST_GAIN,
  });
  const first = free.length === 0 ? undefined : steps.next();
  const wanted = first === undefined || first.done === true ? undefined : first.value;
  return { candidate, free, steps, wanted, reached: candidate };
}

function advance(
  one: Ascent,
  row: Float64Array,
  value: number,
  gradients: Float64Array,
  index: number,
  scales: readonly number[],
): void {
  if (value > one.reached.value) one.reached = { point: row, value };
  const gradient = Float64Array.from(
    one.free,
    (dimension) => -gradients[index * row.length + dimension]! * scales[dimension]!,
  );
  const next = one.steps.next({ value: -value, gradient });
  one.wanted = next.done === true ? undefined : next.value;
}

/** Rows one after another. */
export function joined(rows: readonly Float64Array[]): Float64Array {
  const size = rows[0]?.length ?? 0;
  const all = new Float64Array(rows.length * size);
  for (const [index, row] of rows.entries()) all.set(row, index * size);
  return all;
}
