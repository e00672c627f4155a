import { decimalOf, scaled } from './decimal.ts';
import { quotaOf } from './rung.ts';

/**
 * The trials of a bracket of Hyperband at each rung: `ceil((s_max + 1) / (s + 1) · reductionFactor^s)` begin, and one in
 * `reductionFactor` goes on (Li et al., Hyperband, JMLR 18, 2018, Algorithm 1).
 * @param steps promotions from the bottom to the top, `s`
 * @param most the same of the tallest bracket, `s_max`
 */
export function hyperbandPlaces(steps: number, most: number, reductionFactor: number): number[] {
  const power = scaled({ digits: BigInt(most + 1), places: 0 }, decimalOf(reductionFactor), steps);
  const divisor = BigInt(steps + 1) * 10n ** BigInt(power.places);
  return survivors(Number((power.digits + divisor - 1n) / divisor), steps + 1, reductionFactor);
}

/** How many of `first` trials come to each of so many rungs when one in `reductionFactor` goes on from each. */
export function survivors(first: number, rungs: number, reductionFactor: number): number[] {
  const counts: number[] = [];
  for (let count = first; counts.length < rungs; count = quotaOf(count, reductionFactor)) counts.push(count);
  return counts;
}
