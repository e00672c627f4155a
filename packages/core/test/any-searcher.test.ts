import fc from 'fast-check';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { CHECKPOINT_FILES, STORE } from '../src/container/tokens.ts';
import { createRandomStream } from '../src/domain/rng.ts';
import { attemptId, isTerminal } from '../src/domain/trial.ts';
import { API_VERSION } from '../src/plugin/api-version.ts';
import { defineSearcher } from '../src/plugin/define.ts';
import type { TrialStore } from '../src/ports/trial-store.ts';
import type { Searcher } from '../src/ports/searcher.ts';
import { memoryMedium, memoryStore } from '../src/store/memory-store.ts';
import { createStudy } from '../src/study/create-study.ts';
import { replayStudy } from '../src/study/replay.ts';
import { simulated, SimulatedCluster } from '../src/testing/simulated-backend.ts';
import { faults, type Fault } from '../src/testing/simulated-program.ts';
import { VirtualClock } from '../src/testing/virtual-clock.ts';
import { eventsOf, LOSS, PROGRAM, SPACE } from './engine-helpers.ts';

/** A searcher that does everything that the contract allows, by dice that depend only on what it was told. */
const anything = defineSearcher({
  name: 'anything',
  version: '0.0.0',
  apiVersion: API_VERSION,
  options: z.strictObject({ seed: z.int(), trials: z.int(), late: z.boolean() }),
  create({ seed, trials, late }): Searcher {
    let told = 0;
    const over = new Set<number>();
    const dice = (purpose: string): ReturnType<typeof createRandomStream> => createRandomStream(seed, purpose, told);
    const answer = <T>(value: T): T | Promise<T> => (late ? new Promise((done) => setImmediate(done, value)) : value);
    return {
      ask(offer) {
        const stream = dice('ask');
        const paused = [...offer.paused.values()];
        const chosen = paused[stream.integer(Math.max(1, paused.length))];
        const throwOf = stream.integer(10);
        if (chosen !== undefined && throwOf < 4) {
          return answer({
            kind: 'resume',
            trial: chosen.id,
            until: chosen.resource + 1 + stream.integer(3),
            reason: 'on',
          });
        }
        if (chosen !== undefined && throwOf < 6) return answer({ kind: 'stop', trial: chosen.id, reason: 'enough' });
        if (offer.trial > trials) {
          if (offer.active.size > 0) return answer({ kind: 'wait', reason: 'for the others' });
          return answer({ kind: 'exhausted', reason: 'all had their turn' });
        }
        const configuration = { x: offer.random('x').next(), units: 1 + stream.integer(100) };
        const until = stream.integer(4) === 0 ? undefined : 1 + stream.integer(5);
        const from = offer.trial > 1 && throwOf < 8 ? 1 + stream.integer(offer.trial - 1) : undefined;
        return answer(
          from === undefined
            ? { kind: 'start', configuration, until, reason: 'new' }
            : { kind: 'fork', from, configuration, until: 6, reason: 'a fork' },
        );
      },
      started: () => void (told += 1),
      resumed: () => void (told += 1),
      report({ id }) {
        told += 1;
        expect(over.has(id)).toBe(false);
        const throwOf = dice(`report of ${id}`).integer(8);
        if (throwOf === 0) return answer({ kind: 'stop', reason: 'bad' });
        return answer(throwOf < 3 ? { kind: 'pause', reason: 'a rest' } : { kind: 'continue' });
      },
      ended({ id }, { state }) {
        told += 1;
        expect(over.has(id), `trial ${id} ended again, as ${state}`).toBe(false);
        if (state !== 'paused') over.add(id);
      },
    };
  },
});

class Crash extends Error {}

/** A store whose driver dies at its n-th commit from now. */
function dying(store: TrialStore, commits: number, after: boolean): TrialStore {
  let left = commits;
  let dead = false;
  return {
    ...store,
    append(change) {
      if (dead) throw new Crash();
      left -= 1;
      if (left >= 0) return store.append(change);
      dead = true;
      if (after) store.append(change);
      throw new Crash();
    },
  };
}

