import type { Plugin, SearcherContext } from '@fettle/core';
import { BracketRounds, type RoundBracket } from './bracket-rounds.ts';
import { HalvingSearcher } from './halving-searcher.ts';
import { planRounds } from './plan-rounds.ts';
import { untilUsedUp } from './until-used-up.ts';
import { beginsAgain } from './variant.ts';

/** What synchronous searchers are made of. */
export interface SynchronousParts {
  readonly sampler: Plugin<'sampler'>;
  readonly rungValue: 'reported' | 'best';
  readonly reductionFactor: number;
  /** The brackets of one round. */
  readonly cycle: readonly RoundBracket[];
  /** How many rounds there are; absent: as many as the study's budget allows. */
  readonly rounds?: number | undefined;
}

/** Makes a searcher in which a rung is filled before anybody goes on from it. */
export function synchronousSearcher(parts: SynchronousParts, context: SearcherContext): HalvingSearcher {
  const { sampler, rungValue, reductionFactor, cycle, rounds } = parts;
  const { resumable, logger } = context;
  const notes = resumable ? [] : [beginsAgain('asha can stop trials instead')];
  for (const note of notes) logger.info(note);
  return new HalvingSearcher({
    sampler: untilUsedUp(sampler.create(context), context),
    allocation: new BracketRounds(cycle, reductionFactor, rounds),
    variant: 'promotion',
    rungValue,
    notes,
    plan: (horizon) => planRounds({ variant: 'promotion', resumable, notes, cycle, rounds }, horizon),
  });
}
