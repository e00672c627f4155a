import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { random } from '../src/searchers/random.ts';
import { defineBackend, defineSampler, defineSearcher, type Plugin } from '../src/plugin/define.ts';
import type { ConfigurationSampler } from '../src/ports/configuration-sampler.ts';
import { grid } from '../src/searchers/grid.ts';
import { limit } from '../src/searchers/limit.ts';
import { prior } from '../src/searchers/prior.ts';
import type { AttemptEnd } from '../src/domain/failure.ts';
import { FettleError } from '../src/errors.ts';
import { warmStart } from '../src/searchers/warm-start.ts';
import type { Backend, BackendHost, Launched } from '../src/ports/backend.ts';
import { createStudy } from '../src/study/create-study.ts';
import { API_VERSION } from '../src/plugin/api-version.ts';
import { faults } from '../src/testing/simulated-program.ts';
import { memoryMedium, memoryStore, type MemoryMedium } from '../src/store/memory-store.ts';
import { simulateStudy, type Simulation } from '../src/testing/simulate-study.ts';
import type { Searcher } from '../src/ports/searcher.ts';
import { z } from 'zod';
import type { Scope } from '../src/container/scope.ts';
import { ATTEMPT_READERS, CHECKPOINT_FILES, EVENT_HUB, LOGGER, STORE } from '../src/container/tokens.ts';
import { deletableCheckpoints } from '../src/engine/checkpoint-policy.ts';
import { EventHub } from '../src/events/event-hub.ts';
import { int, searchSpace } from '../src/domain/search-space.ts';
import { replayStudy } from '../src/study/replay.ts';
import { silentLogger } from '../src/study/silent-logger.ts';
import { VirtualClock } from '../src/testing/virtual-clock.ts';
import { rungSearcher } from './rung-searcher.ts';
import { eventsOf, LOSS, PROGRAM, SPACE } from './engine-helpers.ts';

const simulate = (change: Partial<Simulation> = {}) =>
  simulateStudy({
    searcher: random(),
    space: SPACE,
    objective: LOSS,
    program: PROGRAM,
    workers: 3,
    budget: { trials: 12 },
    seed: 5,
    ...change,
  });

/** A searcher made of a function, for tests of what the engine does with answers. */
const scripted = (make: () => Searcher) =>
  defineSearcher({
    name: 'scripted',
    version: '0.0.0',
    apiVersion: API_VERSION,
    options: z.strictObject({}),
    create: () => make(),
  })({});

/** Starts trials up to a rung, lets the first of them go on and stops the others there. */
function oneGoesOn(trials: number, why = 'one is enough'): () => Searcher {
  return () => {
    const paused: number[] = [];
    return {
      ask(offer) {
        if (offer.trial <= trials) {
          return { kind: 'start', configuration: { x: offer.random('x').next(), units: 1 }, until: 2, reason: 'new' };
        }
        const last = paused.find((id) => id > 1);
        if (last !== undefined) return { kind: 'stop', trial: last, reason: why };
        if (paused.length > 0) return { kind: 'resume', trial: 1, reason: 'the first' };
        return { kind: 'exhausted', reason: 'all done' };
      },
      resumed: ({ id }) => void paused.splice(paused.indexOf(id), 1),
      report: (_, { resource }) => (resource === 2 ? { kind: 'pause', reason: 'a rung' } : { kind: 'continue' }),
      ended({ id }, { state }) {
        if (state === 'paused') paused.push(id);
        else if (state === 'stopped') paused.splice(paused.indexOf(id), 1);
      },
    };
  };
}

