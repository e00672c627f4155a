import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { STORE } from '../src/container/tokens.ts';
import { STUDY_EVENT_TYPES, type StudyEventType } from '../src/domain/event.ts';
import { parseSearchSpace } from '../src/domain/search-space.ts';
import { attemptId } from '../src/domain/trial.ts';
import type { TrialStore } from '../src/ports/trial-store.ts';
import { defineBackend, type Plugin } from '../src/plugin/define.ts';
import { prior } from '../src/searchers/prior.ts';
import { random } from '../src/searchers/random.ts';
import { API_VERSION } from '../src/plugin/api-version.ts';
import type { Backend } from '../src/ports/backend.ts';
import { z } from 'zod';
import { memoryMedium, memoryStore, type MemoryMedium } from '../src/store/memory-store.ts';
import { createStudy } from '../src/study/create-study.ts';
import { replayStudy } from '../src/study/replay.ts';
import { simulated, SimulatedCluster } from '../src/testing/simulated-backend.ts';
import { faults, type SimulatedProgram } from '../src/testing/simulated-program.ts';
import { VirtualClock } from '../src/testing/virtual-clock.ts';
import { eventsOf, LOSS, PROGRAM, SPACE } from './engine-helpers.ts';
import { rungSearcher } from './rung-searcher.ts';

/** The same searcher, writing down everything it is told. */
function listening(plugin: Plugin<'searcher'>, told: string[]): Plugin<'searcher'> {
  return {
    ...plugin,
    create(context) {
      const searcher = plugin.create(context);
      return {
        ask: (offer) => searcher.ask(offer),
        started(trial) {
          told.push(`started ${JSON.stringify(trial)}`);
          searcher.started?.(trial);
        },
        resumed(trial) {
          told.push(`resumed ${JSON.stringify(trial)}`);
          searcher.resumed?.(trial);
        },
        report(trial, report, recorded) {
          told.push(`report ${JSON.stringify([trial, report])}`);
          return searcher.report(trial, report, recorded);
        },
        ended(trial, outcome) {
          told.push(`ended ${JSON.stringify([trial, outcome])}`);
          searcher.ended?.(trial, outcome);
        },
      };
    },
  };
}

class Crash extends Error {}

/** A store whose driver dies at its n-th commit: right before it, or right after it. */
function dying(medium: MemoryMedium, commit: number, when: 'before' | 'after', types: StudyEventType[]): TrialStore {
  const store = memoryStore({ medium, takeOver: true });
  let left = commit;
  return {
    ...store,
    append(change) {
      if (left < 0) throw new Crash();
      left -= 1;
      if (left >= 0) {
        store.append(change);
        return;
      }
      types.push(...change.events.map((event) => event.type));
      if (when === 'after') store.append(change);
      throw new Crash();
    },
  };
}

/** One world: workers and time that go on while drivers come and go. */
function world(workers = 1) {
  const clock = new VirtualClock();
  const cluster = new SimulatedCluster({
    workers,
    program: PROGRAM,
    outlivesDriver: true,
    faults: {
      '2.1': faults.endAfter(1, { kind: 'failed', failure: 'node', message: 'gone' }),
      '3.1': faults.endAfter(1, { kind: 'evicted', message: 'preempted' }),
      '4.1': faults.endAfter(1, { kind: 'failed', failure: 'code', message: 'exit 1' }),
      '6.1': faults.goSilent(1),
    },
  });
  const medium = memoryMedium();
  const run = async (store: TrialStore, around: (plugin: Plugin<'searcher'>) => Plugin<'searcher'> = (it) => it) => {
    const study = await createStudy({
      name: 'crashing',
      space: SPACE,
      objective: LOSS,
      searcher: around(rungSearcher({ trials: 7 })),
      backend: simulated({ cluster }),
      budget: {},
      seed: 3,
      resumable: true,
      clock,
      services: (scope) => scope.provide(STORE, () => store),
    });
    return study.run();
  };
  return { run, medium, cluster };
}

/** What a study came to, without what depends on how often its driver died. */
function outcome(store: TrialStore) {
  return {
    trials: store.trials(),
    reports: store.trials().map((trial) => store.reports(trial.id)),
    counts: store.summary()?.counts,
    resource: store.summary()?.resource,
  };
}

/** Attempts that the cluster has launched and the journal knows nothing of: there must never be one. */
function launchedUnrecorded(cluster: SimulatedCluster, medium: MemoryMedium): string[] {
  const intended = eventsOf(memoryStore({ medium, takeOver: true }), 'attempt:launching').map(({ body }) =>
    attemptId(body.trial, body.attempt),
  );
  return [...cluster.launches.keys()].filter((attempt) => !intended.includes(attempt));
}

