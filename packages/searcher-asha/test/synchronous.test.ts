import { createRandomStream, grid, parseSearchSpace } from '@fettle/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hyperband, rungLevels, successiveHalving } from '../src/index.ts';
import { survivors } from '../src/places.ts';
import { ManualStudy } from './manual-study.ts';

const BAD = Number.POSITIVE_INFINITY;

describe('a synchronous rung', () => {
  it('lets nobody go on before the last has come', () => {
    const study = new ManualStudy(successiveHalving({ maxResource: 9, rounds: 1 }));
    study.start(9);
    for (let id = 1; id <= 8; id += 1) study.run(id, id);
    expect(study.ask()).toMatchObject({ kind: 'wait' });
    study.run(9, 0);
    expect([1, 2, 3].map(() => study.step())).toMatchObject([
      { kind: 'resume', trial: 9, until: 3, reason: '1st of 9 at rung 1: the best 3 go on' },
      { kind: 'resume', trial: 1 },
      { kind: 'resume', trial: 2 },
    ]);
    expect(study.ask()).toMatchObject({ kind: 'wait' });
    for (const id of [9, 1, 2]) study.run(id, id);
    // Nobody will take the third place any more that 3 was waiting for.
    expect(study.step()).toEqual({ kind: 'stop', trial: 3, reason: '4th of 9 at rung 1: the best 3 go on' });
    expect(study.step()).toMatchObject({ trial: 1, until: 9, reason: '1st of 3 at rung 3: the best goes on' });
    study.run(1, 1);
    // 9 was the first to come to rung 3; 2 came after 1 and was stopped at once.
    expect(study.step()).toMatchObject({ kind: 'stop', trial: 9, reason: '3rd of 3 at rung 3: the best goes on' });
    expect(study.paused.size).toBe(0);
    expect(study.step()).toEqual({ kind: 'exhausted', reason: 'every trial has been started' });
  });

  it('waits for one that is still writing its checkpoint, not for one that lost', () => {
    const study = new ManualStudy(successiveHalving({ maxResource: 9, rounds: 1 }));
    study.start(9);
    for (let id = 1; id <= 9; id += 1) study.report(id, 1, id);
    for (let id = 2; id <= 9; id += 1) study.finish(id);
    // 2 and 3 wait and are among the best three; 1 is on its way to do so.
    expect([study.step(), study.step()]).toMatchObject([{ trial: 2 }, { trial: 3 }]);
    for (const id of [2, 3]) study.run(id, id);
    // Rung 3 is not judged without trial 1.
    expect(study.ask()).toMatchObject({ kind: 'wait' });
    study.finish(1);
    expect(study.step()).toMatchObject({ trial: 1, until: 3 });
    study.run(1, 1);
    expect(study.step()).toMatchObject({ trial: 1, until: 9 });
  });

  it('stops those who cannot go on any more, at once', () => {
    const study = new ManualStudy(successiveHalving({ maxResource: 9, rounds: 1 }));
    study.start(9);
    expect([1, 2, 3, 4].map((id) => study.run(id, id))).toEqual([
      { kind: 'pause', reason: '1st of 1 so far (of 9) at rung 1: the best 3 go on' },
      { kind: 'pause', reason: '2nd of 2 so far (of 9) at rung 1: the best 3 go on' },
      { kind: 'pause', reason: '3rd of 3 so far (of 9) at rung 1: the best 3 go on' },
      { kind: 'stop', reason: '4th of 4 so far (of 9) at rung 1: the best 3 go on' },
    ]);
  });

  it('counts failed and stopped trials as come, and fills the place of an invalid one', () => {
    const study = new ManualStudy(successiveHalving({ maxResource: 9, rounds: 1 }));
    study.start(9);
    for (let id = 1; id <= 6; id += 1) study.run(id, id);
    study.fail(7);
    study.end(8, { state: 'stopped', resource: 0, reason: 'by a person' });
    study.fail(9, 'invalid-configuration');
    expect(study.step()).toMatchObject({ kind: 'start', until: 1 });
    study.run(10, 0);
    expect([study.step(), study.step(), study.step()]).toMatchObject([{ trial: 10 }, { trial: 1 }, { trial: 2 }]);
    // One of those who went on is no good: the best of those who waited takes its place, after a new trial was tried.
    study.fail(10, 'invalid-configuration');
    expect(study.step()).toMatchObject({ kind: 'start', until: 1 });
    expect(study.ask()).toMatchObject({ kind: 'wait' });
    study.run(11, 9);
    expect(study.step()).toMatchObject({ trial: 3, until: 3 });
    expect(study.ask()).toMatchObject({ kind: 'wait' });
  });

  it('goes on with fewer if not enough have a value', () => {
    const study = new ManualStudy(successiveHalving({ maxResource: 9, rounds: 1 }));
    study.start(9);
    for (let id = 1; id <= 9; id += 1) study.run(id, id === 5 ? 1 : BAD);
    expect(study.step()).toMatchObject({ trial: 5, until: 3 });
    study.run(5, 1);
    expect(study.step()).toMatchObject({ trial: 5, until: 9 });
    study.run(5, 1);
    expect(study.ask().kind).toBe('exhausted');
  });

  it('is judged as it is when the sampler has no more', () => {
    const space = parseSearchSpace({ x: { type: 'int', min: 1, max: 6 } });
    const study = new ManualStudy(successiveHalving({ maxResource: 9, sampler: grid() }), { space });
    study.start(6);
    expect(study.ask()).toMatchObject({ kind: 'wait' });
    for (let id = 1; id <= 6; id += 1) study.run(id, id);
    expect([study.step(), study.step()]).toMatchObject([
      { kind: 'resume', trial: 1, reason: '1st of 6 at rung 1: the best 2 go on' },
      { kind: 'resume', trial: 2, reason: '2nd of 6 at rung 1: the best 2 go on' },
    ]);
    for (const id of [1, 2]) study.run(id, id);
    // floor(2 / 3) of them go on.
    expect([study.step(), study.step()]).toMatchObject([
      { kind: 'stop', trial: 3, reason: '3rd of 6 at rung 1: the best 2 go on' },
      { kind: 'stop', trial: 1, reason: '1st of 2 at rung 3: too few to let one go on' },
    ]);
    expect(study.ask()).toEqual({ kind: 'exhausted', reason: 'every point of the grid was tried' });
  });
});

