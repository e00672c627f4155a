import {
  CHECKPOINT_FILES,
  createStudy,
  memoryMedium,
  memoryStore,
  parseSearchSpace,
  replayStudy,
  STORE,
  type MemoryMedium,
  type Plugin,
  type StudyEvent,
  type TrialReader,
  type TrialStore,
} from '@fettle/core';
import {
  curveProgram,
  faults,
  learningCurve,
  simulated,
  SimulatedCluster,
  simulateStudy,
  VirtualClock,
  type Simulation,
} from '@fettle/core/testing';
import { describe, expect, it } from 'vitest';
import { adaptive, asha, hyperband, pasha, rungLevels, successiveHalving } from '../src/index.ts';
import { SPACE } from './manual-study.ts';

const LOSS = { metric: 'loss', goal: 'minimize' } as const;
const CURVE = learningCurve({ space: SPACE, family: 'power-law', noise: 0.1, divergence: 0.1 });
const PROGRAM = curveProgram('loss', 27, 1000, ({ configuration }, resource) => CURVE(configuration, resource));

/** Something of everything that goes wrong, early and late in the study. */
const FAULTS = {
  '2.1': faults.endAfter(1, { kind: 'failed', failure: 'node', message: 'gone' }),
  '3.1': faults.endAfter(1, { kind: 'evicted', message: 'preempted' }),
  '4.1': faults.endAfter(0, { kind: 'failed', failure: 'code', message: 'exit 1' }),
  '6.1': faults.goSilent(1),
  '8.1': faults.endAfter(0, { kind: 'failed', failure: 'invalid-configuration', message: 'no such layer' }),
  '9.2': faults.endAfter(1, { kind: 'failed', failure: 'oom', message: 'out of memory' }),
  '11.2': faults.endAfter(1, { kind: 'evicted', message: 'preempted' }),
  '12.1': faults.straggle(20),
  '14.1': faults.swapReports(),
  '17.1': faults.duplicateReports(),
} as const;

/** The number of the first rung a trial was started for. */
const footOf = (until: number | undefined, levels: readonly number[]): number => levels.indexOf(until ?? Number.NaN);

/**
 * Checks the one invariant that matters from the journal alone: whoever is resumed is, at that moment, among the best
 * `floor(n / eta)` of all `n` results at the rung it leaves, and leaves it for the first time.
 */
function checkPromotions(reader: TrialReader, levels: readonly number[], reductionFactor: number): number {
  const brackets = new Map<number, Map<number, { trial: number; value: number }[]>>();
  const place = new Map<number, { foot: number; next: number; value: number }>();
  const left = new Set<string>();
  let promotions = 0;
  const rung = (foot: number, index: number) => {
    const rungs = brackets.get(foot) ?? new Map<number, { trial: number; value: number }[]>();
    brackets.set(foot, rungs);
    const results = rungs.get(index) ?? [];
    rungs.set(index, results);
    return results;
  };
  const enter = (trial: number, value: number): void => {
    const at = place.get(trial)!;
    rung(at.foot, at.next).push({ trial, value });
    at.next += 1;
  };
  for (const event of reader.journal()) {
    if (event.type === 'trial:created') {
      const foot = footOf(event.body.until, levels);
      place.set(event.body.trial, { foot, next: foot, value: Number.POSITIVE_INFINITY });
    } else if (event.type === 'trial:reported') {
      const { trial, resource, metrics } = event.body;
      const at = place.get(trial)!;
      const value = Number.isFinite(metrics['loss']) ? metrics['loss']! : Number.POSITIVE_INFINITY;
      at.value = value;
      while (at.next < levels.length && levels[at.next]! <= resource) enter(trial, value);
    } else if (event.type === 'trial:failed') {
      const { trial, failure } = event.body;
      const at = place.get(trial)!;
      if (failure === 'invalid-configuration') {
        for (const rungs of brackets.values()) {
          for (const [index, results] of rungs)
            rungs.set(
              index,
              results.filter((entry) => entry.trial !== trial),
            );
        }
      } else if (at.next < levels.length) enter(trial, Number.POSITIVE_INFINITY);
    } else if (event.type === 'trial:resumed') {
      const { trial, until } = event.body;
      const at = place.get(trial)!;
      promotions += 1;
      expect(until).toBe(levels[at.next]);
      const results = rung(at.foot, at.next - 1);
      const quota = Math.floor(results.length / reductionFactor);
      const best = [...results].sort((a, b) => (a.value < b.value ? -1 : a.value > b.value ? 1 : 0)).slice(0, quota);
      expect(
        best.map((entry) => entry.trial),
        `trial ${trial} to ${until}`,
      ).toContain(trial);
      expect(left.has(`${trial} ${until}`), `trial ${trial} to ${until} again`).toBe(false);
      left.add(`${trial} ${until}`);
    }
  }
  return promotions;
}