describe('a study', () => {
  it('runs every trial of its budget, as many at a time as there are workers', async () => {
    const { result, store, duration } = await simulate();
    expect(result.status).toBe('finished');
    expect(result.reason).toContain('12 trials');
    expect(result.summary.counts).toEqual({ queued: 0, running: 0, paused: 0, completed: 12, stopped: 0, failed: 0 });
    expect(result.summary.reports).toBe(60);
    expect(duration).toBe((12 / 3) * 5 * 1000);
    const best = store.trials({ order: 'value', limit: 1 })[0];
    expect(result.best).toEqual(best);
  });

  it('leaves no timer behind that would keep its process alive', async () => {
    const clock = new VirtualClock();
    await simulate({ budget: { trials: 4, wallClock: 1e9 }, options: { clock, timeLimit: 1e8 } });
    const ended = clock.now();
    expect(clock.idle()).toBe(false);
    expect(clock.now()).toBe(ended);
  });

  it('tells of each event after it is stored, in the order of the journal', async () => {
    const heard: number[] = [];
    const { store } = await simulate({ options: { services: listenTo(heard) } });
    expect(heard.length).toBeGreaterThan(100);
    expect(heard).toEqual([...store.journal()].slice(2).map((event) => event.seq));
  });

  it('gives the same trials for the same seed and others for another', async () => {
    const configurations = async (seed: number) =>
      (await simulate({ seed })).store.trials().map((trial) => trial.configuration);
    expect(await configurations(1)).toEqual(await configurations(1));
    expect(await configurations(1)).not.toEqual(await configurations(2));
  });

  it('tries no configuration twice, and ends when a finite space is used up', async () => {
    const space = searchSpace({ x: int({ min: 1, max: 3 }), units: int({ min: 1, max: 2 }) });
    const { store, result } = await simulate({ space, budget: { trials: 100 } });
    expect(result.reason).toBe('every configuration of the search space has been tried');
    const keys = store.trials().map((trial) => space.key(trial.configuration as { x: number; units: number }));
    expect([keys.length, new Set(keys).size]).toEqual([6, 6]);
    const again = await simulate({ space, budget: { trials: 20 }, options: { duplicates: 'allow' } });
    expect(again.result.summary.counts.completed).toBe(20);
  });

  it('tells a searcher with rungs that a finite space is used up, so that it goes on with those that wait', async () => {
    const space = searchSpace({ x: int({ min: 1, max: 5 }) });
    /** Fills a rung with ten, or with as many as there are, before the best of them goes on. */
    const filling = (sampler: Plugin<'sampler'>) =>
      defineSearcher({
        name: 'filling',
        version: '0.0.0',
        apiVersion: API_VERSION,
        options: z.strictObject({}),
        create(_, context): Searcher {
          const inner = sampler.create(context);
          return {
            async ask(offer) {
              const sample = offer.trial <= 10 ? await inner.sample(offer) : undefined;
              if (sample?.kind === 'configuration') return { ...sample, kind: 'start', until: 2 };
              if (offer.active.size > 0) return { kind: 'wait', reason: 'the rung is not full' };
              const [best] = offer.paused.keys();
              if (best === undefined) return { kind: 'exhausted', reason: 'all have had their chance' };
              return { kind: 'resume', trial: best, reason: `the rung has ${offer.paused.size}` };
            },
            started: (trial) => inner.started?.(trial),
            report: (trial, { resource }) =>
              resource === trial.until ? { kind: 'pause', reason: 'a rung' } : { kind: 'continue' },
          };
        },
      })({});
    for (const sampler of [random(), prior({ guesses: { x: 2 } }), grid()]) {
      const { store, result } = await simulate({ space, searcher: filling(sampler), budget: {} });
      expect(result.summary.counts).toMatchObject({ completed: 5, stopped: 0 });
      expect(eventsOf(store, 'trial:resumed')[0]?.body.reason).toBe('the rung has 5');
      expect((await replayStudy(store, space, filling(sampler))).differences).toEqual([]);
    }
    const again = await simulate({ space, searcher: filling(random()), budget: {}, options: { duplicates: 'allow' } });
    expect(eventsOf(again.store, 'trial:resumed')[0]?.body.reason).toBe('the rung has 10');
  });

  it('lets a sampler that knows the results of other studies try their configurations again', async () => {
    const space = searchSpace({ x: int({ min: 1, max: 3 }) });
    const trials = [1, 2, 3].map((x) => ({ configuration: { x }, value: x }));
    const searcher = warmStart({ studies: [{ name: 'before', metric: 'loss', goal: 'minimize', trials }], first: 1 });
    const { result } = await simulate({ space, searcher, budget: { trials: 9 } });
    expect(result.summary.counts.completed).toBe(3);
  });

  it('tries the given configurations first, whatever the searcher wants', async () => {
    const first = [
      { x: 0.5, units: 3 },
      { x: 0.25, units: 4 },
    ];
    const { store } = await simulate({ options: { first } });
    expect(store.trials({ limit: 3 }).map((trial) => trial.origin)).toEqual(['first', 'first', 'searcher']);
    expect(store.trials({ limit: 2 }).map((trial) => trial.configuration)).toEqual(first);
  });
});

describe('failures', () => {
  const end = { kind: 'failed', failure: 'node', message: 'gone' } as const;

  it('are tried again by class, after a growing wait, and resume where the trial was', async () => {
    const { store } = await simulate({
      workers: 1,
      budget: { trials: 1 },
      faults: { '1.1': faults.endAfter(2, end), '1.2': faults.endAfter(1, end) },
    });
    const trial = store.trial(1);
    expect(trial).toMatchObject({ state: 'completed', attempts: 3, retries: 2, resource: 5, reports: 5 });
    const requeued = eventsOf(store, 'trial:requeued');
    expect(requeued.map(({ at, body }) => (body.notBefore ?? 0) - at)).toEqual([1000, 2000]);
  });

  it('become final when the limit of their class is used', async () => {
    const { store, result } = await simulate({
      budget: { trials: 2 },
      faults: { '1.1': faults.endAfter(2, { kind: 'failed', failure: 'oom', message: 'out of memory' }) },
    });
    expect(store.trial(1)).toMatchObject({ state: 'failed', failure: 'oom', message: 'out of memory', attempts: 1 });
    expect(result.best?.id).toBe(2);
  });

  it('of eviction are no failures: the trial goes on without a wait', async () => {
    const { store, result } = await simulate({
      budget: { trials: 1, failures: 1 },
      faults: { '1.1': faults.endAfter(3, { kind: 'evicted', message: 'preempted' }) },
    });
    expect(result.summary.counts.failed).toBe(0);
    expect(store.trial(1)).toMatchObject({ state: 'completed', attempts: 2, reports: 5 });
  });

  it('that report no metric are no-metric, and say so', async () => {
    const { store } = await simulate({
      budget: { trials: 1 },
      faults: { '1.1': faults.endAfter(0, { kind: 'finished' }) },
    });
    expect(store.trial(1)).toMatchObject({ state: 'failed', failure: 'no-metric' });
  });

  it('by values that are not finite lose against every other, or end the trial if the study says so', async () => {
    const nan = { '1.1': faults.diverge('loss', 2) };
    const lenient = await simulate({ budget: { trials: 2 }, faults: nan });
    expect(lenient.store.trial(1)).toMatchObject({ state: 'completed', value: Number.NaN });
    expect(lenient.result.best?.id).toBe(2);
    const strict = await simulate({
      budget: { trials: 2 },
      faults: nan,
      objective: { ...LOSS, nonFinite: 'fail' },
    });
    expect(strict.store.trial(1)).toMatchObject({ state: 'failed', failure: 'invalid-configuration', resource: 3 });
  });

  it('by time limit are stopped and are timeouts', async () => {
    const { store } = await simulate({
      budget: { trials: 2 },
      faults: { '1.1': faults.straggle(10) },
      options: { timeLimit: 6000 },
    });
    expect(store.trial(1)).toMatchObject({ state: 'failed', failure: 'timeout' });
    expect(store.trial(2)?.state).toBe('completed');
  });
});

