import { API_VERSION, defineSampler, type FactoryOf, FettleError } from '@fettle/core';
import { type BayesOptions, bayesOptions } from './bayes-options.ts';
import { BayesSampler } from './bayes-sampler.ts';
import { InlineHost } from './engine/inline-host.ts';
import { ThreadHost } from './engine/thread-host.ts';
import { VERSION } from './version.ts';

/** Most parameters of a space: beyond, a Gaussian process has nothing to say. */
const MOST_PARAMETERS = 1000;

/**
 * Bayesian optimisation with a Gaussian process: learns from every result where the objective may be better, and tries that
 * next. For objectives that are costly to evaluate, up to some dozens of parameters and some thousands of trials.
 *
 * By itself every trial runs to its own end; inside `asha` or `hyperband` it learns from the results at the rungs.
 */
export const bayes: FactoryOf<'sampler', BayesOptions> = defineSampler({
  name: 'bayes',
  version: VERSION,
  apiVersion: API_VERSION,
  options: bayesOptions,
  create(options, context) {
    const { length } = context.space.dimensions;
    if (length > MOST_PARAMETERS) {
      throw new FettleError(
        'options-invalid',
        `The space has ${length} parameters; bayes takes up to ${MOST_PARAMETERS}.`,
        {
          remedy: 'Use the random sampler, or fix the parameters that matter least.',
        },
      );
    }
    return new BayesSampler(options, context, (setup) =>
      options.thread === 'main' ? new InlineHost(setup) : new ThreadHost(setup),
    );
  },
});