describe('a driver that dies', () => {
  it('at any commit, before or after it, leaves a study that goes on as if nothing had happened', async () => {
    const calm = world();
    await calm.run(memoryStore({ medium: calm.medium }));
    const expected = outcome(memoryStore({ medium: calm.medium, takeOver: true }));
    expect(expected.counts).toMatchObject({ completed: 2, failed: 1, paused: 0, stopped: 4 });
    const calmWallClock = memoryStore({ medium: calm.medium, takeOver: true }).summary()?.wallClock ?? 0;

    const crossed = { before: new Set<StudyEventType>(), after: new Set<StudyEventType>() };
    for (const when of ['before', 'after'] as const) {
      for (let commit = 0; ; commit += 1) {
        const { run, medium, cluster } = world();
        const types: StudyEventType[] = [];
        try {
          await run(dying(medium, commit, when, types));
          break;
        } catch (thrown) {
          if (!(thrown instanceof Crash)) throw thrown;
        }
        for (const type of types) crossed[when].add(type);
        expect(launchedUnrecorded(cluster, medium), `crash ${when} commit ${commit}`).toEqual([]);
        await run(memoryStore({ medium, takeOver: true }));
        const store = memoryStore({ medium, takeOver: true });
        expect(outcome(store), `crash ${when} commit ${commit} (${types.join(', ')})`).toEqual(expected);
        // What passed between the last commit and the crash is the only time nobody can know of.
        const wallClock = store.summary()?.wallClock ?? 0;
        expect(wallClock).toBeGreaterThanOrEqual(calmWallClock - 1000);
        expect(wallClock).toBeLessThanOrEqual(calmWallClock);
        expect([...cluster.launches.values()].every((times) => times === 1)).toBe(true);
      }
    }
    // Every kind of event a study of this shape can make was crossed; the others cannot occur here.
    const impossible = ['checkpoints:deleted', 'attempt:stopping'];
    const possible = STUDY_EVENT_TYPES.filter((type) => !impossible.includes(type)).sort();
    expect([...crossed.before].sort()).toEqual(possible);
    expect([...crossed.after].sort()).toEqual(possible);
  });

  it('many times in a row still comes to the same end, with the same budgets used', async () => {
    const calm = world();
    await calm.run(memoryStore({ medium: calm.medium }));
    const expected = outcome(memoryStore({ medium: calm.medium, takeOver: true }));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(12), fc.constantFrom('before' as const, 'after' as const)), {
          minLength: 5,
          maxLength: 12,
        }),
        async (crashes) => {
          const { run, medium } = world();
          for (const [commit, when] of crashes) {
            await run(dying(medium, commit, when, [])).catch((thrown: unknown) => {
              if (!(thrown instanceof Crash)) throw thrown;
            });
          }
          await run(memoryStore({ medium, takeOver: true }));
          expect(outcome(memoryStore({ medium, takeOver: true }))).toEqual(expected);
        },
      ),
      { seed: 23, numRuns: 40 },
    );
  });
});

describe('a driver of many workers that dies', () => {
  it('runs nothing twice and loses nothing, though what arrives at the same instant may change places', async () => {
    for (let commit = 0; ; commit += 1) {
      const { run, medium, cluster } = world(4);
      try {
        await run(dying(medium, commit, commit % 2 === 0 ? 'before' : 'after', []));
        break;
      } catch (thrown) {
        if (!(thrown instanceof Crash)) throw thrown;
      }
      const { summary } = await run(memoryStore({ medium, takeOver: true }));
      expect(summary.counts).toMatchObject({ queued: 0, running: 0, failed: 1, paused: 0 });
      expect(summary.counts.completed + summary.counts.stopped).toBe(6);
      expect([...cluster.launches.values()].every((times) => times === 1)).toBe(true);
      const store = memoryStore({ medium, takeOver: true });
      for (const { id, resource } of store.trials({ states: ['stopped', 'completed'] })) {
        expect(store.reports(id).map((report) => report.resource)).toEqual([1, 2, 3, 4, 5].slice(0, resource));
      }
    }
  });
});

