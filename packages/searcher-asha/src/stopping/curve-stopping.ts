import { API_VERSION, defineSearcher, type FactoryOf, type OptionSchemas } from '@fettle/core';
import { z } from 'zod';
import { VERSION } from '../version.ts';
import { CurveRule } from './curve-rule.ts';
import { type StoppingOptions, stoppingOptions } from './stopping-options.ts';
import { StoppingSearcher } from './stopping-searcher.ts';

/** Options of `curveStopping`. */
export interface CurveStoppingOptions extends StoppingOptions {
  /** Completed trials that there must be before any is stopped; at least 1. Default: 10. */
  minTrials?: number | undefined;
  /** A trial with a smaller chance than this of becoming the best is stopped; between 0 and 1. Default: 0.05. */
  probability?: number | undefined;
}

/**
 * Runs every trial to its end, unless curves like its own say that it will hardly become the best. Needs neither rungs nor
 * a program that can pause.
 *
 * Performance-curve stopping after Golovin et al., Google Vizier, KDD 2017, section 3.2.2. The forecast is by the completed trials
 * that stood nearest at the same level: what they gained from there on, added to the trial's own value.
 */
export const curveStopping: FactoryOf<'searcher', CurveStoppingOptions> = defineSearcher({
  name: 'curve-stopping',
  version: VERSION,
  apiVersion: API_VERSION,
  options: z.strictObject({
    ...stoppingOptions,
    minTrials: z.int().min(1).default(10),
    probability: z.number().gt(0).lt(1).default(0.05),
  } satisfies OptionSchemas<CurveStoppingOptions>),
  nested: { sampler: 'sampler' },
  create: ({ sampler, startResource, minTrials, probability }, context) =>
    new StoppingSearcher(
      sampler.create(context),
      new CurveRule(startResource, minTrials, probability),
      // A trial comes to what the study takes for its value.
      context.objective.value === 'best' ? 'best' : 'reported',
    ),
});
