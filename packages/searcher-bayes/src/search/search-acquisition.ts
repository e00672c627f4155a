import type { Acquisition } from '../acquisition/acquisition.ts';
import { enumeratePoints } from '../encoding/enumerate-points.ts';
import type { SpaceLayout } from '../encoding/space-layout.ts';
import { type Candidate, CandidatePool } from './candidate-pool.ts';
import { gridNeighbours, jitteredPoints, spreadPoints } from './candidates.ts';
import { joined, refineContinuous } from './refine-continuous.ts';
import type { SeededNumbers } from './seeded-numbers.ts';

/** What to search, and how long. */
export interface AcquisitionSearch {
  readonly layout: SpaceLayout;
  readonly acquisition: Acquisition;
  /** Points that are spread evenly over the unit cube, row after row. */
  readonly spread: Float64Array;
  /** The best points known, best first. */
  readonly incumbents: readonly Float64Array[];
  readonly lengthScales: readonly number[];
  /** Keys of the points that must not be proposed. */
  readonly taken: ReadonlySet<string>;
  /** Points at which the acquisition may be evaluated, gradients counting fourfold; it is not always used up. */
  readonly evaluations: number;
  readonly numbers: SeededNumbers;
}

/** Rounds of refinement, alternating between continuous and discrete coordinates. */
const MOST_ROUNDS = 6;
/** Share of the evaluations that looks around before anything is refined. */
const LOOKING_AROUND = 0.45;
/** A point with its gradient costs so much more than one without. */
const GRADIENT_COST = 4;
/** Starts of the refinement when there is time for them. */
const MOST_STARTS = 8;

/**
 * Maximises an acquisition function over a space: exhaustively where the space is small, otherwise from spread points and points
 * near the incumbents, the best of which climb: quasi-Newton steps along continuous coordinates and exact coordinate search
 * along the others, in turns.
 * @returns what was found, best first; nothing if everything near was tried before
 */
export function searchAcquisition(search: AcquisitionSearch): Iterable<Candidate> {
  const { layout, acquisition, numbers, evaluations } = search;
  const pool = new CandidatePool(layout, search.taken);
  if (layout.cardinality <= evaluations) {
    evaluate(pool, acquisition, pool.fresh([...enumeratePoints(layout)]));
    return pool.ranked();
  }
  const looks = Math.max(16, Math.floor(evaluations * LOOKING_AROUND));
  const spread = spreadPoints(layout, search.spread, Math.ceil(looks * 0.7), numbers);
  const near = jitteredPoints(layout, search.incumbents, looks - Math.ceil(looks * 0.7), numbers);
  const looked = evaluate(pool, acquisition, pool.fresh([...spread, ...near]));
  let left = evaluations - looks;
  let starts = chooseStarts(looked, Math.min(MOST_STARTS, Math.max(2, Math.floor(left / 40))), numbers);
  for (let round = 0; round < MOST_ROUNDS && left > 0 && starts.length > 0; round++) {
    const before = starts.map(({ value }) => value);
    const climbed = refineContinuous(
      layout,
      acquisition,
      starts,
      search.lengthScales,
      Math.floor(left / GRADIENT_COST),
    );
    left -= GRADIENT_COST * climbed.used;
    for (const candidate of climbed.reached) pool.add(candidate);
    const stepped = stepDiscrete(layout, acquisition, pool, climbed.reached, numbers, left);
    left -= stepped.used;
    // Those that still gain go on.
    starts = stepped.reached.filter(
      (candidate, index) => candidate.value > before[index]! + 1e-3 && stepped.moved[index]!,
    );
  }
  return pool.ranked();
}

/** Evaluates points and adds them to the pool. */
function evaluate(pool: CandidatePool, acquisition: Acquisition, points: readonly Float64Array[]): Candidate[] {
  if (points.length === 0) return [];
  const { values } = acquisition.evaluate(joined(points), false);
  const candidates = points.map((point, index) => ({ point, value: values[index]! }));
  const usable = candidates.filter(({ value }) => Number.isFinite(value));
  for (const candidate of usable) pool.add(candidate);
  return usable;
}

/** The best candidate, and others at random in proportion to their expected improvement. */
function chooseStarts(candidates: readonly Candidate[], count: number, numbers: SeededNumbers): Candidate[] {
  const ranked = [...candidates].sort((a, b) => b.value - a.value);
  const chosen = ranked.splice(0, Math.ceil(count / 2));
  const best = chosen[0]?.value ?? 0;
  while (chosen.length < count && ranked.length > 0) {
    const weights = ranked.map(({ value }) => Math.exp(Math.max(-30, value - best)));
    let place = numbers.next() * weights.reduce((sum, weight) => sum + weight, 0);
    let index = 0;
    while (index < weights.length - 1 && place >= weights[index]!) place -= weights[index++]!;
    chosen.push(...ranked.splice(index, 1));
  }
  return chosen;
}

/** Moves each candidate to its best neighbour on the grids, as long as that gains. */
function stepDiscrete(
  layout: SpaceLayout,
  acquisition: Acquisition,
  pool: CandidatePool,
  starts: readonly Candidate[],
  numbers: SeededNumbers,
  most: number,
): { readonly reached: Candidate[]; readonly moved: boolean[]; readonly used: number } {
  const reached = [...starts];
  const moved = starts.map(() => false);
  let used = 0;
  if (layout.grids.every((grid) => grid === undefined)) return { reached, moved, used };
  let active = [...starts.keys()];
  while (active.length > 0 && used < most) {
    const next: number[] = [];
    for (const index of active) {
      const neighbours = pool.fresh(gridNeighbours(layout, reached[index]!.point, numbers)).slice(0, most - used);
      used += neighbours.length;
      const found = evaluate(pool, acquisition, neighbours);
      const best = found.reduce((a, b) => (b.value > a.value ? b : a), reached[index]!);
      if (best === reached[index]) continue;
      reached[index] = best;
      moved[index] = true;
      next.push(index);
    }
    active = next;
  }
  return { reached, moved, used };
}
