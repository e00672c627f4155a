import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { PastStudy } from '../src/domain/past-study.ts';
import { createRandomStream } from '../src/domain/rng.ts';
import { parseSearchSpace, type SearchSpace } from '../src/domain/search-space.ts';
import { API_VERSION } from '../src/plugin/api-version.ts';
import { defineSampler, defineSearcher, type Plugin, type SearcherContext } from '../src/plugin/define.ts';
import { grid } from '../src/searchers/grid.ts';
import { limit } from '../src/searchers/limit.ts';
import { prior } from '../src/searchers/prior.ts';
import { random } from '../src/searchers/random.ts';
import { repeat } from '../src/searchers/repeat.ts';
import { sobol } from '../src/searchers/sobol.ts';
import { warmStart } from '../src/searchers/warm-start.ts';
import { readPastStudy } from '../src/study/read-past-study.ts';
import { createStudy } from '../src/study/create-study.ts';
import { silentLogger } from '../src/study/silent-logger.ts';
import { describeSampler } from '../src/testing/describe-sampler.ts';
import { describeSearcher } from '../src/testing/describe-searcher.ts';
import { SamplerSession } from '../src/testing/sampler-session.ts';
import { simulateStudy } from '../src/testing/simulate-study.ts';
import { curveProgram } from '../src/testing/simulated-program.ts';

/** Of the contract suite's spaces, it has the parameters of some; in the others nothing of it fits. */
const PAST: PastStudy = {
  name: 'before',
  metric: 'loss',
  goal: 'minimize',
  trials: [
    { configuration: { x: 0.25, y: 0.01 }, value: 0.1 },
    { configuration: { x: 0.5, y: 0.1 }, value: 0.2 },
    { configuration: { a: 1, b: 'p' }, value: 0.3 },
    { configuration: { a: 3, b: 'q' }, value: 0.4 },
  ],
};

/** A prior over whatever the space is: its first parameter is believed to be in the middle. */
const middling = defineSampler({
  name: 'middling',
  version: '0.0.0',
  apiVersion: API_VERSION,
  options: z.strictObject({}),
  create(_options, context) {
    const [name] = context.space.dimensions;
    const guess = context.space.parameters.find((parameter) => parameter.name === name)?.domain.fromUnit(0.5);
    if (name === undefined || guess === undefined) return random().create(context);
    return prior({ sampler: sobol(), guesses: { [name]: guess } }).create(context);
  },
});

/** A warm start from the same trials, whichever way the objective is turned. */
const warmed = defineSampler({
  name: 'warmed',
  version: '0.0.0',
  apiVersion: API_VERSION,
  options: z.strictObject({}),
  create(_options, context) {
    const { goal } = context.objective;
    const sign = goal === 'maximize' ? -1 : 1;
    const trials = PAST.trials.map(({ configuration, value }) => ({ configuration, value: sign * value }));
    return warmStart({ studies: [{ ...PAST, goal, trials }], sampler: middling() }).create(context);
  },
});

describeSampler('prior', () => middling());
describeSampler('warm-start', () => warmStart({ studies: [PAST], sampler: sobol() }));
describeSearcher('limited random', () => limit({ searcher: random(), concurrency: 2 }));
describeSearcher('repeated and limited', () =>
  repeat({ searcher: limit({ searcher: sobol(), concurrency: 2 }), times: 2 }),
);
describeSearcher('a warm-started prior', () => warmed());

const square = parseSearchSpace({
  x: { type: 'float', min: 0, max: 1 },
  y: { type: 'float', min: 1e-4, max: 1, scale: 'log' },
});

const contextOf = (space: SearchSpace): SearcherContext => ({
  space,
  objective: { metric: 'loss', goal: 'minimize' },
  resumable: true,
  random: (purpose) => createRandomStream(1, purpose),
  logger: silentLogger(),
});

/** The configurations that a sampler gives, one after the other, with the reason of each. */
async function drawn(plugin: Plugin<'sampler'>, space: SearchSpace, trials: number, seed = 1) {
  const session = new SamplerSession(plugin, space, seed);
  const samples = [];
  for (let trial = 0; trial < trials; trial++) {
    const sample = await session.sample();
    if (sample.kind !== 'configuration') throw new Error(sample.reason);
    samples.push(sample);
    session.end(session.start(sample.configuration), { state: 'completed', value: trial, resource: 1 });
  }
  return samples;
}