describe('a program that is wrong', () => {
  const end = { kind: 'failed', failure: 'code', message: 'no such module' } as const;

  it('ends the session after its first ten failures, and is given another chance in the next', async () => {
    const broken = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`${i + 1}.1`, faults.endAfter(0, end)]));
    const { result } = await simulate({ workers: 1, budget: { trials: 100 }, faults: broken });
    expect(result.reason).toBe('the first 10 trials of this session all failed; the last: no such module');
    expect(result.summary.counts.failed).toBe(10);
    const { '4.1': _, ...withOneGood } = broken;
    const better = await simulate({ workers: 1, budget: { trials: 20 }, faults: withOneGood });
    expect(better.result.summary.counts).toMatchObject({ completed: 1, failed: 19 });
  });
});

describe('reports', () => {
  it('are stored once each, in increasing order of resource, whatever arrives', async () => {
    const { store } = await simulate({
      budget: { trials: 4 },
      faults: {
        '1.1': faults.duplicateReports(),
        '2.1': faults.swapReports(),
        '3.1': faults.reportLate('loss'),
        '4.1': faults.endTwice(),
      },
    });
    const resources = (trial: number) => store.reports(trial).map((report) => report.resource);
    expect(resources(1)).toEqual([1, 2, 3, 4, 5]);
    // Of a swapped pair the later one is known first, and the earlier one comes too late to count.
    expect(resources(2)).toEqual([2, 4, 5]);
    expect(resources(3)).toEqual([1, 2, 3, 4, 5]);
    expect(resources(4)).toEqual([1, 2, 3, 4, 5]);
  });
});

describe('a program that counts from 0', () => {
  it('is understood when the objective says so', async () => {
    const program: Simulation['program'] = () =>
      [0, 1, 2].map((resource) => ({ kind: 'report', wait: 1, metrics: { loss: resource }, resource }));
    const { store } = await simulate({ program, budget: { trials: 1 }, objective: { ...LOSS, resourceFrom: 0 } });
    expect(store.reports(1).map((report) => report.resource)).toEqual([1, 2, 3]);
    const misread = await simulate({ program, budget: { trials: 1 } });
    expect(misread.store.reports(1).map((report) => report.resource)).toEqual([1, 2]);
  });
});

describe('budgets', () => {
  it('of trials are kept to the trial, however many workers there are', async () => {
    for (const workers of [1, 3, 7, 50]) {
      const { result } = await simulate({ workers, budget: { trials: 20 } });
      expect(result.summary.counts.completed).toBe(20);
    }
  });

  it('of wall-clock time halt what runs, and let it go on when they are raised', async () => {
    const { result, store } = await simulate({ workers: 2, budget: { wallClock: 7500 } });
    expect(result.reason).toContain('wall-clock');
    expect(result.summary.counts).toMatchObject({ completed: 2, queued: 2, running: 0 });
    expect(result.summary.wallClock).toBe(7500);
    expect(store.trial(3)).toMatchObject({ state: 'queued', resource: 2 });
  });

  it('of resource, target, improvement and failures end the study with their reason', async () => {
    expect((await simulate({ budget: { resource: 30 } })).result.summary.resource).toBeGreaterThanOrEqual(30);
    const target = await simulate({ budget: { trials: 1000, target: 0.3 } });
    expect(target.result.reason).toContain('target 0.3');
    expect(target.result.best?.value).toBeLessThanOrEqual(0.3);
    const still = await simulate({ workers: 1, budget: { trials: 1000, noImprovement: { trials: 10 } } });
    expect(still.result.reason).toContain('did not improve in 10 trials');
    const failing = { kind: 'failed', failure: 'code', message: 'exit 1' } as const;
    const failed = await simulate({
      budget: { trials: 100, failures: 2 },
      faults: { '1.1': faults.endAfter(0, failing), '4.1': faults.endAfter(1, failing) },
    });
    expect(failed.result.reason).toContain('2 trials failed');
    expect(failed.result.summary.counts.failed).toBe(2);
  });

  it('combine by all and any', async () => {
    const all = await simulate({ workers: 1, budget: { all: [{ trials: 2 }, { resource: 31 }] } });
    expect(all.result.summary.counts.completed).toBe(6);
    const any = await simulate({ budget: { any: [{ trials: 3 }, { resource: 1000 }] } });
    expect(any.result.summary.counts.completed).toBe(3);
  });
});

