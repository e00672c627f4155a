import { levelCoordinate, type LevelScale } from './fixed-level.ts';

/** One result of one trial. */
export interface Observation {
  readonly trial: number;
  readonly point: Float64Array;
  /** The resource at which it was taken; `Infinity` for a trial's own end. */
  readonly level: number;
  /** Less is better; not finite for a trial that failed. */
  readonly value: number;
  /** Constrained metrics and the logarithm of the cost; NaN where they are not known. */
  readonly extras: readonly number[];
}

/** The coordinates of observations, row after row; on a scale, the level is the last of them. */
export function pointsOf(observations: readonly Observation[], scale: LevelScale | undefined): Float64Array {
  const size = (observations[0]?.point.length ?? 0) + Number(scale !== undefined);
  const points = new Float64Array(observations.length * size);
  for (const [index, { point, level }] of observations.entries()) {
    points.set(point, index * size);
    if (scale !== undefined) points[index * size + size - 1] = levelCoordinate(scale, level);
  }
  return points;
}

/** Their values. */
export function valuesOf(observations: readonly Observation[]): Float64Array {
  return Float64Array.from(observations, ({ value }) => value);
}
