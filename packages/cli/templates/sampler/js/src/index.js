import { API_VERSION, defineSampler, randomConfiguration } from '@fettle/core';
import { z } from 'zod';

/**
 * Fills the space evenly: of some configurations drawn at random, tries the one that is furthest from all that were tried
 * (Mitchell, Spectrally Optimal Sampling for Distribution Ray Tracing, SIGGRAPH 1991).
 *
 * A sampler says which configuration is next and nothing of how long it runs, so it works by itself and inside of every
 * searcher that takes one: `searcher: { type: asha, maxResource: 27, sampler: { type: plugin-name } }`.
 *
 * Change what you like; `test/contract.test.js` says what every sampler has to keep to.
 */
export default defineSampler({
  name: 'plugin-name',
  version: '0.1.0',
  apiVersion: API_VERSION,
  // What a study file may say beside `type`. It is checked before anything runs.
  options: z.strictObject({
    candidates: z.int().min(1).default(20).meta({ description: 'Configurations to choose from.' }),
  }),
  create({ candidates }, { space }) {
    // Everything the sampler knows. It changes only when something is told (`started`, `ended`), never when it is asked:
    // after a restart a fresh sampler is told the whole history again, and then has to answer the same.
    /** @type {Float64Array[]} */
    const tried = [];

    return {
      // Which configuration should the next trial have? Randomness comes from the offer, never from Math.random.
      sample(offer) {
        const random = offer.random('candidates');
        /** @type {{ configuration: import('@fettle/core').Configuration, distance: number } | undefined} */
        let chosen;
        for (let candidate = 0; candidate < candidates; candidate++) {
          const configuration = randomConfiguration(space, random);
          // Each parameter is a coordinate from 0 to 1, on its own scale.
          const point = space.toUnit(configuration);
          const distance = Math.min(...tried.map((other) => distanceBetween(point, other)));
          if (chosen === undefined || distance > chosen.distance) chosen = { configuration, distance };
        }
        if (chosen === undefined) return { kind: 'exhausted', reason: 'there was no candidate' };
        const reason = `the furthest of ${candidates} from all that were tried`;
        return { kind: 'configuration', configuration: chosen.configuration, reason };
      },

      // A trial was created: by this sampler's answer, or from elsewhere.
      started: ({ configuration }) => void tried.push(space.toUnit(configuration)),

      // A sampler that learns from results listens to `ended(trial, outcome)`, too. Values are to be minimised there,
      // whatever the study's goal.
    };
  },
});

/** @type {(one: Float64Array, other: Float64Array) => number} */
function distanceBetween(one, other) {
  return Math.hypot(...one.map((coordinate, index) => coordinate - (other[index] ?? 0)));
}
