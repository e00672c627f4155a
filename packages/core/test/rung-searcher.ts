import { z } from 'zod';
import { API_VERSION } from '../src/plugin/api-version.ts';
import { defineSearcher } from '../src/plugin/define.ts';
import type { Searcher } from '../src/ports/searcher.ts';

interface Entry {
  readonly id: number;
  readonly value: number;
}

/**
 * A small searcher with pauses: every trial runs to a rung and is paused there; one in three of those that arrived, the
 * best, goes on to the end. Enough to lead a test through every kind of event.
 */
export const rungSearcher = defineSearcher({
  name: 'rungs-of-the-tests',
  version: '0.0.0',
  apiVersion: API_VERSION,
  needs: ['resume'],
  options: z.strictObject({ trials: z.int(), rung: z.number().default(2), end: z.number().default(5) }),
  create({ trials, rung, end }): Searcher {
    const arrived: Entry[] = [];
    const promoted = new Set<number>();
    let started = 0;
    return {
      ask(offer) {
        const best = [...arrived]
          .sort((a, b) => a.value - b.value || a.id - b.id)
          .slice(0, Math.floor(arrived.length / 3));
        const next = best.find(({ id }) => !promoted.has(id) && offer.paused.has(id));
        if (next !== undefined) return { kind: 'resume', trial: next.id, until: end, reason: `best ${best.length}` };
        if (started < trials) {
          const stream = offer.random('test');
          const configuration = { x: stream.next(), units: 1 + stream.integer(100) };
          return { kind: 'start', configuration, until: rung, reason: `trial ${started + 1} of ${trials}` };
        }
        if (offer.active.size > 0) return { kind: 'wait', reason: 'for the others to reach the rung' };
        return { kind: 'exhausted', reason: 'every trial had its chance' };
      },
      started: () => {
        started += 1;
      },
      resumed: ({ id }) => void promoted.add(id),
      report({ id, until }, { resource, value }) {
        if (until !== rung || resource < rung) return { kind: 'continue' };
        arrived.push({ id, value });
        return { kind: 'pause', reason: `at rung ${rung} with ${arrived.length} others` };
      },
    };
  },
});
