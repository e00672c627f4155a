import { API_VERSION, defineSearcher, type FactoryOf, type OptionSchemas } from '@fettle/core';
import { z } from 'zod';
import { VERSION } from '../version.ts';
import { MedianRule } from './median-rule.ts';
import { type StoppingOptions, stoppingOptions } from './stopping-options.ts';
import { StoppingSearcher } from './stopping-searcher.ts';

/** Options of `medianStopping`. */
export interface MedianStoppingOptions extends StoppingOptions {
  /** Completed trials that there must be before any is stopped; at least 1. Default: 5. */
  minTrials?: number | undefined;
}

/**
 * Runs every trial to its end, unless its best value is worse than the median of what others had on average by then. Needs
 * neither rungs nor a program that can pause.
 *
 * The median stopping rule of Golovin et al., Google Vizier, KDD 2017, section 3.2.1: the best value so far against the median,
 * over completed trials, of the running averages up to the same level.
 */
export const medianStopping: FactoryOf<'searcher', MedianStoppingOptions> = defineSearcher({
  name: 'median-stopping',
  version: VERSION,
  apiVersion: API_VERSION,
  options: z.strictObject({
    ...stoppingOptions,
    minTrials: z.int().min(1).default(5),
  } satisfies OptionSchemas<MedianStoppingOptions>),
  nested: { sampler: 'sampler' },
  create: ({ sampler, startResource, minTrials }, context) =>
    new StoppingSearcher(sampler.create(context), new MedianRule(startResource, minTrials)),
});
