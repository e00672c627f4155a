import { API_VERSION, defineSearcher, type FactoryOf, FettleError, type OptionSchemas } from '@fettle/core';
import { z } from 'zod';
import { AdaptiveFirstRung, drawFirst } from './adaptive-first-rung-allocation.ts';
import { asynchronousSearcher } from './asynchronous.ts';
import { bracketLadders, equalResourceShares, normalized } from './bracket-ladders.ts';
import {
  firstRungOption,
  hasRoom,
  ladderOptions,
  maxTrialsOption,
  NO_ROOM,
  type RungOptions,
} from './ladder-options.ts';
import { hyperbandPlaces } from './places.ts';
import { synchronousSearcher } from './synchronous.ts';
import { variantOption } from './variant.ts';
import { VERSION } from './version.ts';

/** Options of `hyperband`. */
export interface HyperbandOptions extends RungOptions {
  /** Whether each rung is filled before anybody goes on, as in the paper's loop. Default: `false`, nobody waits. */
  synchronous?: boolean | undefined;
  /**
   * Only asynchronous: how trials leave a rung. `promotion`: they pause there, are compared with all that have come so far, and
   * the best are resumed. `stopping`: they run on unless they are worse than those before them. `auto` (the default): the first
   * where the program can resume, else the second.
   */
  variant?: 'auto' | 'promotion' | 'stopping' | undefined;
  /**
   * Only asynchronous: the share of new trials for each bracket, the one with most rungs first. In any unit. Default:
   * Hyperband's own, by which all brackets use the same resource.
   */
  shares?: number[] | undefined;
  /** Only asynchronous: `adaptive` leaves out brackets that begin where values say nothing. Default: `fixed`. */
  firstRung?: 'fixed' | 'adaptive' | undefined;
  /** Only asynchronous: trials in all, the study's own budget apart. Default: any number. */
  maxTrials?: number | undefined;
  /** Only synchronous: how often all brackets are run. Default: as long as the study's budget lasts. */
  rounds?: number | undefined;
}

/**
 * Hyperband: successive halving on every bracket of the ladder, from the one that stops most trials early to the one that
 * stops none, because nobody knows beforehand how much early values say.
 *
 * Asynchronous (the default), the bracket of each new trial is drawn, so that all brackets use the same resource, and each
 * works as in `asha`. Synchronous, it is the paper's loop: one bracket after another, each rung filled before anybody goes
 * on; places that are free meanwhile begin the next bracket.
 *
 * Li et al., Hyperband: A Novel Bandit-Based Approach to Hyperparameter Optimization, JMLR 18 (2018); asynchronous as in
 * Li et al., MLSys 2020.
 */
export const hyperband: FactoryOf<'searcher', HyperbandOptions> = defineSearcher({
  name: 'hyperband',
  version: VERSION,
  apiVersion: API_VERSION,
  options: z
    .strictObject({
      ...ladderOptions,
      synchronous: z.boolean().default(false),
      variant: variantOption,
      shares: z.array(z.number().nonnegative()).optional(),
      firstRung: firstRungOption,
      maxTrials: maxTrialsOption,
      rounds: z.int().min(1).optional(),
    } satisfies OptionSchemas<HyperbandOptions>)
    .refine(hasRoom, NO_ROOM)
    .superRefine((options, context) => {
      const misplaced = options.synchronous ? (['shares', 'maxTrials'] as const) : (['rounds'] as const);
      for (const path of misplaced) {
        if (options[path] === undefined) continue;
        const message = options.synchronous
          ? 'goes with synchronous: false; limit a synchronous Hyperband with rounds, or with the budget of the study'
          : 'goes with synchronous: true; limit an asynchronous Hyperband with maxTrials, or with the budget of the study';
        context.addIssue({ code: 'custom', path: [path], message });
      }
      if (options.synchronous && options.firstRung === 'adaptive') {
        context.addIssue({ code: 'custom', path: ['firstRung'], message: 'adaptive goes with synchronous: false' });
      }
      if (options.synchronous && options.variant === 'stopping') {
        context.addIssue({ code: 'custom', path: ['variant'], message: 'stopping goes with synchronous: false' });
      }
    }),
  needs: ['resource-limit'],
  nested: { sampler: 'sampler' },
  create(given, context) {
    const { synchronous, minResource, maxResource, rounds, variant, firstRung, shares, maxTrials, ...common } = given;
    const { reductionFactor } = common;
    const ladders = bracketLadders({ minResource, maxResource, reductionFactor });
    if (synchronous) {
      const cycle = ladders.map(({ name, levels }) => ({
        name,
        levels,
        places: hyperbandPlaces(levels.length - 1, ladders.length - 1, reductionFactor),
      }));
      return synchronousSearcher({ ...common, cycle, rounds }, context);
    }
    if (shares !== undefined && (shares.length !== ladders.length || !shares.some((share) => share > 0))) {
      throw new FettleError(
        'options-invalid',
        `hyperband has ${ladders.length} brackets here (rungs ${ladders[0]!.levels.join(', ')}), but shares are ${JSON.stringify(shares)}.`,
        { remedy: 'Give one share for each bracket, at least one of them above 0.' },
      );
    }
    const weights = shares === undefined ? equalResourceShares(ladders, reductionFactor) : normalized(shares);
    const pick = drawFirst(weights, (purpose) => context.random(purpose));
    const allocate =
      firstRung === 'adaptive' ? () => new AdaptiveFirstRung(ladders, reductionFactor, pick, maxTrials) : undefined;
    return asynchronousSearcher({ ...common, variant, maxTrials, ladders, shares: weights, allocate }, context);
  },
});
