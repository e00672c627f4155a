import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CHECKPOINT_FILES } from '../src/container/tokens.ts';
import { API_VERSION } from '../src/plugin/api-version.ts';
import { defineSearcher } from '../src/plugin/define.ts';
import type { LaunchRequest } from '../src/ports/backend.ts';
import type { Searcher } from '../src/ports/searcher.ts';
import { memoryStore } from '../src/store/memory-store.ts';
import { replayStudy } from '../src/study/replay.ts';
import { simulateStudy, type Simulation } from '../src/testing/simulate-study.ts';
import { faults, type SimulatedProgram } from '../src/testing/simulated-program.ts';
import { eventsOf, LOSS, PROGRAM, SPACE } from './engine-helpers.ts';

/** Starts a trial to 3, pauses it there or lets it be complete, and forks `count` others from it that run to 5. */
const forking = (count: number, how: 'pause' | 'complete') =>
  defineSearcher({
    name: 'forking',
    version: '0.0.0',
    apiVersion: API_VERSION,
    options: z.strictObject({}),
    create(): Searcher {
      let parentStands = false;
      return {
        ask({ trial, active }) {
          if (trial === 1)
            return { kind: 'start', configuration: { x: 0.5, units: 1 }, until: 3, reason: 'the parent' };
          if (parentStands && trial <= 1 + count) {
            return { kind: 'fork', from: 1, configuration: { x: 0.4, units: trial }, until: 5, reason: 'a child' };
          }
          return active.size > 0 ? { kind: 'wait', reason: 'for it' } : { kind: 'exhausted', reason: 'all forked' };
        },
        report: ({ id }, { resource }) =>
          how === 'pause' && id === 1 && resource === 3
            ? { kind: 'pause', reason: 'to be forked' }
            : { kind: 'continue' },
        ended: ({ id }) => {
          if (id === 1) parentStands = true;
        },
      };
    },
  })({});

const simulate = (how: 'pause' | 'complete', change: Partial<Simulation> = {}) =>
  simulateStudy({ searcher: forking(2, how), space: SPACE, objective: LOSS, program: PROGRAM, workers: 2, ...change });

/** The program, and what it was launched with. */
function recorded(): { readonly program: SimulatedProgram; readonly requests: LaunchRequest[] } {
  const requests: LaunchRequest[] = [];
  const program: SimulatedProgram = (request) => {
    requests.push(request);
    return PROGRAM(request);
  };
  return { program, requests };
}

describe('a forked trial', () => {
  it.each(['pause', 'complete'] as const)('goes on where the other one was, after its %s', async (how) => {
    const { program, requests } = recorded();
    const { store, result } = await simulate(how, { program });
    expect(requests.slice(1)).toMatchObject([
      { attempt: '2.1', forkFrom: 1, resumeFrom: 3, until: 5 },
      { attempt: '3.1', forkFrom: 1, resumeFrom: 3, until: 5 },
    ]);
    expect(store.reports(2).map(({ resource }) => resource)).toEqual([4, 5]);
    expect(store.trial(2)).toMatchObject({ state: 'completed', resource: 5, forkedFrom: 1 });
    // What the other one has used is not charged again.
    expect(result.summary.resource).toBe(3 + 2 + 2);
    expect((await replayStudy(store, SPACE, forking(2, how))).differences).toEqual([]);
  });

  it('begins at 0 if the program cannot resume', async () => {
    const { program, requests } = recorded();
    const { store } = await simulate('complete', { program, options: { resumable: false } });
    expect(requests.map(({ resumeFrom }) => resumeFrom)).toEqual([0, 0, 0]);
    expect(store.reports(2).map(({ resource }) => resource)).toEqual([1, 2, 3, 4, 5]);
  });

  it('is forked in a later session too', async () => {
    const store = memoryStore();
    await simulate('complete', { store, budget: { trials: 1 } });
    const { program, requests } = recorded();
    await simulate('complete', { store, program });
    expect(requests).toMatchObject([{ resumeFrom: 3 }, { resumeFrom: 3 }]);
  });

  it('whose first attempt was lost before it reported is launched with its origin again, and not after that', async () => {
    const { program, requests } = recorded();
    const lost = { kind: 'evicted', message: 'preempted' } as const;
    await simulate('pause', { program, faults: { '2.1': faults.endAfter(0, lost), '3.1': faults.endAfter(1, lost) } });
    const launched = requests.map(({ attempt, forkFrom, resumeFrom }) => [attempt, forkFrom, resumeFrom]);
    expect(launched).toEqual([
      ['1.1', undefined, 0],
      ['2.1', 1, 3],
      ['3.1', 1, 3],
      ['2.2', 1, 3],
      ['3.2', undefined, 4],
    ]);
  });

  it('keeps the checkpoint it begins from until it has reported', async () => {
    const { store } = await simulate('complete', {
      options: {
        checkpoints: { keepBest: 0 },
        services: (scope) => scope.provide(CHECKPOINT_FILES, () => ({ delete: () => Promise.resolve() })),
      },
    });
    const seen = eventsOf(store, 'checkpoints:deleted', 'trial:reported').flatMap(({ type, body }) =>
      type === 'checkpoints:deleted' ? body.trials.map((trial) => `deleted ${trial}`) : [`report of ${body.trial}`],
    );
    // No checkpoint of a trial that is over is to be kept, but this one was forked in the turn in which it ended.
    expect(seen.indexOf('deleted 1')).toBeGreaterThan(seen.indexOf('report of 3'));
    expect(seen.indexOf('deleted 1')).toBeLessThan(seen.lastIndexOf('report of 2'));
    expect(seen).toContain('deleted 3');
  });
});