describe('pause and resume', () => {
  /** Runs each trial to 2, pauses it there, and resumes it to 5 once all have come so far. */
  const twoRungs = (trials: number) => () => {
    let started = 0;
    const paused: number[] = [];
    const searcher: Searcher = {
      ask: (offer) => {
        if (started < trials) {
          const configuration = { x: offer.random('x').next(), units: 1 };
          return { kind: 'start', configuration, until: 2, reason: 'first rung' };
        }
        const [next] = paused;
        if (next !== undefined && paused.length + (trials - paused.length) === trials) {
          return { kind: 'resume', trial: next, until: 5, reason: 'second rung' };
        }
        return offer.active.size > 0
          ? { kind: 'wait', reason: 'for the rung' }
          : { kind: 'exhausted', reason: 'all done' };
      },
      started: () => {
        started += 1;
      },
      resumed: ({ id }) => void paused.splice(paused.indexOf(id), 1),
      report: (trial, { resource }) =>
        resource === 2 && trial.until === 2 ? { kind: 'pause', reason: 'at the rung' } : { kind: 'continue' },
      ended: (trial, outcome) => {
        if (outcome.state === 'paused') paused.push(trial.id);
      },
    };
    return searcher;
  };

  it('goes on from the checkpoint, in a new attempt of the same trial', async () => {
    const { store, result } = await simulate({ searcher: scripted(twoRungs(4)), budget: {} });
    expect(result.reason).toBe('all done');
    for (const trial of store.trials()) {
      expect(trial).toMatchObject({ state: 'completed', attempts: 2, resource: 5, reports: 5 });
    }
    expect(eventsOf(store, 'attempt:launching').map(({ body }) => body.resumeFrom)).toEqual([0, 0, 0, 0, 2, 2, 2, 2]);
    expect(result.summary.resource).toBe(20);
  });

  it.each([
    ['and ends', 3],
    ['and would not end', 50],
  ])('happens to a program that goes on beyond the level it was given %s, too', async (_, length) => {
    const overshoot: Simulation['program'] = ({ resumeFrom }) =>
      Array.from({ length: length - resumeFrom }, (__, index) => {
        const resource = resumeFrom + index + 1;
        return { kind: 'report', wait: 1000, metrics: { loss: 1 / resource }, resource };
      });
    // What the searcher says at 3 takes nothing back: it was asked at 2, and let the trial pause.
    const { store } = await simulate({ searcher: scripted(twoRungs(1)), budget: {}, program: overshoot });
    const [paused] = eventsOf(store, 'trial:paused');
    expect(paused?.body).toEqual({ trial: 1, reason: 'at the rung' });
    expect(paused?.at).toBeLessThanOrEqual(2000 + 5000);
    expect(store.trial(1)).toMatchObject({ state: 'completed', attempts: 2 });
  });

  it('begins again from nothing when the program cannot resume, and stores no report twice', async () => {
    const { store } = await simulate({
      searcher: scripted(twoRungs(2)),
      budget: {},
      options: { resumable: false },
    });
    expect(eventsOf(store, 'attempt:launching').map(({ body }) => body.resumeFrom)).toEqual([0, 0, 0, 0]);
    expect(store.reports(1).map((report) => report.resource)).toEqual([1, 2, 3, 4, 5]);
  });

  it('are over when the searcher says that they cannot go on, and free no place for anybody else', async () => {
    const { store, result } = await simulate({ searcher: scripted(oneGoesOn(4)), budget: {}, workers: 1 });
    expect(result.summary.counts).toMatchObject({ paused: 0, stopped: 3, completed: 1 });
    expect(eventsOf(store, 'trial:stopped').map(({ body }) => body)).toEqual(
      [2, 3, 4].map((trial) => ({ trial, reason: 'one is enough', released: 'suggestion' })),
    );
    expect(store.trial(2)).toMatchObject({ state: 'stopped', message: 'one is enough', resource: 2, attempts: 1 });
    // Replayed, the same questions are answered in the same way.
    const replayed = await replayStudy(store, SPACE, scripted(oneGoesOn(4)));
    expect(replayed).toMatchObject({ differences: [], decisions: 4 + 4 * 2 + 3 + 3 + 1 });
    const other = await replayStudy(store, SPACE, scripted(oneGoesOn(4, 'two are too many')));
    expect(other.differences.map(({ what }) => what)).toEqual(['stop', 'stop', 'stop']);
  });

  it('are over when the searcher has nothing more to suggest, and what is best stays best', async () => {
    const patient = (): Searcher => ({
      ask: (offer) =>
        offer.trial <= 3
          ? {
              kind: 'start',
              configuration: { x: offer.random('x').next(), units: offer.trial },
              until: 2,
              reason: 'new',
            }
          : offer.active.size > 0
            ? { kind: 'wait', reason: 'for the rest' }
            : { kind: 'exhausted', reason: 'that was all' },
      report: (_, { resource }) => (resource === 2 ? { kind: 'pause', reason: 'a rung' } : { kind: 'continue' }),
    });
    const { store, result } = await simulate({ searcher: scripted(patient), budget: {} });
    expect(result.summary.counts).toMatchObject({ paused: 0, stopped: 3 });
    const reason = 'nobody goes on: that was all';
    for (const { body } of eventsOf(store, 'trial:stopped')) {
      expect(body).toEqual({ trial: expect.any(Number) as number, reason, released: 'exhaustion' });
    }
    expect(result.best?.id).toBe(store.trials({ order: 'value', limit: 1 })[0]?.id);
    expect((await replayStudy(store, SPACE, scripted(patient))).differences).toEqual([]);
    // A budget that is used up is another matter: it can be raised.
    const cut = await simulate({ searcher: scripted(patient), budget: { trials: 2 } });
    expect(cut.result.summary.counts).toMatchObject({ paused: 2, stopped: 0 });
  });

  it('stops a trial for good when the searcher says so', async () => {
    const stopper = (): Searcher => ({
      ask: (offer) => ({ kind: 'start', configuration: { x: offer.random('x').next(), units: 1 }, reason: 'try' }),
      report: (_, { resource }) => (resource === 3 ? { kind: 'stop', reason: 'enough' } : { kind: 'continue' }),
    });
    const { store } = await simulate({ searcher: scripted(stopper), budget: { trials: 2 } });
    expect(store.trial(1)).toMatchObject({ state: 'stopped', resource: 3, message: 'enough' });
  });
});

