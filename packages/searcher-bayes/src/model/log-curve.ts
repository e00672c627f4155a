import type { Curve } from './curve.ts';

/** Distances of the offset below the least value, in units of the spread of the better half. */
const DISTANCES = [0.01, 0.03, 0.1, 0.3, 1];

/**
 * `ln(value - offset)`. The offset is 0 where all values are positive, or lies a little below the least value: whichever makes
 * the values most probable as a sample of a normal distribution. Below the least value the curve goes on as a straight
 * line, so it is defined everywhere.
 */
export function logCurve(sorted: Float64Array): Curve {
  const least = sorted[0] ?? 0;
  const spread = spreadOf(sorted);
  if (spread === 0) return { forward: (value) => value, inverse: (warped) => warped, slope: () => 1 };
  const offsets = DISTANCES.map((distance) => least - distance * spread);
  if (least > 0) offsets.unshift(0);
  let offset = offsets[0] as number;
  let greatest = Number.NEGATIVE_INFINITY;
  for (const candidate of offsets) {
    const likelihood = normalLikelihood(sorted, candidate);
    if (likelihood > greatest) {
      greatest = likelihood;
      offset = candidate;
    }
  }
  const first = least - offset;
  const start = Math.log(first);
  return {
    forward: (value) => (value >= least ? Math.log(value - offset) : start + (value - least) / first),
    inverse: (warped) => (warped >= start ? Math.exp(warped) + offset : least + (warped - start) * first),
    slope: (value) => (value >= least ? 1 / (value - offset) : 1 / first),
  };
}

/** The distance from the least value to the middle one, or to the next greater value that differs. */
function spreadOf(sorted: Float64Array): number {
  const least = sorted[0] ?? 0;
  const middle = sorted.length >> 1;
  for (let i = middle; i < sorted.length; i++) {
    const spread = (sorted[i] as number) - least;
    if (spread > 0) return spread;
  }
  return 0;
}

/** The log likelihood of values whose logarithms are normal, at its maximum over mean and variance, up to a constant. */
function normalLikelihood(sorted: Float64Array, offset: number): number {
  let sum = 0;
  let squares = 0;
  for (const value of sorted) {
    const logarithm = Math.log(value - offset);
    sum += logarithm;
    squares += logarithm * logarithm;
  }
  const variance = squares / sorted.length - (sum / sorted.length) ** 2;
  return variance > 0 ? -0.5 * sorted.length * Math.log(variance) - sum : Number.NEGATIVE_INFINITY;
}
