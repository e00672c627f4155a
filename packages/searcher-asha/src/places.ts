import { decimalOf, scaled } from './decimal.ts';
import { quotaOf } from './rung.ts';

/**
 * The trials of a bracket of Hyperband at each rung: `n = ceil((s_max + 1) / (s + 1) · reductionFactor^s)` begin, and
 * `floor(n / reductionFactor^k)` come to the `k`-th rung after the first (Li et al., Hyperband, JMLR 18, 2018, Algorithm 1).
 * At least one comes to the top, also where the factor is no whole number and one in `reductionFactor` of a rung may be none.
 * @param steps promotions from the bottom to the top, `s`
 * @param most the same of the tallest bracket, `s_max`
 */
export function hyperbandPlaces(steps: number, most: number, reductionFactor: number): number[] {
  const factor = decimalOf(reductionFactor);
  const power = scaled({ digits: BigInt(most + 1), places: 0 }, factor, steps);
  const divisor = BigInt(steps + 1) * 10n ** BigInt(power.places);
  const first = (power.digits + divisor - 1n) / divisor;
  return Array.from({ length: steps + 1 }, (_, rung) => {
    const { digits, places } = scaled({ digits: 1n, places: 0 }, factor, rung);
    return Number((first * 10n ** BigInt(places)) / digits);
  });
}

/** How many of `first` trials come to each of so many rungs when one in `reductionFactor` goes on from each. */
export function survivors(first: number, rungs: number, reductionFactor: number): number[] {
  const counts: number[] = [];
  for (let count = first; counts.length < rungs; count = quotaOf(count, reductionFactor)) counts.push(count);
  return counts;
}
