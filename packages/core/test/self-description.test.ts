import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { LOGGER, STORE } from '../src/container/tokens.ts';
import { API_VERSION } from '../src/plugin/api-version.ts';
import { defineSampler, defineSearcher, type Plugin } from '../src/plugin/define.ts';
import type { Searcher } from '../src/ports/searcher.ts';
import type { PlanHorizon } from '../src/ports/searcher-description.ts';
import { asSearcher } from '../src/searchers/as-searcher.ts';
import { fullResource } from '../src/searchers/full-resource-searcher.ts';
import { limit } from '../src/searchers/limit.ts';
import { prior } from '../src/searchers/prior.ts';
import { random } from '../src/searchers/random.ts';
import { repeat } from '../src/searchers/repeat.ts';
import { sobol } from '../src/searchers/sobol.ts';
import { memoryMedium, memoryStore } from '../src/store/memory-store.ts';
import { createStudy } from '../src/study/create-study.ts';
import { planStudy } from '../src/study/plan-study.ts';
import { rebuildSearcher } from '../src/study/rebuild-searcher.ts';
import { replayStudy } from '../src/study/replay.ts';
import { simulateStudy } from '../src/testing/simulate-study.ts';
import { LOSS, PROGRAM, SPACE } from './engine-helpers.ts';

const MODEL = { name: 'a line', observations: 2, parameters: [] };

/** A searcher that keeps each trial's values, and says so when it is asked. */
const frank = defineSearcher({
  name: 'frank',
  version: '0.0.0',
  apiVersion: API_VERSION,
  options: z.strictObject({ silent: z.boolean().default(false) }),
  create({ silent }): Searcher {
    const values = new Map<number, number[]>();
    return {
      ask: (offer) => ({
        kind: 'start',
        configuration: { x: offer.random('x').next(), units: 1 },
        reason: 'why not',
        details: { guess: offer.trial / 8, nested: { of: [1, offer.trial] } },
      }),
      started: ({ id }) => void values.set(id, []),
      report({ id }, { value }) {
        values.get(id)?.push(value);
        return { kind: 'continue' };
      },
      describe() {
        if (silent) throw new Error('I would rather not say');
        return { notes: [`${values.size} trials, ${[...values.values()].flat().length} values`], model: MODEL };
      },
      plan: (horizon: PlanHorizon) => ({
        brackets: [],
        trials: horizon.trials ?? -1,
        resource: horizon.resource ?? -1,
        checkpoints: horizon.workers,
        notes: [],
      }),
      standing: (trial) =>
        values.has(trial) ? { rungs: [], notes: [(values.get(trial) ?? []).join(' ')] } : undefined,
    };
  },
});

const study = (silent = false) =>
  simulateStudy({
    searcher: frank({ silent }),
    space: SPACE,
    objective: LOSS,
    program: PROGRAM,
    workers: 2,
    budget: { trials: 3 },
  });

describe('a searcher that describes itself', () => {
  it('can be asked while its study is open', async () => {
    const byHand = await createStudy({ name: 'open', space: SPACE, objective: LOSS, searcher: frank({}) });
    const first = await byHand.ask();
    await byHand.report(first?.id ?? 0, 0.5);
    expect(await byHand.describe()).toEqual({ notes: ['1 trials, 1 values'], model: MODEL });
    await byHand.close();
  });

  it('harms nobody when it throws: that is logged', async () => {
    const said: string[] = [];
    const say = (message: string): void => void said.push(message);
    const byHand = await createStudy({
      name: 'open',
      space: SPACE,
      objective: LOSS,
      searcher: frank({ silent: true }),
      services: (scope) => scope.provide(LOGGER, () => ({ debug: say, info: say, warn: say, error: say })),
    });
    expect(await byHand.describe()).toBeUndefined();
    expect(said).toEqual([expect.stringContaining("'frank' threw from describe(): I would rather not say")]);
    expect(await byHand.ask()).toBeDefined();
    await byHand.close();
  });

  it('can be asked about a recorded study, as it stands and as it stood', async () => {
    const { store } = await study();
    const now = await rebuildSearcher(store, SPACE, frank({}));
    expect((await now.describe()).notes).toEqual(['3 trials, 15 values']);
    expect(now.standing(2)?.notes[0]?.split(' ').length).toBe(5);
    expect(now.standing(4)).toBeUndefined();
    await now.close();
    const second = [...store.journal()].filter((event) => event.type === 'trial:reported')[1];
    const then = await rebuildSearcher(store, SPACE, frank({}), second?.seq);
    expect((await then.describe()).notes).toEqual(['2 trials, 2 values']);
    await then.close();
  });

  it('is named in the error when it cannot be asked', async () => {
    const { store } = await study(true);
    const searcher = await rebuildSearcher(store, SPACE, frank({ silent: true }));
    await expect(searcher.describe()).rejects.toThrow(/'frank' threw from describe\(\)/);
    await expect(rebuildSearcher(memoryStore(), SPACE, frank({}))).rejects.toThrow(/no study in this store/);
  });

  it('has nothing to say if it says nothing', async () => {
    const { store } = await study();
    const searcher = await rebuildSearcher(store, SPACE, random());
    expect(await searcher.describe()).toEqual({ notes: [] });
    expect(searcher.standing(1)).toBeUndefined();
    await searcher.close();
    expect(await planStudy({ name: 'plan', space: SPACE, objective: LOSS, searcher: random() }, 1)).toBeUndefined();
  });

  it.each<[string, Plugin<'searcher'> | Plugin<'sampler'>]>([
    ['random', random()],
    ['sobol', sobol()],
    ['a prior over it', prior({ guesses: { x: 0.5 } })],
    ['a limit on it', limit({ searcher: random(), concurrency: 2 })],
  ])('is not told a history that it has nothing to say of: %s', async (_, plugin) => {
    const { store } = await study();
    const journal = vi.spyOn(store, 'journal');
    const searcher = await rebuildSearcher(store, SPACE, plugin);
    expect(await searcher.describe()).toEqual({ notes: [] });
    expect(searcher.standing(1)).toBeUndefined();
    await searcher.close();
    expect(journal).not.toHaveBeenCalled();
  });

  it('is told it inside what has nothing to add', async () => {
    const { store } = await study();
    const searcher = await rebuildSearcher(store, SPACE, limit({ searcher: frank({}), concurrency: 2 }));
    expect((await searcher.describe()).notes).toEqual(['3 trials, 15 values']);
    expect(searcher.standing(2)?.notes[0]?.split(' ').length).toBe(5);
    await searcher.close();
  });
});

