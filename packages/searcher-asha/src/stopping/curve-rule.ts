import type { RunningCurve, StoppingRule } from './stopping-rule.ts';

/** A completed trial at one level: where it stood, and how much better it was in the end. */
interface Passage {
  readonly value: number;
  /** Value at the level less the final one; positive if it still got better. */
  readonly gain: number;
}

/**
 * Completed trials that a running one is compared with: those that stood nearest to it at this level. More where a
 * probability is so small that the forecasts of these could not tell it from their half of a success.
 */
const NEIGHBOURS = 25;

/**
 * Performance-curve stopping: a trial stops at a level when it is unlikely to end better than the best completed trial.
 *
 * Its end is predicted without a parametric curve: the completed trials that stood nearest to it at the level gained so and so
 * much from there on; added to its own value each of these gains is one forecast. The share of forecasts that beat the best
 * final value, with one half of a success added (Jeffreys' prior, so that few neighbours never give certainty), is the
 * probability. Golovin et al., KDD 2017, section 3.2.2, state the rule and leave the regression open.
 *
 * Deciding costs O(log n); a completed trial costs O(n) moves of memory for each of its reports.
 */
export class CurveRule implements StoppingRule {
  readonly #startResource: number;
  readonly #minTrials: number;
  readonly #probability: number;
  readonly #neighbours: number;
  /** Completed trials by level, in the order of their value there. */
  readonly #passages = new Map<number, Passage[]>();
  #best = Number.POSITIVE_INFINITY;

  /**
   * @param startResource no trial stops below this level
   * @param minTrials completed trials that there must be at a level
   * @param probability below this chance of becoming the best a trial stops, 0 to 1
   */
  constructor(startResource: number, minTrials: number, probability: number) {
    this.#startResource = startResource;
    this.#minTrials = minTrials;
    this.#probability = probability;
    this.#neighbours = Math.max(NEIGHBOURS, Math.ceil(0.5 / probability));
  }

  completed({ levels, values }: RunningCurve): void {
    const final = values.at(-1);
    if (final === undefined || !Number.isFinite(final)) return;
    this.#best = Math.min(this.#best, final);
    for (const [index, level] of levels.entries()) {
      const value = values[index]!;
      if (!Number.isFinite(value)) continue;
      let passages = this.#passages.get(level);
      if (passages === undefined) {
        passages = [];
        this.#passages.set(level, passages);
      }
      passages.splice(firstAtLeast(passages, value), 0, { value, gain: value - final });
    }
  }

  judge({ levels, values }: RunningCurve): string | undefined {
    const [level, value] = [levels.at(-1), values.at(-1)];
    if (level === undefined || value === undefined || level < this.#startResource) return undefined;
    const passages = this.#passages.get(level);
    if (passages === undefined || passages.length < this.#minTrials) return undefined;
    if (!Number.isFinite(value)) return `its value at ${level} is not a finite number`;
    const near = nearest(passages, value, this.#neighbours);
    const better = near.filter(({ gain }) => value - gain < this.#best).length;
    const chance = (better + 0.5) / (near.length + 1);
    if (chance >= this.#probability) return undefined;
    const percent = (chance * 100).toPrecision(2);
    return `by ${near.length} completed trials that stood where it stands at ${level}, its chance of becoming the best is ${percent} %`;
  }
}

/** Index of the first that is not below a value. */
function firstAtLeast(passages: readonly Passage[], value: number): number {
  let [low, high] = [0, passages.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (passages[middle]!.value < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** So many whose value is nearest. */
function nearest(passages: readonly Passage[], value: number, count: number): readonly Passage[] {
  let high = firstAtLeast(passages, value);
  let low = high;
  while (high - low < count && (low > 0 || high < passages.length)) {
    const below = low > 0 ? value - passages[low - 1]!.value : Number.POSITIVE_INFINITY;
    const above = high < passages.length ? passages[high]!.value - value : Number.POSITIVE_INFINITY;
    if (below <= above) low -= 1;
    else high += 1;
  }
  return passages.slice(low, high);
}