describe('limit', () => {
  it('never has more trials under way than it allows, and as many as that', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }), async (concurrency, workers) => {
        const { store } = await simulateStudy({
          searcher: limit({ searcher: random(), concurrency }),
          space: square,
          objective: { metric: 'loss', goal: 'minimize' },
          program: curveProgram('loss', 2, 1000, ({ trial }) => trial),
          workers,
          budget: { trials: 12 },
          seed: 1,
        });
        let [running, most] = [0, 0];
        for (const { type } of store.journal()) {
          if (type === 'attempt:launching') most = Math.max(most, ++running);
          if (type === 'attempt:ended') running -= 1;
        }
        expect(most).toBe(Math.min(concurrency, workers));
      }),
      { seed: 1, numRuns: 20 },
    );
  });

  it('needs what the searcher inside needs', () => {
    const pausing = defineSearcher({
      name: 'pausing',
      version: '0.0.0',
      apiVersion: API_VERSION,
      options: z.strictObject({}),
      needs: ['resume'],
      create: () => ({ ask: () => ({ kind: 'exhausted', reason: 'none' }), report: () => ({ kind: 'continue' }) }),
    });
    expect(limit({ searcher: pausing(), concurrency: 1 }).definition.needs).toEqual(['resume']);
    expect(limit({ searcher: random(), concurrency: 1 }).definition.needs).toEqual([]);
  });

  it('is recorded with the searcher or sampler inside', () => {
    expect(limit({ searcher: grid({ resolution: 3 }), concurrency: 4 }).record.options).toMatchObject({
      searcher: { type: 'grid', options: { resolution: 3 } },
      concurrency: 4,
    });
  });
});

describe('prior', () => {
  const near = ({ configuration }: { readonly configuration: { readonly [name: string]: unknown } }): boolean =>
    Math.abs(Number(configuration['x']) - 0.5) <= 0.1;
  const isGuessed = ({ reason }: { readonly reason: string }): boolean => reason === 'drawn around the guesses';

  it.each([0.2, 0.5, 0.9])('draws with a confidence of %d so many values near the guess', async (confidence) => {
    const samples = await drawn(prior({ guesses: { x: { value: 0.5, confidence } }, worth: 1e9 }), square, 2000);
    const share = samples.filter(near).length / samples.length;
    // The ends cut off what a wide bell has outside, so the share is never less; three standard deviations of a count.
    expect(share).toBeGreaterThan(confidence - 0.035);
    expect(share).toBeLessThan((confidence < 0.4 ? 1.3 : 1) * confidence + 0.035);
  });

  it('draws a guessed choice with its confidence, and all others alike', async () => {
    const space = parseSearchSpace({
      c: { type: 'categorical', values: ['p', 'q', 'r', 's'] },
      x: { type: 'float', min: 0, max: 1 },
    });
    const samples = await drawn(prior({ guesses: { c: 'q' }, confidence: 0.6, worth: 1e9 }), space, 2000);
    const share = (value: string) => samples.filter(({ configuration }) => configuration['c'] === value).length / 2000;
    expect(share('q')).toBeCloseTo(0.6 + 0.4 / 4, 1);
    for (const other of ['p', 'r', 's']) expect(share(other)).toBeCloseTo(0.1, 1);
  });

  it('fades: of N trials about worth · ln(1 + N / worth) are drawn around the guesses', async () => {
    for (const worth of [3, 10, 30]) {
      const trials = 300;
      let guessed = 0;
      const seeds = 10;
      for (let seed = 0; seed < seeds; seed++) {
        guessed += (await drawn(prior({ guesses: { x: 0.5 }, worth }), square, trials, seed)).filter(isGuessed).length;
      }
      const expected = worth * Math.log(1 + trials / worth);
      expect(guessed / seeds / expected).toBeGreaterThan(0.85);
      expect(guessed / seeds / expected).toBeLessThan(1.2);
    }
  });

  it('leaves every other trial to the sampler inside', async () => {
    const samples = await drawn(prior({ sampler: sobol(), guesses: { x: 0.5 }, worth: 5 }), square, 60);
    const others = samples.filter((sample) => !isGuessed(sample)).map(({ configuration }) => configuration);
    const alone = (await drawn(sobol(), square, 60)).map(({ configuration }) => configuration);
    expect(others).toEqual(alone.slice(0, others.length));
    expect(others.length).toBeGreaterThan(20);
  });

  it('refuses guesses that are not of the space, all at once', () => {
    expect(() => prior({ guesses: { x: 2, z: 1 } }).create(contextOf(square))).toThrow(
      /x must lie from 0 to 1, got 2; z is no parameter/,
    );
    expect(() => prior({ guesses: {} })).toThrow('at least one guess');
    expect(() => prior({ guesses: { x: 0.5 }, confidence: 1 })).toThrow('confidence');
  });
});