describe('checkpoints', () => {
  const keeping = async (keepBest: number, change: Partial<Simulation> = {}) => {
    const left = new Set<number>();
    const { store } = await simulate({
      budget: { trials: 12 },
      options: {
        checkpoints: { keepBest },
        services: (scope) =>
          scope.provide(CHECKPOINT_FILES, () => ({
            delete: (trials) => {
              for (const trial of trials) left.delete(trial);
              return Promise.resolve();
            },
          })),
      },
      ...change,
    });
    for (const { id, attempts } of store.trials()) if (attempts > 0) left.add(id);
    for (const { body } of eventsOf(store, 'checkpoints:deleted')) for (const id of body.trials) left.delete(id);
    return { store, left: [...left].sort((a, b) => a - b) };
  };

  it('of trials that are over are deleted, but for the best', async () => {
    const { store, left } = await keeping(2, { workers: 1 });
    const best = store.trials({ order: 'value', limit: 2 }).map((trial) => trial.id);
    expect(left).toEqual(best.sort((a, b) => a - b));
  });

  it('of paused trials are kept whatever their value, as long as these may go on', async () => {
    const searcher = rungSearcher({ trials: 7 });
    const cut = await keeping(0, { searcher, budget: { trials: 6 }, workers: 1 });
    const paused = cut.store.trials({ states: ['paused'] }).map((trial) => trial.id);
    expect(paused.length).toBe(4);
    expect(cut.left).toEqual(paused);
    const whole = await keeping(0, { searcher, budget: {}, workers: 1 });
    expect(whole.left).toEqual([]);
  });

  it('of a trial that the searcher stops while it is paused are deleted', async () => {
    const { store, left } = await keeping(0, { searcher: scripted(oneGoesOn(3)), budget: {}, workers: 1 });
    expect(left).toEqual([]);
    const [first] = eventsOf(store, 'checkpoints:deleted');
    expect(first?.body.trials).toEqual([2, 3]);
  });

  it('are deleted only after it is stored that their trials are over', async () => {
    const store = memoryStore();
    const states: unknown[] = [];
    const remove = (trials: readonly number[]): Promise<void> => {
      states.push(...trials.map((id) => store.trial(id)?.state));
      return Promise.resolve();
    };
    const options = {
      checkpoints: { keepBest: 0 },
      services: (scope: Scope) => scope.provide(CHECKPOINT_FILES, () => ({ delete: remove })),
    };
    await simulate({ store, budget: { trials: 3 }, options });
    expect(states).toEqual(['completed', 'completed', 'completed']);
  });

  it('that an interrupted session left behind are deleted by the next', async () => {
    const left = new Set([1, 2, 3, 4]);
    const store = memoryStore();
    const kept = (): Promise<void> => Promise.reject(new Error('the disk is busy'));
    const cleaned = (trials: readonly number[]): Promise<void> => {
      for (const trial of trials) left.delete(trial);
      return Promise.resolve();
    };
    const session = (remove: typeof cleaned, trials: number) =>
      simulate({
        store,
        budget: { trials },
        options: {
          checkpoints: { keepBest: 1 },
          services: (scope) => scope.provide(CHECKPOINT_FILES, () => ({ delete: remove })),
        },
      });
    await session(kept, 4);
    expect([...left]).toEqual([1, 2, 3, 4]);
    await session(cleaned, 4);
    expect([...left]).toEqual(store.trials({ order: 'value', limit: 1 }).map(({ id }) => id));
  });

  it('needed by nobody are worked out from values and forks', () => {
    const values = [0.5, 0.1, Number.POSITIVE_INFINITY, 0.1, 0.9];
    const held = values.map((value, index) => ({ trial: index + 1, state: 'completed', value }) as const);
    const needs = { keepBest: 2, best: undefined, forkSources: new Set<number>() };
    expect(deletableCheckpoints(held, needs)).toEqual([1, 3, 5]);
    expect(deletableCheckpoints(held, { ...needs, keepBest: 1, forkSources: new Set([5]) })).toEqual([1, 3, 4]);
    expect(deletableCheckpoints(held, { ...needs, keepBest: 0 })).toEqual([1, 2, 3, 4, 5]);
    expect(deletableCheckpoints(held, { ...needs, keepBest: 9 })).toEqual([3]);
    expect(deletableCheckpoints(held, { ...needs, keepBest: 1, best: 5 })).toEqual([1, 2, 3, 4]);
  });

  it('of trials that were stopped or failed go before those of completed ones', () => {
    const held = [
      { trial: 1, state: 'stopped', value: 0.1 },
      { trial: 2, state: 'completed', value: 0.2 },
      { trial: 3, state: 'failed', value: 0 },
      { trial: 4, state: 'stopped', value: 0.3 },
    ] as const;
    const needs = { best: undefined, forkSources: new Set<number>() };
    expect(deletableCheckpoints(held, { ...needs, keepBest: 1 })).toEqual([1, 3, 4]);
    expect(deletableCheckpoints(held, { ...needs, keepBest: 2 })).toEqual([3, 4]);
    expect(deletableCheckpoints(held, { ...needs, keepBest: 4 })).toEqual([3]);
  });
});

