import { z } from 'zod';
import type { Configuration } from '../domain/configuration.ts';
import type { SearchSpace } from '../domain/search-space.ts';
import { FettleError } from '../errors.ts';
import { API_VERSION } from '../plugin/api-version.ts';
import { defineSampler } from '../plugin/define.ts';
import type { RandomStream } from '../domain/random-stream.ts';
import { VERSION } from '../version.ts';

/** Points in a row that may be forbidden before a sampler gives up. */
export const MOST_FORBIDDEN = 10_000;

/**
 * Random search: every configuration is drawn independently and uniformly, on each parameter's own scale.
 *
 * Bergstra and Bengio, Random Search for Hyper-Parameter Optimization, JMLR 13 (2012).
 */
export const random = defineSampler({
  name: 'random',
  version: VERSION,
  apiVersion: API_VERSION,
  options: z.strictObject({}),
  create: (_options, { space }) => ({
    sample: (offer) => ({
      kind: 'configuration',
      configuration: randomConfiguration(space, offer.random('random')),
      reason: 'drawn at random',
    }),
  }),
});

/**
 * A configuration drawn uniformly from those that are not forbidden.
 * @throws FettleError `space-invalid` if what is forbidden leaves next to nothing
 */
export function randomConfiguration<C extends Configuration>(space: SearchSpace<C>, stream: RandomStream): C {
  const point = new Float64Array(space.dimensions.length);
  for (let attempt = 0; attempt < MOST_FORBIDDEN; attempt++) {
    for (let coordinate = 0; coordinate < point.length; coordinate++) point[coordinate] = stream.next();
    const configuration = space.fromUnit(point);
    if (configuration !== undefined) return configuration;
  }
  throw hopeless();
}

/** The error of a space in which a sampler finds nothing that is not forbidden. */
export function hopeless(): FettleError {
  return new FettleError('space-invalid', `${MOST_FORBIDDEN} configurations in a row were forbidden.`, {
    remedy: 'Say what belongs together with conditions (`when`) instead, or search the space with grid.',
  });
}
