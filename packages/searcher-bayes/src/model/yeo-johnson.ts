import type { Curve } from './curve.ts';

const LEAST_EXPONENT = -2;
const GREATEST_EXPONENT = 3;
const GOLDEN = (Math.sqrt(5) - 1) / 2;
/** The least unit of the distances, as a share of the greatest one. */
const LEAST_SHARE = 1e-100;
/** Below this size an exponent is taken as zero: the logarithm. */
const TINY = 1e-9;

/**
 * The power transformation of I.-K. Yeo and R. A. Johnson (Biometrika 87, 2000) of the values' distance from their middle, in
 * units of its usual size; the exponent is the most probable one for a normal distribution.
 */
export function yeoJohnsonCurve(sorted: Float64Array): Curve {
  const middle = sorted[sorted.length >> 1] ?? 0;
  const scale = usualDistance(sorted, middle);
  const centred = sorted.map((value) => (value - middle) / scale);
  const exponent = mostProbableExponent(centred);
  return {
    forward: (value) => yeoJohnson((value - middle) / scale, exponent),
    inverse: (warped) => inverseYeoJohnson(warped, exponent) * scale + middle,
    slope: (value) => Math.exp(logSlope((value - middle) / scale, exponent)) / scale,
  };
}

export function yeoJohnson(x: number, exponent: number): number {
  return x >= 0 ? power(x, exponent) : -power(-x, 2 - exponent);
}

export function inverseYeoJohnson(y: number, exponent: number): number {
  return y >= 0 ? inversePower(y, exponent) : -inversePower(-y, 2 - exponent);
}

/** `((1 + x)^p - 1) / p`, or its limit `ln(1 + x)`. */
function power(x: number, p: number): number {
  return Math.abs(p) < TINY ? Math.log1p(x) : Math.expm1(p * Math.log1p(x)) / p;
}

/** The inverse of {@link power}; Infinity where no x is as great. */
function inversePower(y: number, p: number): number {
  if (Math.abs(p) < TINY) return Math.expm1(y);
  return p * y <= -1 ? Number.POSITIVE_INFINITY : Math.expm1(Math.log1p(p * y) / p);
}

/** The logarithm of the derivative. */
function logSlope(x: number, exponent: number): number {
  return x >= 0 ? (exponent - 1) * Math.log1p(x) : (1 - exponent) * Math.log1p(-x);
}

/** The median distance from the middle; where more than half of the values are the same, the mean distance. */
function usualDistance(sorted: Float64Array, middle: number): number {
  const distances = sorted.map((value) => Math.abs(value - middle)).sort();
  const median = distances[distances.length >> 1] ?? 0;
  // Outliers so far away would overflow when they are squared.
  const least = LEAST_SHARE * (distances.at(-1) ?? 0);
  if (median > 0) return Math.max(median, least);
  return distances.reduce((sum, distance) => sum + distance / distances.length, 0) || 1;
}

/** Golden-section search: the profile likelihood of the exponent has one maximum (it is concave in practice). */
function mostProbableExponent(centred: Float64Array): number {
  let low = LEAST_EXPONENT;
  let high = GREATEST_EXPONENT;
  let left = high - GOLDEN * (high - low);
  let right = low + GOLDEN * (high - low);
  let atLeft = likelihood(centred, left);
  let atRight = likelihood(centred, right);
  while (high - low > 1e-3) {
    if (atLeft >= atRight) {
      high = right;
      right = left;
      atRight = atLeft;
      left = high - GOLDEN * (high - low);
      atLeft = likelihood(centred, left);
    } else {
      low = left;
      left = right;
      atLeft = atRight;
      right = low + GOLDEN * (high - low);
      atRight = likelihood(centred, right);
    }
  }
  return (low + high) / 2;
}

/** The log likelihood of an exponent at the most probable mean and variance, up to a constant. */
function likelihood(centred: Float64Array, exponent: number): number {
  let mean = 0;
  let squares = 0;
  let slopes = 0;
  let count = 0;
  for (const x of centred) {
    const warped = yeoJohnson(x, exponent);
    count++;
    const difference = warped - mean;
    mean += difference / count;
    squares += difference * (warped - mean);
    slopes += logSlope(x, exponent);
  }
  return squares > 0 && squares < Number.POSITIVE_INFINITY
    ? slopes - 0.5 * count * Math.log(squares / count)
    : Number.NEGATIVE_INFINITY;
}
