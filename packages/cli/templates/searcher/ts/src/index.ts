import {
  API_VERSION,
  type Configuration,
  defineSearcher,
  type RandomStream,
  randomConfiguration,
  type SearchSpace,
} from '@fettle/core';
import { z } from 'zod';

/**
 * Local search: tries a configuration near the best one so far, and looks further away after each success and closer by
 * after each failure, so that about one step in five succeeds (Rechenberg, Evolutionsstrategie, 1973).
 *
 * Change what you like; `test/contract.test.ts` says what every searcher has to keep to.
 */
export default defineSearcher({
  name: 'plugin-name',
  version: '0.1.0',
  apiVersion: API_VERSION,
  // What a study file may say beside `type`. It is checked before anything runs.
  options: z.strictObject({
    radius: z
      .number()
      .positive()
      .max(1)
      .default(0.2)
      .meta({ description: "How far the first steps go: a share of each parameter's range." }),
  }),
  create({ radius }, { space }) {
    // Everything the searcher knows. It changes only when something is told (`ended`), never when it is asked: after a
    // restart a fresh searcher is told the whole history again, and then has to answer the same.
    let best: { readonly configuration: Configuration; readonly value: number } | undefined;

    return {
      // What should run on a free place? Randomness comes from the offer, never from Math.random.
      ask(offer) {
        const random = offer.random('local search');
        const near = best === undefined ? undefined : neighbour(space, best.configuration, radius, random);
        if (near === undefined) {
          return { kind: 'start', configuration: randomConfiguration(space, random), reason: 'a random beginning' };
        }
        return { kind: 'start', configuration: near, reason: `within ${radius.toPrecision(2)} of the best so far` };
      },

      // Does a trial that reported go on? Values are to be minimised here, whatever the study's goal.
      report: (_trial, { value }) =>
        Number.isFinite(value) ? { kind: 'continue' } : { kind: 'stop', reason: 'its value is not finite' },

      // A trial is over: this is where the searcher learns.
      ended(trial, outcome) {
        if (outcome.state !== 'completed') return;
        const isBetter = best === undefined || outcome.value < best.value;
        if (isBetter) best = { configuration: trial.configuration, value: outcome.value };
        radius = Math.min(1, Math.max(1e-4, isBetter ? radius * 1.5 : radius * 1.5 ** -0.25));
      },

      // Optional: what people see of it in `fettle explain` and in the report.
      describe: () => ({ notes: [`the radius is ${radius.toPrecision(2)}`] }),
    };
  },
});

/** A configuration near another one; `undefined` if what lies there is forbidden. */
function neighbour(
  space: SearchSpace,
  centre: Configuration,
  radius: number,
  random: RandomStream,
): Configuration | undefined {
  // Each parameter is a coordinate from 0 to 1, on its own scale; `fromUnit` makes a configuration of the point.
  const point = space.toUnit(centre).map((coordinate) => {
    const moved = coordinate + radius * random.normal();
    return Math.min(1, Math.max(0, moved));
  });
  return space.fromUnit(point);
}
