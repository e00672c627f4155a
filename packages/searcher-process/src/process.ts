import { API_VERSION, defineSampler, defineSearcher, type FactoryOf } from '@fettle/core';
import { type ProcessOptions, processOptions } from './process-options.ts';
import { ProcessSampler } from './process-sampler.ts';
import { ProcessSearcher } from './process-searcher.ts';
import type { Watcher } from './program-life.ts';
import { VERSION } from './version.ts';

const common = { name: 'process', version: VERSION, apiVersion: API_VERSION, options: processOptions };

/** The searcher `process`, watched by `watcher`. */
export function watchedSearcher(watcher?: Watcher): FactoryOf<'searcher', ProcessOptions> {
  return defineSearcher({ ...common, create: (options, context) => new ProcessSearcher(options, context, watcher) });
}

/** The sampler `process`, watched by `watcher`. */
export function watchedSampler(watcher?: Watcher): FactoryOf<'sampler', ProcessOptions> {
  return defineSampler({ ...common, create: (options, context) => new ProcessSampler(options, context, watcher) });
}

/**
 * A searcher that is a program in any language, which reads and writes lines of JSON. A program that is a sampler runs each trial
 * to its end.
 *
 * `processSearcher({ command: ['python3', 'my_searcher.py'] })`; what the program must do is in docs/searcher-protocol.md.
 */
export const processSearcher = watchedSearcher();

/**
 * A program in any language as the sampler inside another searcher.
 *
 * `asha({ maxResource: 81, sampler: processSampler({ command }) })`
 */
export const processSampler = watchedSampler();
