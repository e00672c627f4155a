import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Suggestion } from '../src/domain/suggestion.ts';
import { createRandomStream } from '../src/domain/rng.ts';
import { parseSearchSpace } from '../src/domain/search-space.ts';
import type { TrialId } from '../src/domain/trial.ts';
import { API_VERSION } from '../src/plugin/api-version.ts';
import { defineSearcher, isPlugin, type Plugin, type SearcherContext } from '../src/plugin/define.ts';
import type { Offer, Searcher, TrialOutcome, TrialView } from '../src/ports/searcher.ts';
import { asSearcher } from '../src/searchers/as-searcher.ts';
import { grid } from '../src/searchers/grid.ts';
import { repeat } from '../src/searchers/repeat.ts';
import { silentLogger } from '../src/study/silent-logger.ts';

const space = parseSearchSpace({ n: { type: 'int', min: 1, max: 3 } });

const context: SearcherContext = {
  space,
  objective: { metric: 'loss', goal: 'minimize' },
  resumable: true,
  random: (purpose) => createRandomStream(1, purpose),
  logger: silentLogger(),
};

const offer = (trial: TrialId, draw = 0): Offer => ({
  trial,
  draw,
  active: new Map(),
  paused: new Map(),
  random: (purpose) => createRandomStream(1, trial, purpose, draw),
});

const completed = (value: number, resource = 1): TrialOutcome => ({ state: 'completed', value, resource });
const failed: TrialOutcome = { state: 'failed', failure: 'code', resource: 0, message: 'exit code 1' };

describe('a sampler as a searcher', () => {
  it('is recorded as the sampler', () => {
    const sampler = grid({ resolution: 3 });
    const searcher = asSearcher(sampler);
    expect(isPlugin(searcher, 'searcher')).toBe(true);
    expect(searcher.record).toEqual(sampler.record);
    expect(searcher.definition.name).toBe('grid');
  });

  it('runs every trial to its end, and says when there are no more', async () => {
    const searcher = asSearcher(grid()).create(context);
    for (const n of [1, 2, 3]) {
      const suggestion = await searcher.ask(offer(n));
      expect(suggestion).toEqual({ kind: 'start', configuration: { n }, reason: 'the next point of the grid' });
      const trial: TrialView = { id: n, configuration: { n }, origin: 'searcher', resource: 0 };
      searcher.started?.(trial);
      expect(await searcher.report(trial, { resource: 1, value: 1, metrics: {} })).toEqual({ kind: 'continue' });
      searcher.ended?.(trial, completed(n));
    }
    expect(await searcher.ask(offer(4))).toMatchObject({ kind: 'exhausted' });
  });

  it('passes everything on to the sampler', async () => {
    const calls: string[] = [];
    const log = (what: string) => () => void calls.push(what);
    const sampler = grid();
    const spy: Plugin<'sampler'> = {
      ...sampler,
      create: () => ({
        sample: async () => ({ kind: 'exhausted', reason: 'none' }),
        started: log('started'),
        reported: log('reported'),
        ended: log('ended'),
        close: log('close'),
      }),
    };
    const searcher = asSearcher(spy).create(context);
    const trial: TrialView = { id: 1, configuration: { n: 1 }, origin: 'first', resource: 0 };
    expect(await searcher.ask(offer(1))).toEqual({ kind: 'exhausted', reason: 'none' });
    searcher.started?.(trial);
    await searcher.report(trial, { resource: 1, value: 1, metrics: {} });
    searcher.ended?.(trial, completed(1));
    await searcher.close?.();
    expect(calls).toEqual(['started', 'reported', 'ended', 'close']);
  });
});

/** A study in small: starts what a searcher wants, and remembers what an inner searcher was told. */
class Bench {
  readonly told: string[] = [];
  readonly searcher: Searcher;
  #trials = 0;

  constructor(times: number, inner: Partial<Searcher> = {}) {
    const gridSearcher = asSearcher(grid()).create(context);
    const spy = defineSearcher({
      name: 'spy',
      version: '0.0.0',
      apiVersion: API_VERSION,
      options: z.strictObject({}),
      create: (): Searcher => ({
        ask: (one) => gridSearcher.ask(one),
        started: (trial) => {
          this.told.push(`started ${trial.id}`);
          gridSearcher.started?.(trial);
        },
        report: () => {
          throw new Error('the searcher inside is told of no report');
        },
        ended: (trial, outcome) => {
          const value = outcome.state === 'completed' ? ` ${outcome.value}` : '';
          this.told.push(`ended ${trial.id} ${outcome.state}${value} at ${outcome.resource}`);
        },
        ...inner,
      }),
    });
    this.searcher = repeat({ searcher: spy(), times }).create(context);
  }

  async start(): Promise<TrialView> {
    const suggestion = await this.ask();
    if (suggestion.kind !== 'start') throw new Error(`wanted a start, got ${suggestion.kind}`);
    const { configuration, repeatOf } = suggestion;
    return this.startAs({ configuration, repeatOf, origin: 'searcher' });
  }