describe('rounds', () => {
  it('begin the next bracket while one waits, and close the ones that are over', async () => {
    const study = new ManualStudy(hyperband({ maxResource: 9, synchronous: true }));
    study.start(9 + 5 + 3);
    expect([...study.active.values()].map(({ until }) => until)).toEqual([
      ...Array.from({ length: 9 }, () => 1),
      ...Array.from({ length: 5 }, () => 3),
      ...Array.from({ length: 3 }, () => 9),
    ]);
    study.start();
    expect(study.active.get(18)!.until).toBe(1);
    const names = async (): Promise<string[]> => (await study.searcher.describe!()).brackets!.map(({ name }) => name);
    expect(await names()).toEqual(['0', '1', '2', '0 (round 2)']);
    // The second and the third bracket are over first.
    for (let id = 10; id <= 17; id += 1) study.run(id, id);
    study.step();
    study.run(10, 1);
    study.start(8 + 5 + 3 + 1);
    expect(await names()).toEqual(['0', '0 (round 2)', '1 (round 2)', '2 (round 2)', '0 (round 3)']);
  });

  it('bring as many trials to each rung as planned, in any order of arrival, with one failure in eight', () => {
    const options = fc.record({
      seed: fc.nat(1000),
      trials: fc.integer({ min: 1, max: 30 }),
      reductionFactor: fc.constantFrom(2, 2.5, 3),
      workers: fc.integer({ min: 1, max: 9 }),
    });
    fc.assert(
      fc.property(options, ({ seed, trials, reductionFactor, workers }) => {
        const study = new ManualStudy(successiveHalving({ maxResource: 9, trials, reductionFactor, rounds: 2 }));
        const arrivals = new Map<string, number>();
        const stream = createRandomStream(seed, 'order');
        let failures = 0;
        for (;;) {
          const next = study.active.size < workers ? study.step().kind : 'busy';
          if (next === 'exhausted') break;
          if (next === 'start' || next === 'resume' || next === 'stop') continue;
          const running = [...study.active.values()];
          const { id, until } = running[stream.integer(running.length)]!;
          if (stream.integer(8) === 0) {
            study.fail(id);
            failures += 1;
          } else study.run(id, stream.integer(5));
          const { bracket } = study.searcher.standing!(id)!.rungs[0]!;
          arrivals.set(`${bracket} ${until}`, (arrivals.get(`${bracket} ${until}`) ?? 0) + 1);
        }
        expect(study.active.size).toBe(0);
        expect(study.paused.size).toBe(0);
        expect(study.trials).toBe(2 * trials);
        const rungs = rungLevels({ minResource: 1, maxResource: 9, reductionFactor });
        const places = survivors(trials, rungs.length, reductionFactor);
        for (const bracket of ['0', '0 (round 2)']) {
          for (const [index, level] of rungs.entries()) {
            const came = arrivals.get(`${bracket} ${level}`) ?? 0;
            expect(came).toBeLessThanOrEqual(places[index]!);
            if (failures === 0) expect(came).toBe(places[index]);
          }
        }
      }),
      { seed: 8, numRuns: 150 },
    );
  });
});
