import { type OptionSchemas, type Plugin, pluginOption, random } from '@fettle/core';
import { z } from 'zod';

/** Where new configurations come from, and what counts at a rung: options of the whole family. */
export interface CommonOptions {
  /** Which configuration each new trial gets. Default: `random()`. */
  sampler?: Plugin<'sampler'> | undefined;
  /**
   * Which value of a trial counts at a rung: the one `reported` first at or beyond it (the default), or the `best` it has had so
   * far, for objectives that are noisy from report to report.
   */
  rungValue?: 'reported' | 'best' | undefined;
}

/** The schemas of {@link CommonOptions}. */
export const commonOptions = {
  sampler: pluginOption('sampler').default(() => random()),
  rungValue: z.enum(['reported', 'best']).default('reported'),
} satisfies OptionSchemas<CommonOptions>;

/** Those of searchers with a ladder of rungs. */
export interface RungOptions extends CommonOptions {
  /** Resource (epochs, steps, samples) at the lowest rung: the least after which a value means something. Default: 1. */
  minResource?: number | undefined;
  /** Resource of a whole training: the top rung. */
  maxResource: number;
  /** One in so many trials goes on from each rung, to so many times the resource; above 1. Default: 3. */
  reductionFactor?: number | undefined;
}

/**
 * The schemas of {@link RungOptions}. The reduction factor is 3 unless said otherwise: the authors of Hyperband recommend 3 or 4
 * (Li et al. 2018), and 3 throws away less where early values mislead.
 */
export const ladderOptions = {
  ...commonOptions,
  minResource: z.number().positive().default(1),
  maxResource: z.number().positive(),
  reductionFactor: z.number().gt(1).default(3),
} satisfies OptionSchemas<RungOptions>;

/** Trials in all, the study's own budget apart. Those whose configuration was no good are replaced and do not count. */
export const maxTrialsOption = z.int().min(1).optional();

/** A rule over the shared options: the rungs must have room. */
export function hasRoom(options: { readonly minResource: number; readonly maxResource: number }): boolean {
  return options.minResource <= options.maxResource;
}

/** What is said when {@link hasRoom} does not hold. */
export const NO_ROOM = {
  path: ['maxResource'],
  error: 'must not be below minResource; give the resource of a whole training',
};

/**
 * Where new trials begin. `fixed`: at the lowest rung. `adaptive`: at the lowest one whose values say something about those
 * at higher ones, found out from the trials themselves; for programs of which nobody knows that, and that report at every
 * rung.
 */
export const firstRungOption = z.enum(['fixed', 'adaptive']).default('fixed');