  startAs(trial: Pick<TrialView, 'configuration' | 'repeatOf' | 'origin'>): TrialView {
    this.#trials += 1;
    const view: TrialView = { id: this.#trials, resource: 0, ...trial };
    this.searcher.started?.(view);
    return view;
  }

  ask(): Suggestion | Promise<Suggestion> {
    return this.searcher.ask(offer(this.#trials + 1));
  }

  end(trial: TrialView, outcome: TrialOutcome): void {
    this.searcher.ended?.(trial, outcome);
  }
}

describe('repeat', () => {
  it('runs each configuration so many times, and tells the mean when all have ended', async () => {
    const bench = new Bench(3);
    const trials = [await bench.start(), await bench.start(), await bench.start(), await bench.start()];
    expect(trials.map(({ configuration, repeatOf }) => [configuration.n, repeatOf])).toEqual([
      [1, undefined],
      [1, 1],
      [1, 1],
      [2, undefined],
    ]);
    expect(await bench.ask()).toMatchObject({ kind: 'start', repeatOf: 4, reason: 'repeat 2 of 3 of trial 4' });
    bench.end(trials[2]!, completed(6, 3));
    bench.end(trials[0]!, completed(1, 3));
    expect(bench.told).toEqual(['started 1', 'started 4']);
    bench.end(trials[1]!, completed(2, 2));
    expect(bench.told).toEqual(['started 1', 'started 4', 'ended 1 completed 3 at 3']);
  });

  it('asks the same when asked again, and is exhausted with the searcher inside', async () => {
    const bench = new Bench(2);
    for (let run = 0; run < 6; run++) {
      expect(await bench.ask()).toEqual(await bench.ask());
      bench.end(await bench.start(), completed(run));
    }
    expect(await bench.ask()).toMatchObject({ kind: 'exhausted' });
    expect(bench.told.filter((line) => line.startsWith('ended'))).toEqual([
      'ended 1 completed 0.5 at 1',
      'ended 3 completed 2.5 at 1',
      'ended 5 completed 4.5 at 1',
    ]);
  });

  it.each<[string, TrialOutcome[], string]>([
    ['leaves failed repeats out of the mean', [failed, completed(4), completed(2)], 'ended 1 completed 3 at 1'],
    [
      'leaves values that are not finite out of the mean',
      [completed(Number.POSITIVE_INFINITY), completed(4), completed(2)],
      'ended 1 completed 3 at 1',
    ],
    [
      'has no finite value if none of its repeats has',
      [completed(Number.POSITIVE_INFINITY), failed, failed],
      'ended 1 completed Infinity at 1',
    ],
    ['has failed if all of its repeats have', [failed, failed, failed], 'ended 1 failed at 0'],
  ])('%s', async (_what, outcomes, line) => {
    const bench = new Bench(3);
    for (const outcome of outcomes) bench.end(await bench.start(), outcome);
    expect(bench.told).toEqual(['started 1', line]);
  });

  it('starts no more repeats of a configuration that a person stopped', async () => {
    const bench = new Bench(3);
    const [first, second] = [await bench.start(), await bench.start()];
    bench.end(first, { state: 'stopped', resource: 1, reason: 'useless' });
    const next = await bench.ask();
    expect(next).toMatchObject({ kind: 'start', configuration: { n: 2 } });
    expect(next).not.toHaveProperty('repeatOf');
    bench.end(second, failed);
    expect(bench.told).toEqual(['started 1', 'ended 1 stopped at 1']);
  });

  it('repeats configurations of others as well', async () => {
    const bench = new Bench(2);
    bench.startAs({ configuration: { n: 3 }, origin: 'first' });
    expect(await bench.ask()).toMatchObject({ configuration: { n: 3 }, repeatOf: 1 });
  });

  it('shows the searcher inside one active trial for each configuration', async () => {
    const seen: number[][] = [];
    const bench = new Bench(2, {
      ask: ({ active }) => {
        seen.push([...active.keys()]);
        return { kind: 'start', configuration: { n: 1 }, reason: 'because' };
      },
    });
    const first = await bench.start();
    const second = await bench.start();
    await bench.start();
    await bench.start();
    bench.end(first, completed(1));
    bench.end(second, completed(1));
    await bench.ask();
    expect(seen).toEqual([[], [1], [3]]);
  });

  it('refuses searchers that pause trials', async () => {
    const bench = new Bench(2, { ask: () => ({ kind: 'resume', trial: 1, until: 3, reason: 'because' }) });
    expect(() => bench.ask()).toThrow("'spy' pauses and resumes trials");
    const pausing = defineSearcher({
      name: 'pausing',
      version: '0.0.0',
      apiVersion: API_VERSION,
      options: z.strictObject({}),
      needs: ['resume'],
      create: (): Searcher => asSearcher(grid()).create(context),
    });
    expect(() => repeat({ searcher: pausing(), times: 2 }).create(context)).toThrow("'pausing' pauses");
  });

  it('refuses to run a configuration less than twice', () => {
    expect(() => repeat({ searcher: asSearcher(grid()), times: 1 })).toThrow('times');
  });

  it('is recorded with what it repeats', () => {
    const sampler = grid();
    expect(repeat({ searcher: asSearcher(sampler), times: 2 }).record).toMatchObject({
      type: 'repeat',
      options: { searcher: sampler.record, times: 2 },
    });
  });
});