describe('what a plugin throws', () => {
  it('keeps its code, its remedy and itself as the cause if it says what happened, and gets the plugin’s name', async () => {
    const cause = new FettleError('capability-missing', 'There is no GPU', { remedy: 'Plug one in.', place: 'rack 3' });
    const rejected = scripted(() => ({ ask: () => Promise.reject(cause), report: goOn }));
    await expect(simulate({ searcher: rejected })).rejects.toMatchObject({
      code: 'capability-missing',
      message: "The searcher 'scripted' rejected the promise of ask(): There is no GPU.",
      remedy: 'Plug one in.',
      place: 'rack 3',
      cause,
    });
  });

  it('when it is made, or closed, gets its name too', async () => {
    const made = scripted(() => fail('no licence'));
    await expect(simulate({ searcher: made })).rejects.toMatchObject({
      code: 'plugin-misbehaved',
      message: "The searcher 'scripted' cannot be made for this study: no licence.",
      place: expect.stringMatching(/engine\.test\.ts:\d+:\d+$/) as string,
    });
    const exhausted = { kind: 'exhausted', reason: 'nothing' } as const;
    const closed = scripted(() => ({ ask: () => exhausted, report: goOn, close: () => fail('stuck') }));
    await expect(simulate({ searcher: closed })).rejects.toThrow("The searcher 'scripted' threw from close(): stuck.");
  });

  it.each([
    ['open', { open: () => fail('no licence') }, "The backend 'odd' threw from open(): no licence."],
    ['adopt', { adopt: () => fail('no memory') }, "The backend 'odd' threw from adopt(): no memory."],
    ['capacity', { capacity: () => Number.NaN }, "The backend 'odd' says that NaN attempts can run at the same time"],
    ['stop', { stop: () => Promise.reject(new Error('no way')) }, "The backend 'odd' threw from stop(): no way."],
  ])('from %s() of a backend gets its name', async (_, change, message) => {
    const odd = defineBackend({
      name: 'odd',
      version: '0.0.0',
      apiVersion: API_VERSION,
      options: z.strictObject({}),
      create: (): Backend => {
        let host: BackendHost;
        return {
          outlivesDriver: false,
          open: (given) => void (host = given),
          adopt: () => [],
          launch: ({ attempt }) => {
            host.reported(attempt, { metrics: { loss: 1 } });
            return { handle: null };
          },
          stop: () => undefined,
          capacity: () => 1,
          close: () => undefined,
          ...change,
        };
      },
    });
    const stopping = scripted(() => ({
      ask: () => ({ kind: 'start', configuration: { x: 0, units: 1 }, reason: 'because' }),
      report: () => ({ kind: 'stop', reason: 'seen enough' }),
    }));
    const study = await createStudy({
      name: 'odd',
      space: SPACE,
      objective: LOSS,
      searcher: stopping,
      backend: odd({}),
    });
    const ended = study.run();
    await expect(ended).rejects.toMatchObject({ code: 'plugin-misbehaved' });
    await expect(ended).rejects.toThrow(message);
  });
});

describe('a backend that says nothing of a launch', () => {
  it.each([
    ['at once', () => undefined],
    ['later', () => Promise.resolve({})],
  ])('%s, is told so by the trial that failed', async (_, launch) => {
    const mute = defineBackend({
      name: 'mute',
      version: '0.0.0',
      apiVersion: API_VERSION,
      options: z.strictObject({}),
      create: (): Backend => ({
        outlivesDriver: false,
        open: () => undefined,
        adopt: () => [],
        launch: launch as never,
        stop: () => undefined,
        capacity: () => 1,
        close: () => undefined,
      }),
    });
    const budget = { trials: 1 };
    const study = await createStudy({
      name: 'mute',
      space: SPACE,
      objective: LOSS,
      searcher: random(),
      backend: mute(),
      budget,
    });
    await study.run();
    expect(study.reader.trial(1)).toMatchObject({
      failure: 'launch',
      message: expect.stringContaining("The backend 'mute' answered launch() with") as string,
    });
  });
});