describe('warm-start', () => {
  const past = (trials: PastStudy['trials'], change: Partial<PastStudy> = {}): PastStudy => ({
    ...PAST,
    trials,
    ...change,
  });

  it('tries the best configurations first, each once, then asks the sampler inside', async () => {
    const trials = [0.4, 0.1, 0.3, 0.1].map((x) => ({ configuration: { x, y: 0.1 }, value: x }));
    const samples = await drawn(warmStart({ studies: [past(trials)], sampler: sobol(), first: 2 }), square, 4);
    expect(samples.slice(0, 2)).toMatchObject([
      { configuration: { x: 0.1, y: 0.1 }, reason: "loss was 0.1 in 'before'" },
      { configuration: { x: 0.3, y: 0.1 } },
    ]);
    const alone = await drawn(sobol(), square, 2);
    expect(samples.slice(2).map(({ configuration }) => configuration)).toEqual(alone.map((one) => one.configuration));
  });

  it('takes the best of several studies by the study’s own goal', async () => {
    const studies = [
      past([{ configuration: { x: 0.1, y: 0.1 }, value: 1 }], { goal: 'maximize', name: 'one' }),
      past([{ configuration: { x: 0.9, y: 0.1 }, value: 2 }], { goal: 'maximize', name: 'two' }),
    ];
    const made = warmStart({ studies, first: 2 }).create({
      ...contextOf(square),
      objective: { metric: 'loss', goal: 'maximize' },
    });
    const offer = { trial: 1, draw: 0, active: new Map(), paused: new Map(), random: () => createRandomStream(1) };
    expect(await made.sample(offer)).toMatchObject({ configuration: { x: 0.9 }, reason: "loss was 2 in 'two'" });
    expect(await made.sample({ ...offer, draw: 1 })).toMatchObject({ configuration: { x: 0.1 } });
  });

  it('tells the sampler inside of every result, unless it is told not to', () => {
    for (const observe of [true, false]) {
      const told: string[] = [];
      const listening = defineSampler({
        name: 'listening',
        version: '0.0.0',
        apiVersion: API_VERSION,
        options: z.strictObject({}),
        create: () => ({
          sample: () => ({ kind: 'exhausted', reason: 'none' }),
          started: ({ id, origin }) => void told.push(`started ${id} ${origin}`),
          ended: ({ id }, outcome) =>
            void told.push(`ended ${id} ${outcome.state === 'completed' ? outcome.value : ''}`),
        }),
      });
      warmStart({ studies: [PAST], sampler: listening(), observe }).create(contextOf(square));
      expect(told).toEqual(observe ? ['started -1 first', 'ended -1 0.1', 'started -2 first', 'ended -2 0.2'] : []);
    }
  });

  it('says how many trials do not lie in the space', async () => {
    const made = warmStart({ studies: [PAST] }).create(contextOf(square));
    expect((await made.describe?.())?.notes).toEqual([
      "2 trials of 'before' were known from the beginning; 2 do not lie in this space and were left out",
    ]);
  });

  it('refuses a study of another objective, and a path where a program should have read it', () => {
    const other = past([], { goal: 'maximize' });
    expect(() => warmStart({ studies: [other] }).create(contextOf(square))).toThrow(/maximizing 'loss'.*minimizing/);
    // @ts-expect-error -- Only study files name studies by their place.
    expect(() => warmStart({ studies: ['.fettle/digits'] })).toThrow('readPastStudy');
  });

  it('reads what a study has found out', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'fettle-past-'));
    try {
      const study = await createStudy({
        name: 'old',
        space: square,
        objective: { metric: 'loss', goal: 'maximize' },
        evaluate: ({ trial, configuration: { x } }) => (trial === 2 ? Number.NaN : Number(x)),
        searcher: sobol(),
        budget: { trials: 6 },
        seed: 1,
        directory: folder,
      });
      await study.run();
      const read = readPastStudy(folder);
      expect(read).toMatchObject({ name: 'old', metric: 'loss', goal: 'maximize' });
      expect(read.trials).toHaveLength(5);
      expect(read.trials.map(({ value }) => value)).toEqual(
        read.trials.map(({ value }) => value).toSorted((a, b) => b - a),
      );
      expect(read.trials[0]?.configuration['x']).toBe(read.trials[0]?.value);
      expect(readPastStudy(join(folder, 'study.db'))).toEqual(read);
      expect(() => readPastStudy(join(folder, 'none'))).toThrow('There is no study at');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