const LEVELS = rungLevels({ minResource: 1, maxResource: 27, reductionFactor: 3 });

describe('a trial that was pushed out of a synchronous rung', () => {
  it('is stopped once nobody needs it, and its checkpoint is deleted while the study goes on', async () => {
    const held = new Set<number>();
    let most = 0;
    const plugin = successiveHalving({ maxResource: 27 });
    const { store, result } = await simulateStudy(
      simulation(plugin, {
        budget: { trials: 135 },
        faults: {},
        options: {
          checkpoints: { keepBest: 1 },
          services: (scope) => scope.provide(CHECKPOINT_FILES, () => ({ delete: () => Promise.resolve() })),
        },
      }),
    );
    for (const event of store.journal()) {
      if (event.type === 'attempt:launching') held.add(event.body.trial);
      else if (event.type === 'checkpoints:deleted') for (const id of event.body.trials) held.delete(id);
      most = Math.max(most, held.size);
    }
    // Five rounds of 27 trials are over, and of the 135 nobody waits; only the best one's checkpoint is there.
    expect(result.summary.counts).toMatchObject({ paused: 0, queued: 0, running: 0 });
    expect([...held]).toEqual([result.best?.id]);
    expect(most).toBeLessThan(40);
    const released = events(store, 'trial:stopped').filter(({ body }) => body.released === 'suggestion');
    expect(released.length).toBeGreaterThan(20);
    expect(released[0]?.body.reason).toMatch(/^\d+th of \d+ at rung 1: the best 9 go on$/);
    expect((await replayStudy(store, SPACE, plugin)).differences).toEqual([]);
  });
});

const SEARCHERS: { readonly [name: string]: () => Plugin<'searcher'> } = {
  asha: () => asha({ maxResource: 27 }),
  'asha in three brackets': () => asha({ maxResource: 27, brackets: 3 }),
  hyperband: () => hyperband({ maxResource: 27 }),
  'synchronous hyperband': () => hyperband({ maxResource: 27, synchronous: true, rounds: 1 }),
  'successive halving': () => successiveHalving({ maxResource: 27, trials: 50, rounds: 1 }),
  adaptive: () => adaptive({ maxResource: 27, maxTrials: 50, reductionFactor: 3 }),
  pasha: () => pasha({ maxResource: 27 }),
};

const simulation = (searcher: Plugin<'searcher'>, change: Partial<Simulation> = {}): Simulation => ({
  searcher,
  space: SPACE,
  objective: LOSS,
  program: PROGRAM,
  workers: 4,
  budget: { trials: 60 },
  seed: 5,
  faults: FAULTS,
  ...change,
});

const events = <T extends StudyEvent['type']>(reader: TrialReader, type: T): StudyEvent<T>[] =>
  [...reader.journal()].filter((event) => event.type === type) as StudyEvent<T>[];

describe.each(Object.entries(SEARCHERS))('a study with faults, %s', (_, make) => {
  it('promotes none but the best of all results of a rung, each of them once', async () => {
    for (const workers of [1, 4, 25]) {
      const { store } = await simulateStudy(simulation(make(), { workers }));
      expect(checkPromotions(store, LEVELS, 3)).toBeGreaterThan(10);
      store.close();
    }
  });

  it('can be computed again from its journal, bit for bit, reasons too', async () => {
    const { store } = await simulateStudy(simulation(make()));
    const { differences, decisions } = await replayStudy(store, SPACE, make());
    expect(differences).toEqual([]);
    expect(decisions).toBeGreaterThan(100);
  });
});

