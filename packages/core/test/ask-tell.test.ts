import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { FettleError } from '../src/errors.ts';
import { API_VERSION } from '../src/plugin/api-version.ts';
import type { Clock } from '../src/ports/clock.ts';
import { defineSampler } from '../src/plugin/define.ts';
import { random } from '../src/searchers/random.ts';
import { memoryMedium, memoryStore } from '../src/store/memory-store.ts';
import { createStudy } from '../src/study/create-study.ts';
import { VirtualClock } from '../src/testing/virtual-clock.ts';
import { LOSS, SPACE } from './engine-helpers.ts';
import { rungSearcher } from './rung-searcher.ts';

const open = (change: object = {}) =>
  createStudy({
    name: 'by-hand',
    space: SPACE,
    objective: LOSS,
    searcher: random(),
    budget: { trials: 4 },
    seed: 1,
    ...change,
  });

describe('ask and tell', () => {
  it('hands out trials until the budget is used, and keeps what is told', async () => {
    await using study = await open();
    for (let turn = 0; turn < 4; turn += 1) {
      const trial = await study.ask();
      expect(trial?.id).toBe(turn + 1);
      if (trial === undefined) return;
      expectTypeOf(trial.configuration.x).toBeNumber();
      await study.tell(trial.id, trial.configuration.x);
    }
    expect(await study.ask()).toBeUndefined();
    expect(study.status().summary.counts.completed).toBe(4);
    const values = study.reader.trials().map((trial) => trial.value ?? Number.NaN);
    expect(study.best()?.value).toBe(Math.min(...values));
    expectTypeOf(study.best()!.configuration.x).toBeNumber();
    expectTypeOf(study.reader.trials()[0]!.configuration.x).toBeNumber();
    expectTypeOf<NonNullable<Awaited<ReturnType<typeof study.run>>['best']>['configuration']['x']>().toBeNumber();
  });

  it('goes on counting the time while nothing happens', async () => {
    const clock = new VirtualClock();
    await using study = await open({ clock });
    await study.ask();
    const { wallClock } = study.status().summary;
    clock.after(90_000, () => undefined);
    clock.idle();
    expect(study.status().summary.wallClock).toBe(wallClock + 90_000);
  });

  it('says that it lives while nobody calls, and hears of it when it has been taken over', async () => {
    const time = new VirtualClock();
    // It passes by itself, as real time does.
    const clock: Clock = { now: () => time.now(), after: (wait, call) => time.after(wait, call) };
    let [beats, fenced] = [0, false];
    const store = memoryStore();
    const renewLease = (): void => {
      if (fenced) throw new FettleError('store-fenced', 'Somebody else has taken the study over.');
      beats += 1;
    };
    const study = await open({ clock, store: Object.assign(store, { renewLease }) });
    await study.ask();
    time.advance(35_000);
    expect(beats).toBe(3);
    fenced = true;
    time.advance(10_000);
    await expect(study.ask()).rejects.toMatchObject({ code: 'store-fenced' });
    fenced = false;
    await study.close();
    time.advance(60_000);
    expect(beats).toBe(3);
  });

  it('lives on while it cannot say so, as long as there is nothing to write', async () => {
    const time = new VirtualClock();
    const clock: Clock = { now: () => time.now(), after: (wait, call) => time.after(wait, call) };
    let full = false;
    let beats = 0;
    const renewLease = (): void => {
      if (full) throw new FettleError('store-unwritable', 'The disk is full.');
      beats += 1;
    };
    const said: string[] = [];
    const warn = (message: string): void => void said.push(message);
    const logger = { debug: () => undefined, info: () => undefined, warn, error: warn };
    await using study = await open({ clock, logger, store: Object.assign(memoryStore(), { renewLease }) });
    const trial = await study.ask();
    full = true;
    time.advance(45_000);
    full = false;
    time.advance(10_000);
    expect(said).toEqual(["The study's store cannot be told that the driver lives: The disk is full."]);
    expect(beats).toBe(1);
    await study.tell(trial?.id ?? 0, 0.5);
    expect(study.status().summary.counts.completed).toBe(1);
  });

  it('lets several trials be out at once, and told in any order', async () => {
    await using study = await open();
    const [one, two] = [await study.ask(), await study.ask()];
    await study.tell(two?.id ?? 0, { loss: 1, accuracy: 0.5 });
    await study.tell(one?.id ?? 0, { failed: 'oom', message: 'too big' });
    expect(study.reader.trial(2)).toMatchObject({ state: 'completed', value: 1, metrics: { loss: 1, accuracy: 0.5 } });
    expect(study.reader.trial(1)).toMatchObject({ state: 'failed', failure: 'oom', message: 'too big' });
  });

  it('may be asked and told by many at once, though the searcher answers late', async () => {
    let asked = 0;
    const slow = defineSampler({
      name: 'slow',
      version: '0.0.0',
      apiVersion: API_VERSION,
      options: z.strictObject({}),
      create: () => ({
        async sample(offer) {
          asked += 1;
          if (asked > 1) throw new Error('it was asked while it was thinking');
          await new Promise(setImmediate);
          asked -= 1;
          const configuration = { x: offer.random('x').next(), units: 1 };
          return { kind: 'configuration', configuration, reason: 'at leisure' };
        },
      }),
    });
    await using study = await open({ searcher: slow(), budget: { trials: 12 } });
    const worker = async (): Promise<number[]> => {
      const ran: number[] = [];
      for (let trial = await study.ask(); trial !== undefined; trial = await study.ask()) {
        ran.push(trial.id);
        await study.report(trial.id, trial.configuration.x, 1);
        await study.tell(trial.id);
      }
      return ran;
    };
    const ran = (await Promise.all([worker(), worker(), worker()])).flat();
    expect(ran.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, index) => index + 1));
    expect(study.status().summary.counts).toMatchObject({ completed: 12, running: 0 });
    expect(new Set(study.reader.trials().map(({ configuration }) => configuration['x'])).size).toBe(12);
  });

  it('loses nothing when the store fails for a while', async () => {
    const medium = memoryMedium();
    const store = memoryStore({ medium });
    let full = false;
    const append: typeof store.append = (change) => {
      if (full) throw new FettleError('store-unwritable', 'The disk is full.');
      store.append(change);
    };
    const study = await open({ store: { ...store, append } });
    const trial = await study.ask();
    full = true;
    await expect(study.tell(trial?.id ?? 0, 0.5)).rejects.toMatchObject({ code: 'store-unwritable' });
    full = false;
    expect(await study.ask()).toMatchObject({ id: 2 });
    await study.close();
    const later = memoryStore({ medium, takeOver: true });
    expect(later.trial(1)).toMatchObject({ state: 'completed', value: 0.5 });
    expect([...later.journal()].map(({ seq }) => seq)).toEqual([...later.journal()].map((_, index) => index + 1));
  });

  it('passes the decisions on, and resumes paused trials', async () => {
    await using study = await open({ searcher: rungSearcher({ trials: 3 }), budget: {}, resumable: true });
    for (let turn = 0; turn < 3; turn += 1) {
      const trial = await study.ask();
      expect(trial?.until).toBe(2);
      expect((await study.report(trial?.id ?? 0, 1, 1)).kind).toBe('continue');
      expect((await study.report(trial?.id ?? 0, turn, 2)).kind).toBe('pause');
      await study.tell(trial?.id ?? 0);
    }
    const resumed = await study.ask();
    expect(resumed).toMatchObject({ id: 1, until: 5, resumeFrom: 2 });
  });

  it('remembers what is out when the session ends', async () => {
    const medium = memoryMedium();
    const first = await open({ store: memoryStore({ medium }) });
    const trial = await first.ask();
    await first.close();
    await using second = await open({ store: memoryStore({ medium, takeOver: true }) });
    expect((await second.ask())?.id).toBe(2);
    await second.tell(trial?.id ?? 0, 0.5);
    expect(second.reader.trial(1)).toMatchObject({ state: 'completed', value: 0.5 });
  });

  it('is told of what a session before has handed out, before anything is asked', async () => {
    const medium = memoryMedium();
    const first = await open({ store: memoryStore({ medium }) });
    await first.ask();
    await first.ask();
    await first.close();
    await expect(first.tell(1, 0.5)).rejects.toMatchObject({ code: 'study-state' });
    await using second = await open({ store: memoryStore({ medium, takeOver: true }) });
    expect(second.status().running.map(({ id }) => id)).toEqual([1, 2]);
    expect((await second.report(1, 0.7)).kind).toBe('continue');
    await second.tell(1, 0.5);
    await second.tell(2, { failed: 'node', message: 'lost in a restart' });
    expect(second.reader.trial(1)).toMatchObject({ state: 'completed', value: 0.5 });
    expect(second.status().summary.counts).toMatchObject({ running: 0, queued: 1 });
    expect((await second.ask())?.id).toBe(3);
  });

  it('hands out what is to be tried again after all others, and waits for nothing if there are none', async () => {
    await using study = await open({ clock: new VirtualClock(), budget: { trials: 2 } });
    await study.ask();
    await study.tell(1, { failed: 'node' });
    expect((await study.ask())?.id).toBe(2);
    expect((await study.ask())?.id).toBe(1);
    expect(await study.ask()).toBeUndefined();
    await study.tell(1, 1);
    await study.tell(2, 1);
    expect(study.status()).toMatchObject({ running: [], queued: 0 });
  });

  it('refuses what makes no sense', async () => {
    await using study = await open();
    const trial = await study.ask();
    await study.tell(trial?.id ?? 0, 1);
    await expect(study.tell(1, 2)).rejects.toMatchObject({ code: 'trial-state' });
    await expect(study.tell(99, 2)).rejects.toMatchObject({ code: 'trial-missing' });
    await expect(study.run()).rejects.toMatchObject({ code: 'study-state' });
  });

  it('refuses what is no number where the compiler has not seen it', async () => {
    await using study = await open();
    const { id } = (await study.ask())!;
    await expect(study.tell(id, '0.5' as never)).rejects.toThrow(
      "Metrics are a record of numbers, such as { loss: 0.1 }; this is '0.5'.",
    );
    await expect(study.tell(id, { loss: '0.5' } as never)).rejects.toThrow(
      "The metric 'loss' is '0.5', which is not a number.",
    );
    await expect(study.tell(id, null as never)).rejects.toThrow('this is null');
    await expect(study.tell(id, { failed: 'crash' } as never)).rejects.toThrow(
      "'crash' is no class of failure; there are oom,",
    );
    await expect(study.report(id, 1, 0)).rejects.toThrow(/positive number; this is 0\. .*resourceFrom: 0/);
    await study.tell(id, 0.5);
    expect(study.best()?.value).toBe(0.5);
  });
});
