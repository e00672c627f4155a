import type { Plugin, SearcherContext } from '@fettle/core';
import type { z } from 'zod';
import { DrawnBrackets, type Allocation } from './allocation.ts';
import { Bracket } from './bracket.ts';
import type { BracketLadder } from './bracket-ladders.ts';
import { HalvingSearcher } from './halving-searcher.ts';
import { planAsynchronous } from './plan.ts';
import { chooseVariant, type variantOption } from './variant.ts';

/** What asynchronous searchers are made of. */
export interface AsynchronousParts {
  readonly sampler: Plugin<'sampler'>;
  readonly rungValue: 'reported' | 'best';
  readonly variant: z.output<typeof variantOption>;
  readonly reductionFactor: number;
  readonly ladders: readonly BracketLadder[];
  /** Share of the new trials for each ladder; they add up to 1. */
  readonly shares: readonly number[];
  readonly maxTrials?: number | undefined;
  /** Makes the bracket of a ladder; default: a plain one. */
  readonly makeBracket?: ((ladder: BracketLadder) => Bracket) | undefined;
  /** How trials are handed out; default: drawn by their shares. */
  readonly allocate?: ((brackets: readonly Bracket[]) => Allocation) | undefined;
  /** What people should know of a plan beside the rest. */
  readonly planNotes?: readonly string[] | undefined;
}

/** Makes a searcher in which nobody waits for a rung to fill. */
export function asynchronousSearcher(parts: AsynchronousParts, context: SearcherContext): HalvingSearcher {
  const { sampler, rungValue, reductionFactor, ladders, shares, maxTrials, planNotes = [] } = parts;
  const { resumable } = context;
  const chosen = chooseVariant(parts.variant, context);
  const brackets = ladders.map(parts.makeBracket ?? (({ name, levels }) => new Bracket(name, levels, reductionFactor)));
  const allocation =
    parts.allocate?.(brackets) ?? new DrawnBrackets(brackets, shares, (purpose) => context.random(purpose), maxTrials);
  const planned = ladders.map((ladder, index) => ({ ...ladder, share: shares[index]! }));
  return new HalvingSearcher({
    sampler: sampler.create(context),
    allocation,
    rungValue,
    ...chosen,
    plan: (horizon) =>
      planAsynchronous(
        {
          variant: chosen.variant,
          notes: [...chosen.notes, ...planNotes],
          resumable,
          reductionFactor,
          maxTrials,
          brackets: planned,
        },
        horizon,
      ),
  });
}
