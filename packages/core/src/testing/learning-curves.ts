import type { Configuration } from '../domain/configuration.ts';
import { createRandomStream } from '../domain/rng.ts';
import type { SearchSpace } from '../domain/search-space.ts';

/** A simulated training: the loss of a configuration after so much resource (from 1 on); less is better. */
export type LearningCurve = (configuration: Configuration, resource: number) => number;

/**
 * How losses fall with resource.
 *
 * - `power-law`, `exponential`: towards each configuration's final loss, all in the same way, so that the order of two
 *   configurations never changes
 * - `crossing`: configurations that end well begin badly, so that early losses mislead
 */
export type CurveFamily = 'power-law' | 'exponential' | 'crossing';

/** What a family of simulated trainings is made of. */
export interface LearningCurveOptions {
  readonly space: SearchSpace;
  readonly family: CurveFamily;
  /** A configuration's loss in the end, from 0 to 1; default: by its distance from a point of the unit cube. */
  readonly finalLoss?: ((configuration: Configuration) => number) | undefined;
  /** Standard deviation of the noise on each report; default 0. */
  readonly noise?: number | undefined;
  /** Which part of the configurations diverges: `NaN` from some resource on, up to `divergeBy`; default 0. */
  readonly divergence?: number | undefined;
  /** Resource by which those that diverge have done so; default 10. */
  readonly divergeBy?: number | undefined;
  /** Seed of noise and divergence; default 0. */
  readonly seed?: number | undefined;
}

/**
 * Makes simulated trainings for tests. The same configuration at the same resource always has the same loss, noise
 * included, however often and in whatever order it is asked for.
 */
export function learningCurve(options: LearningCurveOptions): LearningCurve {
  const { space, family, noise = 0, divergence = 0, divergeBy = 10, seed = 0 } = options;
  const finalLoss = options.finalLoss ?? ((configuration) => distance(space, configuration));
  return (configuration, resource) => {
    const key = JSON.stringify(space.canonical(configuration));
    if (divergence > 0) {
      const fate = createRandomStream(seed, 'divergence', key);
      if (fate.next() < divergence && resource >= 1 + fate.integer(divergeBy)) return Number.NaN;
    }
    const loss = noiseless(family, finalLoss(configuration), resource);
    return noise === 0 ? loss : loss + noise * createRandomStream(seed, 'noise', key, resource).normal();
  };
}

function noiseless(family: CurveFamily, final: number, resource: number): number {
  switch (family) {
    case 'power-law':
      return final + resource ** -0.7;
    case 'exponential':
      return final + Math.exp(-0.2 * (resource - 1));
    case 'crossing':
      // At resource 1 this is 2 - final: the best in the end are the worst in the beginning.
      return final + (2 * (1 - final)) / resource;
  }
}

/** From 0 at the place (0.3, 0.3, …) of the unit cube to at most 1. */
function distance(space: SearchSpace, configuration: Configuration): number {
  const point = space.toUnit(configuration);
  let sum = 0;
  for (const coordinate of point) sum += ((coordinate - 0.3) / 0.7) ** 2;
  return point.length === 0 ? 0 : sum / point.length;
}