/** A store whose driver dies at its n-th commit, right before it or right after it. */
function dying(medium: MemoryMedium, commit: number): TrialStore {
  const store = memoryStore({ medium, takeOver: true });
  let left = commit;
  return {
    ...store,
    append(change) {
      left -= 1;
      if (left >= 0 || left % 2 === 0) store.append(change);
      if (left < 0) throw new Error('killed');
    },
  };
}

describe('a study whose driver is killed', () => {
  const world = (make: () => Plugin<'searcher'>) => {
    const clock = new VirtualClock();
    const cluster = new SimulatedCluster({ workers: 1, program: PROGRAM, outlivesDriver: true, faults: FAULTS });
    const medium = memoryMedium();
    const run = async (store: TrialStore) => {
      const study = await createStudy({
        name: 'killed',
        space: SPACE,
        objective: LOSS,
        searcher: make(),
        backend: simulated({ cluster }),
        budget: { trials: 20 },
        seed: 5,
        resumable: true,
        clock,
        services: (scope) => scope.provide(STORE, () => store),
      });
      return study.run();
    };
    return { run, medium };
  };

  it.each(['asha', 'hyperband', 'synchronous hyperband', 'pasha'])(
    'at any commit goes on as if nothing had been: %s',
    async (name) => {
      const make = SEARCHERS[name]!;
      const calm = world(make);
      await calm.run(memoryStore({ medium: calm.medium }));
      const expected = memoryStore({ medium: calm.medium, takeOver: true });
      const commits = [...expected.journal()].length;
      // Every third commit, and each of these again soon after.
      for (let commit = 0; commit < commits; commit += 3) {
        const { run, medium } = world(make);
        for (const crash of [commit, 5])
          await run(dying(medium, crash)).catch((thrown: Error) => expect(thrown.message).toMatch('killed'));
        await run(memoryStore({ medium, takeOver: true }));
        const store = memoryStore({ medium, takeOver: true });
        expect(store.trials(), `killed at commit ${commit}`).toEqual(expected.trials());
        checkPromotions(store, LEVELS, 3);
      }
    },
  );
});

