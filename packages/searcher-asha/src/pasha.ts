import { API_VERSION, defineSearcher, type FactoryOf, type OptionSchemas } from '@fettle/core';
import { z } from 'zod';
import { asynchronousSearcher } from './asynchronous.ts';
import { GrowingBracket } from './growing-bracket.ts';
import { rungLevels } from './ladder.ts';
import { hasRoom, ladderOptions, maxTrialsOption, NO_ROOM, type RungOptions } from './ladder-options.ts';
import { VERSION } from './version.ts';

/** Options of `pasha`. */
export interface PashaOptions extends RungOptions {
  /** Trials in all, the study's own budget apart. Those whose configuration was no good are replaced. Default: any number. */
  maxTrials?: number | undefined;
}

/**
 * PASHA: ASHA that spends no more resource on a trial than it takes to know the order of the best. It begins with the two
 * lowest rungs and adds the next one only while the order of the trials still changes from rung to rung. The study's best
 * trial may then never have been trained in full: train it to the end afterwards.
 *
 * Bohdal et al., PASHA: Efficient HPO and NAS with Progressive Resource Allocation, ICLR 2023 (arXiv 2207.06940).
 */
export const pasha: FactoryOf<'searcher', PashaOptions> = defineSearcher({
  name: 'pasha',
  version: VERSION,
  apiVersion: API_VERSION,
  options: z
    .strictObject({ ...ladderOptions, maxTrials: maxTrialsOption } satisfies OptionSchemas<PashaOptions>)
    .refine(hasRoom, NO_ROOM),
  needs: ['resource-limit'],
  nested: { sampler: 'sampler' },
  create({ minResource, maxResource, ...options }, context) {
    const { reductionFactor } = options;
    const levels = rungLevels({ minResource, maxResource, reductionFactor });
    return asynchronousSearcher(
      {
        ...options,
        variant: 'promotion',
        ladders: [{ name: '0', levels }],
        shares: [1],
        makeBracket: ({ name }) => new GrowingBracket(name, levels, reductionFactor),
        planNotes: ['pasha uses as many of the rungs as it needs: this is the most'],
      },
      context,
    );
  },
});