const FAULTS: readonly Fault[] = [
  faults.endAfter(0, { kind: 'failed', failure: 'node', message: 'gone' }),
  faults.endAfter(1, { kind: 'failed', failure: 'node', message: 'gone' }),
  faults.endAfter(1, { kind: 'evicted', message: 'preempted' }),
  faults.endAfter(1, { kind: 'checkpointed' }),
  faults.endAfter(1, { kind: 'failed', failure: 'code', message: 'exit 1' }),
  faults.endAfter(0, { kind: 'finished' }),
  faults.diverge('loss', 1),
  faults.duplicateReports(),
  faults.swapReports(),
  faults.straggle(7),
  faults.endTwice(),
  faults.goSilent(1),
];

const anyStudy = fc.record({
  seed: fc.nat(100_000),
  trials: fc.integer({ min: 1, max: 12 }),
  workers: fc.integer({ min: 1, max: 5 }),
  late: fc.boolean(),
  stopTime: fc.constantFrom(0, 300, 2500),
  resumable: fc.boolean(),
  nonFinite: fc.constantFrom('fail' as const, 'worst' as const),
  timeLimit: fc.constantFrom(undefined, 2500),
  keepBest: fc.constantFrom(undefined, 0, 2),
  faults: fc.array(
    fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 3 }), fc.nat(FAULTS.length - 1)),
    {
      maxLength: 8,
    },
  ),
  deaths: fc.array(fc.tuple(fc.nat(15), fc.boolean()), { maxLength: 4 }),
  interrupts: fc.array(fc.tuple(fc.integer({ min: 1, max: 9000 }), fc.boolean()), { maxLength: 3 }),
});

it('whatever a searcher, the world and its driver do, a study comes to its end and its journal tells the truth', async () => {
  await fc.assert(
    fc.asyncProperty(anyStudy, async (given) => {
      const { seed, trials, workers, late, stopTime, resumable, nonFinite, timeLimit, keepBest } = given;
      const clock = new VirtualClock();
      const cluster = new SimulatedCluster({
        workers,
        program: PROGRAM,
        stopTime,
        outlivesDriver: true,
        faults: Object.fromEntries(
          given.faults.map(([trial, attempt, fault]) => [attemptId(trial, attempt), FAULTS[fault]!]),
        ),
      });
      const medium = memoryMedium();
      const searcher = anything({ seed, trials, late });
      const session = async (store: TrialStore, interrupt?: readonly [at: number, kill: boolean]) => {
        const study = await createStudy({
          name: 'anything',
          space: SPACE,
          objective: { ...LOSS, nonFinite },
          searcher,
          backend: simulated({ cluster }),
          seed,
          resumable,
          timeLimit,
          checkpoints: keepBest === undefined ? undefined : { keepBest },
          clock,
          services: (scope) => {
            scope.provide(STORE, () => store);
            scope.provide(CHECKPOINT_FILES, () => ({ delete: () => Promise.resolve() }));
          },
        });
        if (interrupt !== undefined) clock.after(interrupt[0], () => study.interrupt('by hand'));
        if (interrupt?.[1] === true) clock.after(interrupt[0] + 1, () => study.kill('at once'));
        return await study.run();
      };
      for (const [commits, after] of given.deaths) {
        await session(dying(memoryStore({ medium, takeOver: true }), commits, after)).catch((thrown: unknown) => {
          if (!(thrown instanceof Crash)) throw thrown;
        });
      }
      for (const interrupt of given.interrupts) await session(memoryStore({ medium, takeOver: true }), interrupt);
      const result = await session(memoryStore({ medium, takeOver: true }));

      const store = memoryStore({ medium, takeOver: true });
      expect(result.status).toBe('finished');
      // Ten trials in a row that fail end a session before the others had their turn.
      const hopeless = result.reason.includes('all failed');
      for (const { id, state, resource } of store.trials()) {
        if (!hopeless) expect(isTerminal(state), `trial ${id} is ${state}`).toBe(true);
        const resources = store.reports(id).map((report) => report.resource);
        expect(resources).toEqual([...new Set(resources)].sort((a, b) => a - b));
        if (resources.length > 0) expect(resource).toBe(resources.at(-1));
      }
      expect([...cluster.launches].filter(([, times]) => times > 1)).toEqual([]);
      const ends = eventsOf(store, 'attempt:ended').map(({ body }) => `${body.trial}.${body.attempt}`);
      expect(new Set(ends).size).toBe(ends.length);
      expect((await replayStudy(store, SPACE, searcher)).differences).toEqual([]);
    }),
    { seed: 31, numRuns: 400 },
  );
});