describe('an attempt that has come to its level and does not end', () => {
  it('is stopped by the next driver, if the one that waited for it has died', async () => {
    const clock = new VirtualClock();
    const program: SimulatedProgram = (request) => [
      ...PROGRAM(request),
      { kind: 'end', wait: 1e9, end: { kind: 'finished' } },
    ];
    const cluster = new SimulatedCluster({ workers: 1, program, outlivesDriver: true });
    const medium = memoryMedium();
    const run = async (store: TrialStore) => {
      const study = await createStudy({
        name: 'hanging',
        space: SPACE,
        objective: LOSS,
        searcher: rungSearcher({ trials: 1 }),
        backend: simulated({ cluster }),
        resumable: true,
        clock,
        store,
      });
      return study.run();
    };
    const doomed = memoryStore({ medium });
    let dead = false;
    const append: TrialStore['append'] = (change) => {
      if (!dead) doomed.append(change);
      dead ||= change.events.some(({ type, body }) => type === 'trial:reported' && body.decision.kind === 'pause');
      if (dead) throw new Crash();
    };
    await expect(run({ ...doomed, append })).rejects.toThrow(Crash);
    await run(memoryStore({ medium, takeOver: true }));
    const store = memoryStore({ medium, takeOver: true });
    expect(eventsOf(store, 'attempt:stopping').map(({ body }) => body)).toMatchObject([{ trial: 1, cause: 'pause' }]);
    expect(store.trial(1)?.runtime).toBeLessThan(60_000);
  });
});

describe('an attempt that was launched under a time limit', () => {
  it('keeps it, though the next session has none', async () => {
    const clock = new VirtualClock();
    const cluster = new SimulatedCluster({ workers: 1, program: PROGRAM, outlivesDriver: true });
    const medium = memoryMedium();
    const run = async (store: TrialStore, timeLimit?: number) => {
      const study = await createStudy({
        name: 'limited',
        space: SPACE,
        objective: LOSS,
        searcher: random(),
        backend: simulated({ cluster }),
        budget: { trials: 1 },
        timeLimit,
        clock,
        store,
      });
      return study.run();
    };
    // Study created and opened, trial created and launched: it dies with the first report.
    await expect(run(dying(medium, 2, 'before', []), 2500)).rejects.toThrow(Crash);
    await run(memoryStore({ medium, takeOver: true }));
    expect(memoryStore({ medium, takeOver: true }).trial(1)).toMatchObject({
      failure: 'timeout',
      message: 'it ran longer than the time limit of 2.5 s',
    });
  });
});

describe('an attempt that was meant to be launched when its driver died', () => {
  it('does not have its time limit used up by the time in which there was no driver', async () => {
    const clock = new VirtualClock();
    const cluster = new SimulatedCluster({ workers: 1, program: PROGRAM, outlivesDriver: true });
    const medium = memoryMedium();
    const run = async (store: TrialStore) => {
      const study = await createStudy({
        name: 'late',
        space: SPACE,
        objective: LOSS,
        searcher: random(),
        backend: simulated({ cluster }),
        budget: { trials: 1 },
        timeLimit: 60_000,
        clock,
        store,
      });
      return study.run();
    };
    const types: StudyEventType[] = [];
    await expect(run(dying(medium, 1, 'after', types))).rejects.toThrow(Crash);
    expect(types).toContain('attempt:launching');
    clock.advance(3_600_000);
    await run(memoryStore({ medium, takeOver: true }));
    const trial = memoryStore({ medium, takeOver: true }).trial(1);
    expect(trial).toMatchObject({ state: 'completed', resource: 5, runtime: expect.any(Number) as number });
    expect([...cluster.launches.values()]).toEqual([1]);
  });

  it('is not launched if it was to stop by then', async () => {
    const medium = memoryMedium();
    const launched: string[] = [];
    const never = new Promise<never>(() => undefined);
    const open = (answer: () => Promise<never>) => {
      const backend = defineBackend({
        name: 'slow',
        version: '0.0.0',
        apiVersion: API_VERSION,
        options: z.strictObject({}),
        create: (): Backend => ({
          outlivesDriver: true,
          open: () => undefined,
          adopt: (attempts) => attempts.map(({ request: { attempt } }) => ({ attempt, status: 'never-launched' })),
          launch({ attempt }) {
            launched.push(attempt);
            return answer();
          },
          stop: () => undefined,
          capacity: () => 1,
          close: () => undefined,
        }),
      });
      return createStudy({
        name: 'stopped',
        space: SPACE,
        objective: LOSS,
        searcher: random(),
        backend: backend({}),
        budget: { trials: 1 },
        store: memoryStore({ medium, takeOver: true }),
      });
    };
    const first = await open(() => {
      first.interrupt('enough for today');
      return never;
    });
    const stopping = new Promise((resolve) => {
      first.on('attempt:stopping', resolve);
    });
    void first.run();
    await stopping;
    await first.close();
    const second = await open(() => Promise.reject(new Error('no machine')));
    await second.run();
    expect(launched).toEqual(['1.1', '1.2']);
  });
});

