import { axisPosition, type ParameterCells } from './parameters.ts';
import type { ImportanceData } from './report-data.ts';

/** The share of trials that counts as good. */
const TOP = 0.1;
/** Below this many trials with a value nothing is said. */
const FEWEST_TRIALS = 20;
/** Fewest good trials: the densities of fewer are noise. */
const FEWEST_TOP = 6;
/** Cells of the grid on which densities of numbers are compared. */
const CELLS = 50;
/** Random groups of trials that say how large a divergence chance alone makes. */
const DRAWS = 100;

/**
 * How much each parameter has to do with being among the best tenth of the trials: PED-ANOVA (Watanabe, Bansal and Hutter,
 * "PED-ANOVA: Efficiently Quantifying Hyperparameter Importance in Arbitrary Subspaces", IJCAI 2023, section 4, theorem 1)
 * for one parameter at a time. The importance is the Pearson divergence between the parameter's density among the best
 * trials and its density among all of them; the shares add up to 1.
 *
 * Departures: both densities use the same bandwidth (Scott's rule for the best trials), so that equal samples differ by
 * nothing; a conditional parameter is judged among the trials in which it is active, and weighted by their share; and the
 * same number of trials, drawn at random a hundred times, tells how large a divergence means nothing (95th percentile).
 *
 * @param values the trials' values, less being better; `+Infinity` where there is none
 */
export function parameterImportance(parameters: readonly ParameterCells[], values: readonly number[]): ImportanceData {
  const finite = values.filter((value) => Number.isFinite(value)).length;
  if (finite < FEWEST_TRIALS) {
    return {
      known: false,
      reason: `Needs ${FEWEST_TRIALS} trials with a value; there ${finite === 1 ? 'is' : 'are'} ${finite}.`,
    };
  }
  const judged = parameters.map((parameter) => ({ name: parameter.name, ...judge(parameter, values, finite) }));
  const total = judged.reduce((sum, { divergence }) => sum + divergence, 0);
  if (total === 0) return { known: false, reason: 'No parameter differs between the trials.' };
  return {
    known: true,
    trials: finite,
    parameters: judged
      .map(({ name, divergence, chance }) => ({ name, share: divergence / total, chance: chance / total }))
      .sort((a, b) => b.share - a.share),
  };
}

function judge(parameter: ParameterCells, values: readonly number[], finite: number) {
  const rows: { cell: number; value: number }[] = [];
  const cells = parameter.kind === 'category' ? Math.max(1, parameter.levels.length) : CELLS;
  for (const [row, value] of values.entries()) {
    const raw = parameter.cells[row];
    if (raw === undefined || !Number.isFinite(value)) continue;
    const cell =
      parameter.kind === 'category' ? raw : Math.min(CELLS - 1, Math.floor(axisPosition(parameter, raw) * CELLS));
    rows.push({ cell, value });
  }
  if (rows.length < FEWEST_TRIALS) return { divergence: 0, chance: 0 };
  rows.sort((a, b) => a.value - b.value);
  const order = Int32Array.from(rows, ({ cell }) => cell);
  const top = Math.max(FEWEST_TOP, Math.ceil(rows.length * TOP));
  const all = count(order, order.length, cells);
  if (all.filter((amount) => amount > 0).length < 2) return { divergence: 0, chance: 0 };
  const best = count(order, top, cells);
  const smooth = smoother(parameter, best, top);
  const density = smooth(all);
  const weight = rows.length / finite;

  const random = generator();
  const drawn: number[] = [];
  for (let draw = 0; draw < DRAWS; draw += 1) {
    for (let place = 0; place < top; place += 1) {
      const other = place + Math.floor(random() * (order.length - place));
      const cell = order[place] ?? 0;
      order[place] = order[other] ?? 0;
      order[other] = cell;
    }
    drawn.push(divergence(smooth(count(order, top, cells)), density));
  }
  drawn.sort((a, b) => a - b);
  return {
    divergence: weight * divergence(smooth(best), density),
    chance: weight * (drawn[Math.floor(DRAWS * 0.95)] ?? 0),
  };
}

/** The Pearson divergence: the mean over `base` of (p / base - 1) squared. */
function divergence(p: Float64Array, base: Float64Array): number {
  let sum = 0;
  for (const [cell, mass] of base.entries()) {
    if (mass > 0) sum += ((p[cell] ?? 0) - mass) ** 2 / mass;
  }
  return sum;
}

function count(cells: Int32Array, length: number, width: number): Float64Array {
  const counts = new Float64Array(width);
  for (let place = 0; place < length; place += 1) {
    const cell = cells[place] ?? 0;
    counts[cell] = (counts[cell] ?? 0) + 1;
  }
  return counts;
}

/** Turns counts into a density: as they are for a category, with a Gaussian kernel for a number. */
function smoother(parameter: ParameterCells, best: Float64Array, top: number): (counts: Float64Array) => Float64Array {
  if (parameter.kind === 'category') return normalise;
  const mean = best.reduce((sum, amount, cell) => sum + amount * cell, 0) / top;
  const variance = best.reduce((sum, amount, cell) => sum + amount * (cell - mean) ** 2, 0) / Math.max(1, top - 1);
  const bandwidth = Math.max(1, 1.06 * Math.sqrt(variance) * top ** -0.2);
  const kernel = Float64Array.from({ length: CELLS }, (_, distance) => Math.exp(-0.5 * (distance / bandwidth) ** 2));
  return (counts) => {
    const smoothed = new Float64Array(CELLS);
    for (const [cell, amount] of counts.entries()) {
      if (amount === 0) continue;
      for (let at = 0; at < CELLS; at += 1)
        smoothed[at] = (smoothed[at] ?? 0) + amount * (kernel[Math.abs(at - cell)] ?? 0);
    }
    return normalise(smoothed);
  };
}

function normalise(amounts: Float64Array): Float64Array {
  const total = amounts.reduce((sum, amount) => sum + amount, 0);
  return amounts.map((amount) => amount / total);
}

/** The same numbers from 0 to 1 every time (linear congruential, the constants of Numerical Recipes): a report must not vary. */
function generator(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
