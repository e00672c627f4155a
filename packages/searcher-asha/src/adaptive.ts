import { API_VERSION, defineSearcher, type FactoryOf, type OptionSchemas } from '@fettle/core';
import { z } from 'zod';
import { SplitBrackets } from './allocation.ts';
import { asynchronousSearcher } from './asynchronous.ts';
import { decimalOf, scaled } from './decimal.ts';
import { rungLevelsFromTop, wholeFactors } from './ladder.ts';
import { type CommonOptions, commonOptions } from './ladder-options.ts';
import { variantOption } from './variant.ts';
import { VERSION } from './version.ts';

/** Options of `adaptive`. */
export interface AdaptiveOptions extends CommonOptions {
  /** Trials in all. Those whose configuration was no good are replaced and do not count. */
  maxTrials: number;
  /** Resource of a whole training; at least 1. */
  maxResource: number;
  /**
   * How much early values are trusted: `aggressive` stops most trials early, `conservative` also trains some to the end whatever
   * their first values are. Default: `standard`.
   */
  mode?: 'aggressive' | 'standard' | 'conservative' | undefined;
  /** One in so many trials goes on from each rung, to so many times the resource; above 1. Default: 4. */
  reductionFactor?: number | undefined;
  /** Rungs of the tallest bracket at most. Default: 5. */
  maxRungs?: number | undefined;
  /**
   * How trials leave a rung. `promotion`: they pause there, are compared with all that have come so far, and the best are
   * resumed. `stopping`: they run on unless they are worse than those before them. `auto` (the default): the first where the
   * program can resume, else the second.
   */
  variant?: 'auto' | 'promotion' | 'stopping' | undefined;
}

/**
 * ASHA for those who only know how many trials they want and how long a whole training is.
 *
 * `mode` says how much is dared:
 *
 * - `aggressive`: one bracket with all rungs; most trials are stopped early
 * - `standard`: the taller half of the brackets
 * - `conservative`: all brackets, down to one that trains its trials to the end
 *
 * Rungs, brackets and the number of trials in each are those of `adaptive_asha` in Determined AI
 * (`master/pkg/searcher/adaptive_asha.go`).
 */
export const adaptive: FactoryOf<'searcher', AdaptiveOptions> = defineSearcher({
  name: 'adaptive',
  version: VERSION,
  apiVersion: API_VERSION,
  options: z.strictObject({
    ...commonOptions,
    maxTrials: z.int().min(1),
    maxResource: z.number().min(1),
    mode: z.enum(['aggressive', 'standard', 'conservative']).default('standard'),
    reductionFactor: z.number().gt(1).default(4),
    maxRungs: z.int().min(1).default(5),
    variant: variantOption,
  } satisfies OptionSchemas<AdaptiveOptions>),
  needs: ['resource-limit'],
  nested: { sampler: 'sampler' },
  create({ mode, maxResource, maxRungs, ...options }, context) {
    const { maxTrials, reductionFactor } = options;
    const rungs = Math.min(
      maxRungs,
      wholeFactors(1, maxResource, reductionFactor) + 1,
      wholeFactors(1, maxTrials, reductionFactor) + 1,
    );
    const levels = rungLevelsFromTop(maxResource, reductionFactor, rungs);
    const heights = bracketHeights(levels.length, mode);
    const limits = splitTrials(maxTrials, reductionFactor, heights);
    return asynchronousSearcher(
      {
        ...options,
        ladders: heights.map((height) => ({
          name: String(levels.length - height),
          levels: levels.slice(levels.length - height),
        })),
        shares: limits.map((limit) => limit / limits.reduce((sum, each) => sum + each, 0)),
        allocate: (brackets) => new SplitBrackets(brackets, limits),
      },
      context,
    );
  },
});

/** Rungs of each bracket, the tallest first. */
export function bracketHeights(rungs: number, mode: 'aggressive' | 'standard' | 'conservative'): readonly number[] {
  const shortest = { aggressive: rungs, standard: Math.floor((rungs - 1) / 2) + 1, conservative: 1 }[mode];
  return Array.from({ length: rungs - shortest + 1 }, (_, index) => rungs - index);
}

/**
 * Trials of each bracket, in proportion to `reductionFactor^(rungs - 1) / rungs`, rounded down but at least 1; what is left
 * over goes to the first. Where there are fewer trials than brackets, the last brackets get none.
 */
export function splitTrials(maxTrials: number, reductionFactor: number, heights: readonly number[]): readonly number[] {
  // In whole numbers: each weight times the product of all heights and of a power of ten.
  const factor = decimalOf(reductionFactor);
  const product = heights.reduce((all, height) => all * BigInt(height), 1n);
  const tallest = Math.max(...heights);
  const weights = heights.map((height) => {
    const { digits, places } = scaled({ digits: product / BigInt(height), places: 0 }, factor, height - 1);
    return digits * 10n ** BigInt(factor.places * (tallest - 1) - places);
  });
  const total = weights.reduce((sum, weight) => sum + weight, 0n);
  let left = maxTrials;
  const shares = weights.map((weight) => {
    const share = Math.min(left, Math.max(1, Number((weight * BigInt(maxTrials)) / total)));
    left -= share;
    return share;
  });
  return shares.map((share, index) => (index === 0 ? share + left : share));
}