describe('a study that is continued', () => {
  const open = (medium: MemoryMedium, change: object = {}) =>
    createStudy({
      name: 'continued',
      space: SPACE,
      objective: LOSS,
      searcher: random(),
      budget: { trials: 3 },
      seed: 3,
      store: memoryStore({ medium, takeOver: true }),
      ...change,
    });

  it('as another one is refused with every difference', async () => {
    const medium = memoryMedium();
    await (await open(medium)).close();
    const changed = open(medium, { seed: 4, objective: { metric: 'loss', goal: 'maximize' } });
    await expect(changed).rejects.toMatchObject({ code: 'study-changed' });
    await expect(open(medium, { seed: 4 })).rejects.toThrow('seed: was 3, now 4');
  });

  it('is refused as well if what has changed is a parameter called version; the version of a plugin may change', async () => {
    const of = (values: number[], release: string) => {
      const plugin = prior({ guesses: { version: 1 } });
      return {
        space: parseSearchSpace({ version: { type: 'categorical', values } }),
        searcher: { ...plugin, record: { ...plugin.record, version: release } },
        first: [{ version: values.at(-1) }],
      };
    };
    const medium = memoryMedium();
    await (await open(medium, of([1, 2], '0.1.0'))).close();
    await (await open(medium, of([1, 2], '0.2.0'))).close();
    const changed = open(medium, of([1, 3], '0.2.0'));
    await expect(changed).rejects.toThrow(/space\..*version\.values: was \[1,2\], now \[1,3\]/);
    await expect(changed).rejects.toThrow('first: was [{"version":2}], now [{"version":3}]');
  });

  it('may have another budget, and records it', async () => {
    const medium = memoryMedium();
    for (const trials of [1, 2]) {
      const study = await open(medium, { budget: { trials }, evaluate: () => 1 });
      expect((await study.run()).summary.counts.completed).toBe(trials);
    }
    const store = memoryStore({ medium, takeOver: true });
    expect(eventsOf(store, 'study:opened').map(({ body }) => body.settings.budget)).toEqual([
      { trials: 1 },
      { trials: 2 },
    ]);
  });
});

describe('a searcher that is rebuilt', () => {
  it('is told exactly what the one before was told, in the same order', async () => {
    const { run, medium } = world();
    const [before, after]: [string[], string[]] = [[], []];
    await run(memoryStore({ medium }), (searcher) => listening(searcher, before));
    // The study is finished: this session only tells the past.
    await run(memoryStore({ medium, takeOver: true }), (searcher) => listening(searcher, after));
    expect(before.filter((call) => call.startsWith('resumed'))).toHaveLength(2);
    expect(after).toEqual(before);
  });
});

describe('a study that is interrupted five times', () => {
  const limits = { wallClock: 40_000, resource: 1000, trials: 100 };
  const session = async (medium: MemoryMedium, clock: VirtualClock, interruptAfter?: number) => {
    const cluster = new SimulatedCluster({ workers: 1, program: PROGRAM });
    const study = await createStudy({
      name: 'interrupted',
      space: SPACE,
      objective: LOSS,
      searcher: random(),
      backend: simulated({ cluster }),
      budget: limits,
      seed: 3,
      resumable: true,
      clock,
      store: memoryStore({ medium, takeOver: true }),
    });
    if (interruptAfter !== undefined) clock.after(interruptAfter, () => study.interrupt('by the test'));
    return study.run();
  };

  it('has used its budgets as if it had run once', async () => {
    const [calm, torn] = [memoryMedium(), memoryMedium()];
    const once = await session(calm, new VirtualClock());
    const clock = new VirtualClock();
    for (const after of [3500, 7200, 1100, 9000, 6400]) {
      expect((await session(torn, clock, after)).status).toBe('interrupted');
      // A night passes that is nobody's working time.
      clock.advance(1e7);
    }
    const last = await session(torn, clock);
    expect(last.reason).toBe(once.reason);
    expect(last.summary.sessions).toBe(6);
    expect(last.summary.wallClock).toBe(40_000);
    // What was interrupted in the middle of a step did that step again: less came of the same time, never more.
    const lost = once.summary.resource - last.summary.resource;
    expect(lost).toBeGreaterThanOrEqual(0);
    expect(lost).toBeLessThanOrEqual(5);
  });
});

describe('replay', () => {
  it('computes every decision of a study with pauses, failures and crashes again', async () => {
    const { run, medium } = world();
    await run(dying(medium, 20, 'after', [])).catch(() => undefined);
    await run(memoryStore({ medium, takeOver: true }));
    const store = memoryStore({ medium, takeOver: true });
    const replayed = await replayStudy(store, SPACE, rungSearcher({ trials: 7 }));
    expect(replayed.differences).toEqual([]);
    expect(replayed.decisions).toBe(eventsOf(store, 'trial:created', 'trial:resumed', 'trial:reported').length);
    const other = await replayStudy(store, SPACE, rungSearcher({ trials: 7, rung: 3 }));
    expect(other.differences.length).toBeGreaterThan(0);
  });
});
