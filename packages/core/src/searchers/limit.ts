import { z } from 'zod';
import { API_VERSION } from '../plugin/api-version.ts';
import { defineSearcher, type FactoryOf, type OptionSchemas, type Plugin } from '../plugin/define.ts';
import type { Searcher } from '../ports/searcher.ts';
import { VERSION } from '../version.ts';
import { searcherOption } from './searcher-option.ts';

/** Options of `limit`. */
export interface LimitOptions {
  /** What decides; a sampler's trials all run to their end. */
  searcher: Plugin<'searcher'> | Plugin<'sampler'>;
  /** Most trials that are queued or running at the same time; at least 1. */
  concurrency: number;
}

/**
 * Lets a searcher have only so many trials under way at the same time, whatever number of workers there is. A searcher that
 * learns from results decides better the fewer are still out; and because the searcher may not change while a study lives, a
 * study decides alike on a large machine and a small one. How many trials a machine can run is the backend's affair (`workers`).
 *
 * Inside of `repeat` it counts configurations.
 */
export const limit: FactoryOf<'searcher', LimitOptions> = defineSearcher({
  name: 'limit',
  version: VERSION,
  apiVersion: API_VERSION,
  options: z.strictObject({
    searcher: searcherOption(),
    concurrency: z.int().min(1),
  } satisfies OptionSchemas<LimitOptions>),
  nested: { searcher: 'searcher' },
  create({ searcher, concurrency }, context): Searcher {
    const inner = searcher.create(context);
    return {
      ask(offer) {
        if (offer.active.size < concurrency) return inner.ask(offer);
        return { kind: 'wait', reason: `${offer.active.size} trials are under way, the most that are allowed` };
      },
      started: (trial) => inner.started?.(trial),
      resumed: (trial) => inner.resumed?.(trial),
      report: (trial, report, recorded) => inner.report(trial, report, recorded),
      ended: (trial, outcome) => inner.ended?.(trial, outcome),
      describe: async () => (await inner.describe?.()) ?? { notes: [] },
      ...(inner.plan === undefined
        ? {}
        : { plan: (horizon) => inner.plan!({ ...horizon, workers: Math.min(horizon.workers, concurrency) }) }),
      standing: (trial) => inner.standing?.(trial),
      close: () => inner.close?.(),
    };
  },
});
