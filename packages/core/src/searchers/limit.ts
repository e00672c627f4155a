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
 * Bounds how many trials of a searcher are queued or running at the same time, however many workers there are. A searcher that
 * learns from results decides better the fewer results are outstanding; and since the searcher of a study may not change, the
 * study decides the same on a large machine and on a small one. How many trials a machine can run is up to the backend
 * (`workers`).
 *
 * Inside `repeat` it counts configurations.
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
      // What the searcher inside cannot say of itself, this one must not seem to.
      ...(inner.describe && { describe: () => inner.describe!() }),
      ...(inner.plan && {
        plan: (horizon) => inner.plan!({ ...horizon, workers: Math.min(horizon.workers, concurrency) }),
      }),
      ...(inner.standing && { standing: (trial) => inner.standing!(trial) }),
      close: () => inner.close?.(),
    };
  },
});
