import { API_VERSION, defineSearcher, type FactoryOf, type OptionSchemas } from '@fettle/core';
import { z } from 'zod';
import { AdaptiveFirstRung, pickFirst } from './adaptive-first-rung-allocation.ts';
import { asynchronousSearcher } from './asynchronous.ts';
import { bracketLadders, equalResourceShares } from './bracket-ladders.ts';
import {
  firstRungOption,
  hasRoom,
  ladderOptions,
  maxTrialsOption,
  NO_ROOM,
  type RungOptions,
} from './ladder-options.ts';
import { variantOption } from './variant.ts';
import { VERSION } from './version.ts';

/** Options of `asha`. */
export interface AshaOptions extends RungOptions {
  /**
   * How trials leave a rung. `promotion`: they pause there, are compared with all that have come so far, and the best are
   * resumed. `stopping`: they run on unless they are worse than those before them. `auto` (the default): the first where the
   * program can resume, else the second.
   */
  variant?: 'auto' | 'promotion' | 'stopping' | undefined;
  /**
   * Where new trials begin. `fixed` (the default): at the lowest rung. `adaptive`: at the lowest one whose values say something
   * about those at higher ones, which is found out from the trials themselves.
   */
  firstRung?: 'fixed' | 'adaptive' | undefined;
  /** Brackets among which new trials are drawn; each begins one rung higher than the one before. Default: 1. */
  brackets?: number | undefined;
  /** Trials in all, the study's own budget apart. Those whose configuration was no good are replaced. Default: any number. */
  maxTrials?: number | undefined;
}

/**
 * ASHA, asynchronous successive halving: every trial runs to the lowest rung, and whenever a place is free the best of
 * those not yet promoted goes on to the next. It needs no number of trials and keeps any number of workers busy.
 *
 * Li et al., A System for Massively Parallel Hyperparameter Tuning, MLSys 2020 (arXiv 1810.05934), Algorithm 2.
 */
export const asha: FactoryOf<'searcher', AshaOptions> = defineSearcher({
  name: 'asha',
  version: VERSION,
  apiVersion: API_VERSION,
  options: z
    .strictObject({
      ...ladderOptions,
      variant: variantOption,
      firstRung: firstRungOption,
      brackets: z.int().min(1).default(1),
      maxTrials: maxTrialsOption,
    } satisfies OptionSchemas<AshaOptions>)
    .refine(hasRoom, NO_ROOM)
    .refine(({ firstRung, brackets }) => firstRung === 'fixed' || brackets === 1, {
      path: ['brackets'],
      error: 'goes with firstRung: fixed; an adaptive first rung chooses among all brackets by itself',
    }),
  needs: ['resource-limit'],
  nested: { sampler: 'sampler' },
  create({ brackets, minResource, maxResource, firstRung, ...options }, context) {
    const { reductionFactor, maxTrials } = options;
    const all = bracketLadders({ minResource, maxResource, reductionFactor });
    if (firstRung === 'adaptive') {
      return asynchronousSearcher(
        {
          ...options,
          ladders: all,
          shares: all.map((_, index) => (index === 0 ? 1 : 0)),
          allocate: () => new AdaptiveFirstRung(all, reductionFactor, pickFirst, maxTrials),
          planNotes: ['this is the plan as long as values at the lowest rung say something about later ones'],
        },
        context,
      );
    }
    const ladders = all.slice(0, brackets);
    const shares = equalResourceShares(ladders, reductionFactor);
    return asynchronousSearcher({ ...options, ladders, shares }, context);
  },
});
