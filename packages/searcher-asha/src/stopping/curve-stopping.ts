import { API_VERSION, defineSearcher } from '@fettle/core';
import { z } from 'zod';
import { VERSION } from '../version.ts';
import { CurveRule } from './curve-rule.ts';
import { stoppingOptions } from './stopping-options.ts';
import { StoppingSearcher } from './stopping-searcher.ts';

/**
 * Runs every trial to its end, unless curves like its own say that it will hardly become the best. Needs neither rungs nor
 * a program that can pause.
 *
 * Performance-curve stopping after Golovin et al., Google Vizier, KDD 2017, section 3.2.2. The forecast is by the completed trials
 * that stood nearest at the same level: what they gained from there on, added to the trial's own value.
 */
export const curveStopping = defineSearcher({
  name: 'curve-stopping',
  version: VERSION,
  apiVersion: API_VERSION,
  options: z.strictObject({
    ...stoppingOptions,
    /** Completed trials that there must be before any is stopped. */
    minTrials: z.int().min(1).default(10),
    /** A trial with a smaller chance than this of becoming the best is stopped. */
    probability: z.number().gt(0).lt(1).default(0.05),
  }),
  nested: { sampler: 'sampler' },
  create: ({ sampler, startResource, minTrials, probability }, context) =>
    new StoppingSearcher(sampler.create(context), new CurveRule(startResource, minTrials, probability)),
});
