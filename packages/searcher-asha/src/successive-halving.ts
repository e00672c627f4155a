import { API_VERSION, defineSearcher, type FactoryOf, type OptionSchemas } from '@fettle/core';
import { z } from 'zod';
import { rungLevels } from './ladder.ts';
import { hasRoom, ladderOptions, NO_ROOM, type RungOptions } from './ladder-options.ts';
import { survivors } from './places.ts';
import { synchronousSearcher } from './synchronous.ts';
import { VERSION } from './version.ts';

/** Options of `successiveHalving`. */
export interface SuccessiveHalvingOptions extends RungOptions {
  /** Trials that begin in each round. Default: as few as bring one to the top. */
  trials?: number | undefined;
  /** How often all of this is done. Default: as long as the study's budget lasts. */
  rounds?: number | undefined;
}

/**
 * Synchronous successive halving: so many trials run to the lowest rung; when the last of them has come, one in
 * `reductionFactor` goes on to the next, and so on up to the top. Then it begins anew, for `rounds` times or as long as the
 * study's budget lasts.
 *
 * Jamieson and Talwalkar, Non-stochastic Best Arm Identification and Hyperparameter Optimization, AISTATS 2016.
 */
export const successiveHalving: FactoryOf<'searcher', SuccessiveHalvingOptions> = defineSearcher({
  name: 'successive-halving',
  version: VERSION,
  apiVersion: API_VERSION,
  options: z
    .strictObject({
      ...ladderOptions,
      trials: z.int().min(1).optional(),
      rounds: z.int().min(1).optional(),
    } satisfies OptionSchemas<SuccessiveHalvingOptions>)
    .refine(hasRoom, NO_ROOM),
  needs: ['resource-limit'],
  nested: { sampler: 'sampler' },
  create({ trials, minResource, maxResource, ...options }, context) {
    const { reductionFactor } = options;
    const levels = rungLevels({ minResource, maxResource, reductionFactor });
    const places = survivors(trials ?? fewestFor(levels.length, reductionFactor), levels.length, reductionFactor);
    return synchronousSearcher({ ...options, cycle: [{ name: '0', levels, places }] }, context);
  },
});

/** The least number of trials of which one comes to the top of so many rungs. */
function fewestFor(rungs: number, reductionFactor: number): number {
  let first = 1;
  for (let rung = 1; rung < rungs; rung += 1) first = Math.ceil(first * reductionFactor);
  while (survivors(first, rungs, reductionFactor).at(-1) === 0) first += 1;
  return first;
}
