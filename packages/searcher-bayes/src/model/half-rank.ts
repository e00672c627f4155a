import type { Curve } from './curve.ts';

/**
 * The better half of the values as they are; of the worse half only the order counts: each takes the quantile of a normal
 * distribution that its rank is, with the deviation of the better half (the half-rank warper of X. Song et al., The Vizier
 * Gaussian Process Bandit Algorithm, 2024, section 3.1). Between the observed values, and beyond them, the curve is made of
 * straight lines.
 */
export function halfRankCurve(sorted: Float64Array): Curve {
  const n = sorted.length;
  const middle = (n - 1) >> 1;
  const median = sorted[middle] ?? 0;
  let squares = 0;
  for (let i = 0; i < middle; i++) squares += ((sorted[i] as number) - median) ** 2;
  const deviation = Math.sqrt(squares / Math.max(1, middle));
  const values = [median];
  const warped = [median];
  for (let first = middle; first < n; ) {
    let next = first + 1;
    while (next < n && sorted[next] === sorted[first]) next++;
    const value = sorted[first] as number;
    if (value > median) {
      // Equal values share the middle of their ranks.
      values.push(value);
      warped.push(median + deviation * upperQuantile(1 - (first + next) / 2 / n));
    }
    first = next;
  }
  if (deviation === 0 || values.length < 3) return { forward: (value) => value, inverse: (x) => x, slope: () => 1 };
  const segment = (knots: readonly number[], x: number): number => {
    let low = 0;
    let high = knots.length - 1;
    while (high - low > 1) {
      const half = (low + high) >> 1;
      if ((knots[half] as number) <= x) low = half;
      else high = half;
    }
    return low;
  };
  const along = (from: readonly number[], to: readonly number[], x: number): number => {
    const at = segment(from, x);
    const [x0, x1, y0, y1] = [from[at], from[at + 1], to[at], to[at + 1]] as [number, number, number, number];
    return y0 + ((x - x0) / (x1 - x0)) * (y1 - y0);
  };
  /** Ranks apart between which the slope at an observed value is taken: the gaps between neighbours alone would be noise. */
  const reach = Math.max(1, Math.round(Math.sqrt(values.length) / 2));
  return {
    forward: (value) => (value <= median ? value : along(values, warped, value)),
    inverse: (x) => (x <= median ? x : along(warped, values, x)),
    slope(value) {
      if (value <= median) return 1;
      const at = segment(values, value);
      const low = Math.max(0, at + 1 - reach);
      const high = Math.min(values.length - 1, at + 1 + reach);
      return (
        ((warped[high] as number) - (warped[low] as number)) / ((values[high] as number) - (values[low] as number))
      );
    },
  };
}

/** The standard normal quantile of `1 - p`, for p of (0, 1/2], to 1e-3: increasing, and 0 at 1/2. */
function upperQuantile(p: number): number {
  return approximateQuantile(p) - approximateQuantile(0.5);
}

/** M. Abramowitz, I. A. Stegun, Handbook of Mathematical Functions, formula 26.2.23. */
function approximateQuantile(p: number): number {
  const t = Math.sqrt(-2 * Math.log(p));
  const numerator = 2.515517 + t * (0.802853 + t * 0.010328);
  const denominator = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308));
  return t - numerator / denominator;
}