describe('an attempt that ends before the backend has answered for it', () => {
  const files = { metrics: '/metrics', stdout: '/stdout', stderr: '/stderr' };
  const end = { kind: 'finished' } as const;

  type Hasty = Pick<Backend, 'adopt' | 'launch'> & Partial<Pick<Backend, 'capacity'>>;

  async function run(medium: MemoryMedium, hasty: (host: BackendHost) => Hasty) {
    const backend = defineBackend({
      name: 'hasty',
      version: '0.0.0',
      apiVersion: API_VERSION,
      options: z.strictObject({}),
      create(): Backend {
        let inner: Hasty;
        return {
          outlivesDriver: true,
          open: (host) => void (inner = hasty(host)),
          adopt: (attempts) => inner.adopt(attempts),
          launch: (request) => inner.launch(request),
          stop: () => undefined,
          capacity: () => inner.capacity?.() ?? 1,
          close: () => undefined,
        };
      },
    });
    const open = new Set<string>();
    const study = await createStudy({
      name: 'hasty',
      space: SPACE,
      objective: LOSS,
      searcher: random(),
      backend: backend({}),
      budget: { trials: 2 },
      services: (scope) => {
        scope.provide(STORE, () => memoryStore({ medium, takeOver: true }));
        scope.provide(ATTEMPT_READERS, () => ({
          open(attempt, __, ___, read) {
            open.add(attempt);
            read({ metrics: { loss: 0.5 }, position: { source: 0, offset: 12 } });
          },
          drain: (attempt) => (open.delete(attempt) ? Promise.resolve(undefined) : undefined),
          close: () => undefined,
        }));
      },
    });
    await study.run();
    const trials = memoryStore({ medium, takeOver: true }).trials();
    return { open, trials: trials.map(({ state, value }) => [state, value]) };
  }

  it.each([
    ['at once', (answer: Launched) => answer],
    ['later', (answer: Launched) => Promise.resolve(answer)],
  ])('launched, which it does %s, is read to its end all the same', async (_, answered) => {
    const { open, trials } = await run(memoryMedium(), (host) => ({
      adopt: () => [],
      launch({ attempt }) {
        host.ended(attempt, end);
        return answered({ handle: null, files });
      },
    }));
    expect(trials).toEqual([
      ['completed', 0.5],
      ['completed', 0.5],
    ]);
    expect(open.size).toBe(0);
  });

  it('adopted is read to its end all the same', async () => {
    const medium = memoryMedium();
    let launched = false;
    const broken = run(medium, (host) => ({
      adopt: () => [],
      launch() {
        launched = true;
        host.capacityChanged();
        return { handle: null };
      },
      capacity: () => (launched ? Number.NaN : 1),
    }));
    await expect(broken).rejects.toMatchObject({ code: 'plugin-misbehaved' });
    const { open, trials } = await run(medium, (host) => ({
      async adopt(attempts) {
        for (const { request } of attempts) host.ended(request.attempt, end);
        await Promise.resolve();
        return attempts.map(({ request: { attempt } }) => {
          return { attempt, status: 'running', launched: { handle: null, files } } as const;
        });
      },
      launch({ attempt }) {
        host.ended(attempt, end);
        return { handle: null, files };
      },
    }));
    expect(trials).toEqual([
      ['completed', 0.5],
      ['completed', 0.5],
    ]);
    expect(open.size).toBe(0);
  });
});

describe('what an attempt has written', () => {
  const failed = (facts: object): AttemptEnd => ({ kind: 'failed', failure: 'code', message: 'it failed', ...facts });

  it.each<[string, AttemptEnd, boolean]>([
    ['finished', { kind: 'finished' }, false],
    ['saved itself', { kind: 'checkpointed' }, false],
    ['failed by itself', failed({ exitCode: 1 }), false],
    ['was evicted', { kind: 'evicted', message: 'gone' }, true],
    ['was killed', failed({ exitCode: 143, signal: 'SIGTERM' }), true],
    ['was killed in a container', failed({ exitCode: 137 }), true],
    ['was lost with its node', failed({ failure: 'node' }), true],
  ])('is read to the end when it %s, and no part of a line for a line', async (_, end, cutOff) => {
    const drained: boolean[] = [];
    await simulate({
      budget: { trials: 1 },
      faults: { '1.1': faults.endAfter(2, end) },
      options: {
        retry: { limits: { preempted: 0, node: 0 } },
        services: (scope) => {
          scope.provide(ATTEMPT_READERS, () => ({
            open: () => undefined,
            drain(attempt, cut) {
              if (attempt === '1.1') drained.push(cut);
              return undefined;
            },
            close: () => undefined,
          }));
        },
      },
    });
    expect(drained).toEqual([cutOff]);
  });
});

describe('what a study has found out', () => {
  const options = {
    name: 'read',
    space: SPACE,
    objective: LOSS,
    searcher: random(),
    evaluate: () => 1,
    budget: { trials: 3 },
  } as const;

  it('can be read once it has run, in memory and on disk, until it is closed', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'fettle-read-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    for (const place of [{}, { directory }]) {
      const study = await createStudy({ ...options, ...place });
      await study.run();
      expect(study.reader.trials({ order: 'value', limit: 2 }).map(({ id }) => id)).toEqual([1, 2]);
      expect(study.best()?.id).toBe(1);
      expect(study.status().summary.counts.completed).toBe(3);
      await study.close();
      expect(() => study.reader.trials()).toThrow();
    }
  });

  it('is in the caller’s hands if the store is the caller’s', async () => {
    const study = await createStudy({ ...options, store: memoryStore() });
    await study.run();
    expect(() => study.reader).toThrow(expect.objectContaining({ code: 'study-state' }));
  });
});

describe('who listens', () => {
  it('to what there is not is told what there is', () => {
    const hub = new EventHub(silentLogger());
    expect(() => hub.on('trial:complete' as never, () => undefined)).toThrow(
      /^There is no event 'trial:complete'; there are 'study:created', .*and '\*' for all\.$/,
    );
  });

  it('and whoever replaces a service must give the whole of it', async () => {
    const lame = (scope: Scope) => {
      // @ts-expect-error -- A logger has four methods.
      scope.provide(LOGGER, () => ({ debug: () => undefined }));
    };
    expect(lame).toBeTypeOf('function');
  });
});

