import { createRandomStream } from '@fettle/core';
import { describe, expect, it } from 'vitest';
import { crossingDifference } from '../src/growing-bracket.ts';
import { pasha } from '../src/index.ts';
import { ManualStudy } from './manual-study.ts';

/** Runs one worker until so many jobs are done; each trial reports at every resource up to its level. */
function work(study: ManualStudy, jobs: number, loss: (trial: number, resource: number) => number): void {
  for (let job = 0; job < jobs; job += 1) {
    study.step();
    for (const { id, resource, until } of study.active.values()) {
      for (let at = resource + 1; at <= until!; at += 1) study.report(id, at, loss(id, at));
      study.finish(id);
    }
  }
}

async function rungsInUse(study: ManualStudy): Promise<number> {
  const { brackets } = await study.searcher.describe!();
  return brackets![0]!.rungs.filter(({ results }) => results > 0).length;
}

const quality = (trial: number): number => createRandomStream(1, 'quality', trial).next();

describe('pasha', () => {
  it('uses no more than two rungs while the order of the trials is the same in both', async () => {
    const study = new ManualStudy(pasha({ maxResource: 81 }));
    work(study, 300, (trial, resource) => quality(trial) + 1 / resource);
    expect(await rungsInUse(study)).toBe(2);
    const { notes } = await study.searcher.describe!();
    expect(notes).toEqual(['the highest rung in use is 3 (of 81): the order of the best trials is stable']);
  });

  it('uses the next one as soon as the order changes, up to the top', async () => {
    const study = new ManualStudy(pasha({ maxResource: 81 }));
    // From rung to rung, the better becomes the worse.
    const turn = (resource: number): number => (Math.ceil(Math.log(resource) / Math.log(3) - 1e-9) % 2 === 0 ? 1 : -1);
    work(study, 300, (trial, resource) => turn(resource) * quality(trial));
    expect(await rungsInUse(study)).toBe(5);
    const { notes } = await study.searcher.describe!();
    expect(notes).toEqual(['all rungs are in use: the order of the best trials changed up to the top']);
  });

  it('takes no notice of changes that are within the noise that crossing curves show', async () => {
    const noisy = (noise: number) => (trial: number, resource: number) =>
      quality(trial) + noise * createRandomStream(1, 'noise', trial, resource).normal();
    // The values at rung 9 and 27 differ by noise; between them every curve has crossed many others and come back.
    const study = new ManualStudy(pasha({ minResource: 9, maxResource: 729 }));
    work(study, 200, noisy(0.02));
    const used = await rungsInUse(study);
    const { rungs } = (await study.searcher.describe!()).brackets![0]!;
    expect(rungs[1]!.results).toBeGreaterThan(20);
    expect(used).toBeLessThan(5);
    // Without the estimate of noise the first change of order adds a rung: the same study, reporting at its rungs only.
    const silent = new ManualStudy(pasha({ minResource: 9, maxResource: 729 }));
    for (let job = 0; job < 200; job += 1) {
      silent.step();
      for (const { id, until } of silent.active.values()) silent.run(id, noisy(0.02)(id, until!));
    }
    expect(await rungsInUse(silent)).toBe(5);
  });

  it('resumes trials of the rung that was the highest once there is a higher one', () => {
    const study = new ManualStudy(pasha({ maxResource: 9 }));
    const jobs: string[] = [];
    const values: { readonly [resource: number]: readonly number[] } = {
      1: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9],
      // In rung 3 it is the other way round.
      3: [0.9, 0.8, 0.7],
    };
    for (let job = 0; job < 13; job += 1) {
      study.step();
      for (const { id, until } of study.active.values()) {
        jobs.push(`${id} at ${until}`);
        study.run(id, values[until!]?.[id - 1] ?? 0);
      }
    }
    expect(jobs.join(', ')).toBe(
      '1 at 1, 2 at 1, 3 at 1, 1 at 3, 4 at 1, 5 at 1, 6 at 1, 2 at 3, 7 at 1, 8 at 1, 9 at 1, 3 at 3, 3 at 9',
    );
  });

  it('says nothing of an order before there is one, nor of a ladder that has nothing to add', async () => {
    const notes = async (maxResource: number): Promise<readonly string[]> =>
      (await new ManualStudy(pasha({ maxResource })).searcher.describe!()).notes;
    expect(await notes(81)).toEqual([
      'the highest rung in use is 3 (of 81): too few have come to it to compare orders',
    ]);
    expect(await notes(3)).toEqual([]);
    expect(await notes(1)).toEqual([]);
  });

  it('tells a trial that nobody goes on from the highest rung in use', () => {
    const study = new ManualStudy(pasha({ maxResource: 81 }));
    study.start(9);
    for (let id = 1; id <= 9; id += 1) study.run(id, id);
    for (const id of [1, 2]) {
      study.step();
      study.run(id, id);
    }
    study.step();
    const reason = '3rd of 3 at rung 3: no higher rung is in use yet';
    expect(study.run(3, 3)).toEqual({ kind: 'pause', reason });
    expect(study.searcher.standing!(1)!.rungs).toMatchObject([
      { resource: 1, quota: 3, state: 'promoted' },
      { resource: 3, quota: 0, state: 'waiting' },
    ]);
  });

  it('is rebuilt with as many rungs as it had', async () => {
    const study = new ManualStudy(pasha({ maxResource: 81 }));
    work(study, 60, (trial, resource) => createRandomStream(2, trial, resource).next());
    const before = await study.searcher.describe!();
    study.restart();
    expect(await study.searcher.describe!()).toEqual(before);
  });
});

describe('curves that cross and cross back', () => {
  const curve = (...values: number[]) => ({ resources: values.map((_, index) => index + 1), values });

  it('differ by noise: by what separates them last', () => {
    expect(crossingDifference(curve(1, 2, 1), curve(2, 1, 1.5))).toBe(0.5);
    expect(crossingDifference(curve(2, 1, 1.5), curve(1, 2, 1))).toBe(0.5);
  });

  it('are told from those that cross once or only touch', () => {
    expect(crossingDifference(curve(1, 2, 3), curve(2, 1, 1))).toBeUndefined();
    expect(crossingDifference(curve(1, 1, 1), curve(2, 1, 2))).toBeUndefined();
    expect(crossingDifference(curve(1), curve(2))).toBeUndefined();
  });

  it('are compared where both have reported, and where there is something to compare', () => {
    const sparse = { resources: [1, 3, 5], values: [2, 0, 2] };
    expect(crossingDifference(sparse, curve(1, 9, 1, 9, 1.75, 9))).toBe(0.25);
    const broken = {
      resources: [1, 2, 3, 4, 5],
      values: [1, Number.POSITIVE_INFINITY, 3, 0, Number.POSITIVE_INFINITY],
    };
    expect(crossingDifference(broken, curve(2, Number.POSITIVE_INFINITY, 1, 1, Number.POSITIVE_INFINITY))).toBe(0);
  });
});