describe('the plan of a study', () => {
  it.each([
    [{ trials: 7, resource: 50 }, 7, 50],
    [{}, -1, -1],
    [{ any: [{ trials: 9 }, { trials: 4 }] }, 4, -1],
    [{ all: [{ trials: 9 }, { trials: 4 }] }, 9, -1],
    [{ all: [{ trials: 9 }, { wallClock: 4 }] }, -1, -1],
    [{ trials: 8, any: [{ resource: 30 }, { all: [{ trials: 5 }] }] }, 5, 30],
  ])('looks as far as its budget %j goes', async (budget, trials, resource) => {
    const options = { name: 'plan', space: SPACE, objective: LOSS, searcher: frank({}), budget };
    expect(await planStudy(options, 3)).toMatchObject({ trials, resource, checkpoints: 3 });
  });
});

describe('what a suggestion rested on', () => {
  it('is stored with the trial and compared in a replay', async () => {
    const { store } = await study();
    const [created] = store.history(2);
    expect(created).toMatchObject({
      type: 'trial:created',
      body: { details: { guess: 0.25, nested: { of: [1, 2] } } },
    });
    expect((await replayStudy(store, SPACE, frank({}))).differences).toEqual([]);
    const other = defineSearcher({
      name: 'frank',
      version: '0.0.0',
      apiVersion: API_VERSION,
      options: z.strictObject({}),
      create: (_, context): Searcher => {
        const inner = frank({}).create(context);
        return {
          ...inner,
          ask: async (offer) =>
            ({ ...(await inner.ask(offer)), details: { guess: 1 } }) as Awaited<ReturnType<Searcher['ask']>>,
        };
      },
    });
    const { differences } = await replayStudy(store, SPACE, other({}));
    expect(differences.map(({ what }) => what)).toEqual(['start', 'start', 'start']);
  });

  it('survives a restart', async () => {
    const medium = memoryMedium();
    const open = () =>
      createStudy({
        name: 'again',
        space: SPACE,
        objective: LOSS,
        searcher: frank({}),
        services: (scope) => scope.provide(STORE, () => memoryStore({ medium, takeOver: true })),
      });
    const before = await open();
    await before.ask();
    await before.close();
    const after = await open();
    expect(after.reader.history(1)[0]).toMatchObject({ body: { details: { guess: 0.125 } } });
    await after.close();
  });
});

describe('what wraps a searcher or a sampler', () => {
  const talking = defineSampler({
    name: 'talking',
    version: '0.0.0',
    apiVersion: API_VERSION,
    options: z.strictObject({}),
    create: () => ({
      sample: (offer) => ({
        kind: 'configuration',
        configuration: { x: offer.random('x').next(), units: 1 },
        reason: 'why not',
        details: { sure: false },
      }),
      describe: () => ({ model: MODEL, notes: ['hello'] }),
    }),
  });
  const context = {
    space: SPACE,
    objective: LOSS,
    resumable: false,
    random: () => {
      throw new Error('no randomness is needed');
    },
    logger: { debug() {}, info() {}, warn() {}, error() {} },
  };

  it('passes on what it says of itself', async () => {
    const believed = prior({ sampler: talking({}), guesses: { x: 0.5 } });
    expect(await believed.create(context).describe?.()).toEqual({ model: MODEL, notes: ['hello'] });
    const whole = fullResource(talking({}).create(context));
    expect(await whole.describe?.()).toEqual({ model: MODEL, notes: ['hello'] });
    const twice = repeat({ searcher: asSearcher(talking({})), times: 2 }).create(context);
    expect(await twice.describe?.()).toEqual({
      model: MODEL,
      notes: ['each configuration is run 2 times and counts with the mean', 'hello'],
    });
  });
});
