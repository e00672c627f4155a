import type { Curve } from './curve.ts';
import { halfRankCurve } from './half-rank.ts';
import { logCurve } from './log-curve.ts';
import type { OutputWarpKind } from './types.ts';
import { yeoJohnsonCurve } from './yeo-johnson.ts';

/** A curve followed by a shift and a scale, so that the observed values have mean 0 and deviation 1. */
export interface OutputWarp extends Curve {
  readonly kind: OutputWarpKind;
  /** Where an observation without a usable value goes: half a deviation beyond the worst. */
  readonly failed: number;
}

/** Every kind of warp, the simplest first. */
export const OUTPUT_WARPS: readonly OutputWarpKind[] = ['identity', 'log', 'yeo-johnson', 'half-rank'];

/** Beyond this factor the values are scaled down (or up) by a power of two first, lest their squares overflow. */
const SAFE_EXPONENT = 400;

/**
 * Fits a warp of the given kind. Values that are not finite are left out; -Infinity is warped as the best value. Constant
 * values, or none at all, give a warp that maps them to 0.
 */
export function fitOutputWarp(kind: OutputWarpKind, values: ArrayLike<number>): OutputWarp {
  const finite = Float64Array.from(values).filter(Number.isFinite).sort();
  const unit = unitOf(finite);
  const sorted = finite.map((value) => value / unit);
  const curve = curveOf(kind, sorted);
  const { mean, deviation } = momentsOf(sorted.map((value) => curve.forward(value)));
  const best = sorted[0] ?? 0;
  const worst = sorted.at(-1) ?? 0;
  const forward = (value: number): number => (curve.forward(value / unit) - mean) / deviation;
  const failed = forward(worst * unit) + 0.5;
  return {
    kind,
    failed,
    forward(value) {
      if (Number.isNaN(value) || value === Number.POSITIVE_INFINITY) return failed;
      return clampWarped(forward(value === Number.NEGATIVE_INFINITY ? best * unit : value));
    },
    inverse: (warped) => clampValue(curve.inverse(warped * deviation + mean) * unit),
    slope: (value) => curve.slope(value / unit) / deviation / unit,
  };
}

function curveOf(kind: OutputWarpKind, sorted: Float64Array): Curve {
  switch (kind) {
    case 'identity':
      return { forward: (value) => value, inverse: (warped) => warped, slope: () => 1 };
    case 'log':
      return logCurve(sorted);
    case 'yeo-johnson':
      return yeoJohnsonCurve(sorted);
    case 'half-rank':
      return halfRankCurve(sorted);
  }
}

/** 1, or the power of two that brings the greatest magnitude near 1 where it is extreme. */
function unitOf(sorted: Float64Array): number {
  const magnitude = Math.max(Math.abs(sorted[0] ?? 0), Math.abs(sorted.at(-1) ?? 0));
  if (magnitude === 0) return 1;
  const exponent = Math.floor(Math.log2(magnitude));
  return Math.abs(exponent) > SAFE_EXPONENT ? 2 ** Math.min(1023, Math.max(-1000, exponent)) : 1;
}

/** The mean, and the standard deviation or 1 where there is none. */
function momentsOf(values: Float64Array): { mean: number; deviation: number } {
  if (values.length === 0) return { mean: 0, deviation: 1 };
  let mean = 0;
  for (const [index, value] of values.entries()) mean += (value - mean) / (index + 1);
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  const deviation = Math.sqrt(squares / values.length);
  // Equal values leave a rounding error at most, and a single one has no scale of its own but its magnitude.
  const least = 1e-12 * Math.abs(mean);
  return { mean, deviation: deviation > least ? deviation : Math.abs(mean) || 1 };
}

/** The greatest magnitude of a standardised value: a value appended later may be far outside of what the warp was fitted to. */
const MOST_DEVIATIONS = 1e6;

function clampWarped(warped: number): number {
  return Math.min(MOST_DEVIATIONS, Math.max(-MOST_DEVIATIONS, warped));
}

function clampValue(value: number): number {
  if (Number.isNaN(value)) return Number.MAX_VALUE;
  return Math.min(Number.MAX_VALUE, Math.max(-Number.MAX_VALUE, value));
}