describe('a study', () => {
  it('judges synchronous rungs as they are once every configuration of its space has been tried', async () => {
    const space = parseSearchSpace({ x: { type: 'int', min: 1, max: 12 } });
    const program = curveProgram('loss', 27, 1000, ({ configuration }) => Number(configuration['x']));
    const plugin = successiveHalving({ maxResource: 27 });
    const small = { space, program, faults: {}, budget: { trials: 100 } };
    const { store, result } = await simulateStudy(simulation(plugin, small));
    expect(result.reason).toBe('every configuration of the search space has been tried');
    // Four of twelve go on, and one of these, although the rung was meant for 27.
    const reached = [1, 3, 9, 27].map((level) => store.trials().filter(({ resource }) => resource >= level).length);
    expect(reached).toEqual([12, 4, 1, 0]);
    expect((await replayStudy(store, space, plugin)).differences).toEqual([]);
    // Where configurations may be tried again, there are always more.
    const options = { duplicates: 'allow' } as const;
    const again = await simulateStudy(simulation(plugin, { ...small, budget: { trials: 27 }, options }));
    expect(again.store.trials()).toHaveLength(27);
    expect(again.store.trials().filter(({ resource }) => resource >= 27)).toHaveLength(1);
  });

  it('tries the configurations that are given first at the lowest rung, like all others', async () => {
    const { store } = await simulateStudy(
      simulation(asha({ maxResource: 27 }), { options: { first: [{ x: 0.5 }, { x: 0.3 }] }, faults: {} }),
    );
    const created = events(store, 'trial:created');
    expect(created[0]!.body).toMatchObject({ origin: 'first', until: 1, configuration: { x: 0.5 } });
    // The best place there is, if not the luckiest.
    expect(events(store, 'trial:resumed').some(({ body }) => body.trial === 2)).toBe(true);
  });

  it('pauses a trial whose machine died after it had come to its rung', async () => {
    for (const resumable of [true, false]) {
      const { store } = await simulateStudy(
        simulation(asha({ maxResource: 27, minResource: 3, variant: 'promotion' }), {
          faults: { '1.1': faults.endAfter(3, { kind: 'evicted', message: 'preempted' }), '2.1': faults.loseNode(3) },
          budget: { trials: 2 },
          options: { resumable },
        }),
      );
      expect(store.trials().map(({ state, resource, attempts }) => [state, resource, attempts])).toEqual([
        ['paused', 3, 2],
        ['paused', 3, 2],
      ]);
    }
  });

  it('with a program that cannot resume runs promoted trials again from 0, and counts each value once', async () => {
    const { store } = await simulateStudy(
      simulation(asha({ maxResource: 27, variant: 'promotion' }), { options: { resumable: false } }),
    );
    expect(checkPromotions(store, LEVELS, 3)).toBeGreaterThan(10);
    expect(events(store, 'attempt:launching').every(({ body }) => body.resumeFrom === 0)).toBe(true);
    const [full] = store.trials({ states: ['completed'] });
    const resources = [...store.reports(full!.id)].map(({ resource }) => resource);
    expect(resources).toEqual(Array.from({ length: 27 }, (_, index) => index + 1));
  });

  it('stops early and spends little where it may not pause', async () => {
    const { store, result } = await simulateStudy(
      simulation(asha({ maxResource: 27 }), { options: { resumable: false }, faults: {} }),
    );
    expect(result.summary.counts).toMatchObject({ paused: 0 });
    expect(result.summary.counts.stopped).toBeGreaterThan(30);
    expect(events(store, 'trial:created').every(({ body }) => body.until === 27)).toBe(true);
    expect(result.summary.resource).toBeLessThan((60 * 27) / 4);
    expect((await replayStudy(store, SPACE, asha({ maxResource: 27 }))).differences).toEqual([]);
  });

  it('ends by itself when all of maxTrials have had their chance', async () => {
    const { result, store } = await simulateStudy(
      simulation(asha({ maxResource: 27, maxTrials: 30 }), { budget: {}, faults: { '8.1': FAULTS['8.1'] } }),
    );
    expect(result).toMatchObject({ status: 'finished', reason: 'every trial has been started' });
    // One configuration was no good and was replaced.
    expect(store.trials()).toHaveLength(31);
    expect(result.summary.counts.queued + result.summary.counts.running).toBe(0);
  });

  it('leaves nobody waiting when it is over', async () => {
    const { result } = await simulateStudy(
      simulation(asha({ maxResource: 27, maxTrials: 30 }), { budget: {}, faults: {} }),
    );
    expect(result.summary.counts).toMatchObject({ paused: 0, completed: 1, stopped: 29 });
    expect(result.best?.state).toBe('completed');
  });

  it('goes on with those that wait though no configuration is left to try', async () => {
    const space = parseSearchSpace({ x: { type: 'int', min: 1, max: 9 } });
    const program = curveProgram('loss', 9, 1000, ({ configuration }) => Number(configuration['x']));
    const { result, store } = await simulateStudy(
      simulation(asha({ maxResource: 9 }), { space, program, budget: {}, faults: {}, workers: 9 }),
    );
    expect(result.reason).toBe('every configuration of the search space has been tried');
    expect(result.summary.counts).toMatchObject({ paused: 0, completed: 1, stopped: 8 });
    expect(store.trials({ states: ['completed'] })[0]).toMatchObject({ resource: 9, value: 1 });
  });

  it('stands as its journal says', async () => {
    const plugin = asha({ maxResource: 27 });
    let searcher: ReturnType<typeof plugin.create> | undefined;
    const spied: Plugin<'searcher'> = { ...plugin, create: (context) => (searcher = plugin.create(context)) };
    const { store } = await simulateStudy(simulation(spied));
    const [bracket] = (await searcher!.describe!()).brackets!;
    const resumed = events(store, 'trial:resumed');
    for (const { resource, promoted, underway } of bracket!.rungs) {
      expect(promoted).toBe(resumed.filter(({ body }) => body.until === resource * 3).length);
      expect(underway).toBe(0);
    }
    for (const { id, state, resource } of store.trials()) {
      const standing = searcher!.standing!(id);
      if (state === 'paused') expect(standing!.rungs.at(-1)).toMatchObject({ resource, state: 'waiting' });
      if (state === 'completed') expect(standing!.rungs.at(-1)).toMatchObject({ resource: 27, state: 'top' });
    }
    expect(searcher!.standing!(1000)).toBeUndefined();
  });
});
