import { OrderedResults } from '../ordered-results.ts';
import type { RunningCurve, StoppingRule } from './stopping-rule.ts';

/**
 * The median stopping rule: a trial stops at a level if its best value so far is strictly worse than the median, over all
 * completed trials, of the running averages of their values up to that level.
 *
 * Golovin et al., Google Vizier: A Service for Black-Box Optimization, KDD 2017, section 3.2.1. Trials are compared at levels
 * at which both reported; each decision costs O(log n).
 */
export class MedianRule implements StoppingRule {
  readonly #startResource: number;
  readonly #minTrials: number;
  /** Running averages of the completed trials, by level. */
  readonly #averages = new Map<number, OrderedResults>();

  /**
   * @param startResource no trial stops below this level
   * @param minTrials completed trials that there must be at a level
   */
  constructor(startResource: number, minTrials: number) {
    this.#startResource = startResource;
    this.#minTrials = minTrials;
  }

  completed({ levels, values }: RunningCurve): void {
    let sum = 0;
    for (const [index, level] of levels.entries()) {
      sum += values[index]!;
      let averages = this.#averages.get(level);
      if (averages === undefined) {
        averages = new OrderedResults();
        this.#averages.set(level, averages);
      }
      // A value that was not finite is worse than everything, and so is every average with it.
      averages.add(sum / (index + 1));
    }
  }

  judge({ levels, best }: RunningCurve): string | undefined {
    const level = levels.at(-1);
    if (level === undefined || level < this.#startResource) return undefined;
    const averages = this.#averages.get(level);
    const count = averages?.size ?? 0;
    if (averages === undefined || count < this.#minTrials) return undefined;
    const [low, high] = [averages.valueAt((count - 1) >> 1)!, averages.valueAt(count >> 1)!];
    const median = low === high ? low : (low + high) / 2;
    return best > median
      ? `its best so far is worse than the median of ${count} completed trials' averages up to ${level}`
      : undefined;
  }
}