describe('a sampler that breaks the contract', () => {
  const sampling = (make: () => ConfigurationSampler): Plugin<'sampler'> =>
    defineSampler({
      name: 'mine',
      version: '0.0.0',
      apiVersion: API_VERSION,
      options: z.strictObject({}),
      create: make,
    })();
  const right = { kind: 'configuration', configuration: { x: 0.5, units: 1 }, reason: 'because' } as const;
  const cases: [string, () => ConfigurationSampler, string][] = [
    ['throws', () => ({ sample: () => fail('oh') }), "The sampler 'mine' threw from sample(): oh."],
    [
      'answers with a bare configuration',
      () => ({ sample: () => Promise.resolve({ x: 0.5, units: 1 }) as never }),
      "The sampler 'mine' answered sample() with { x: 0.5, units: 1 }, which is not a sample",
    ],
    [
      'is told things asynchronously',
      () => ({ sample: () => right, started: late }),
      "The sampler 'mine' answered started() with a promise",
    ],
  ];
  it.each(cases)('that %s ends the session with an error that names it, wherever it is', async (_, make, message) => {
    const inside = prior({ sampler: sampling(make), guesses: { x: 0.5 }, worth: 1e-9 });
    for (const searcher of [sampling(make), inside, limit({ searcher: inside, concurrency: 1 })]) {
      await expect(simulate({ searcher })).rejects.toMatchObject({
        code: 'plugin-misbehaved',
        plugin: "sampler 'mine'",
      });
      await expect(simulate({ searcher })).rejects.toThrow(message);
    }
  });
});

describe('a searcher that breaks the contract', () => {
  const start = { kind: 'start', reason: 'because' } as const;
  const cases: [string, () => Searcher, string][] = [
    ['throws', () => ({ ask: () => fail('oh'), report: goOn }), 'threw from ask(): oh'],
    [
      'rejects',
      () => ({ ask: () => Promise.reject(new Error('no')), report: goOn }),
      'rejected the promise of ask(): no',
    ],
    [
      'leaves the space',
      () => ({ ask: () => ({ ...start, configuration: { x: 2, units: 1 } }), report: goOn }),
      'outside the search space',
    ],
    [
      'resumes what is not paused',
      () => ({ ask: () => ({ kind: 'resume', trial: 9, reason: 'why not' }), report: goOn }),
      'resume trial 9, which is not paused',
    ],
    [
      'stops what is not paused',
      () => ({ ask: () => ({ kind: 'stop', trial: 9, reason: 'why not' }), report: goOn }),
      'stop trial 9, which is not paused',
    ],
    [
      'waits for nothing',
      () => ({ ask: () => ({ kind: 'wait', reason: 'tea' }), report: goOn }),
      "The searcher 'scripted' waits (tea), but nothing runs that it could wait for",
    ],
    [
      'answers a report with nonsense',
      () => ({
        ask: () => ({ ...start, configuration: { x: 0.5, units: 1 } }),
        report: () => 'maybe' as never,
      }),
      'not a decision',
    ],
    ['answers with nonsense', () => ({ ask: () => 42 as never, report: goOn }), 'answered ask() with 42'],
    [
      'answers with a bare configuration',
      () => ({ ask: () => ({ x: 0.5, units: 1 }) as never, report: goOn }),
      "answered ask() with { x: 0.5, units: 1 }, which is not a suggestion: expected { kind: 'start', configuration, reason }",
    ],
    [
      'forgets the configuration',
      () => ({ ask: () => ({ ...start }) as never, report: goOn }),
      "answered ask() with { kind: 'start', reason: 'because' }, which has no configuration",
    ],
    [
      'gives no reason',
      () => ({ ask: () => ({ kind: 'start', configuration: { x: 0.5, units: 1 } }) as never, report: goOn }),
      'which gives no reason',
    ],
    [
      'stops without a reason',
      () => ({
        ask: () => ({ ...start, configuration: { x: 0.5, units: 1 } }),
        report: () => ({ kind: 'stop' }) as never,
      }),
      "answered report() with { kind: 'stop' }, which gives no reason",
    ],
    [
      'is told things asynchronously',
      () => ({
        ask: () => ({ ...start, configuration: { x: 0.5, units: 1 } }),
        report: goOn,
        ended: late,
      }),
      'answered ended() with a promise, which nobody waits for: make ended() synchronous',
    ],
  ];
  it.each(cases)('that %s ends the session with an error that names it', async (_, make, message) => {
    await expect(simulate({ searcher: scripted(make) })).rejects.toMatchObject({ code: 'plugin-misbehaved' });
    await expect(simulate({ searcher: scripted(make) })).rejects.toThrow(message);
  });
});

function goOn() {
  return { kind: 'continue' } as const;
}

/** Answers with a promise where nobody waits for it. */
function late(): void {
  return Promise.reject(new Error('late')) as never;
}

function fail(message: string): never {
  throw new Error(message);
}

function listenTo(heard: number[]): NonNullable<Simulation['options']>['services'] {
  return (scope) => {
    scope.provide(EVENT_HUB, (services) => {
      const hub = new EventHub(services.get(LOGGER));
      hub.on('*', (event) => void (event.seq > 2 && heard.push(event.seq)));
      return hub;
    });
  };
}
