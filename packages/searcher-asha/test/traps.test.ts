import { API_VERSION, createRandomStream, defineSampler, random, type TrialId, type TrialOutcome } from '@fettle/core';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { asha, hyperband } from '../src/index.ts';
import { ManualStudy, testContext } from './manual-study.ts';

const BAD = Number.POSITIVE_INFINITY;

/** Starts trials and lets each run to its level with these values. @returns the decisions */
function runAll(study: ManualStudy, values: readonly number[]): string[] {
  const first = study.trials + 1;
  study.start(values.length);
  return values.map((value, index) => study.run(first + index, value).kind);
}

/** The trials that would be promoted now, one after another. */
function promotions(study: ManualStudy): TrialId[] {
  const promoted: TrialId[] = [];
  while (study.ask().kind === 'resume') {
    const suggestion = study.step();
    if (suggestion.kind === 'resume') promoted.push(suggestion.trial);
  }
  return promoted;
}

/** Mistakes that tuners make with this family of algorithms: each test fails on the wrong rule. */
describe('a value at a rung', () => {
  it('is the first at or beyond the level, in every rung that report passes, and late ones are marked', () => {
    const study = new ManualStudy(asha({ maxResource: 27 }));
    study.start();
    // Reports at 5, 10, 15 … with rungs at 1, 3, 9 and 27.
    expect(study.report(1, 5, 0.5)).toEqual({ kind: 'pause', reason: '1st of 1 at rung 3: too few to let one go on' });
    study.finish(1);
    const standing = study.searcher.standing!(1)!;
    expect(standing.rungs.map(({ resource, value, state }) => [resource, value, state])).toEqual([
      [1, 0.5, 'promoted'],
      [3, 0.5, 'waiting'],
    ]);
    expect(standing.notes).toEqual([
      'it came to rung 1 with its report at 5, the first beyond it',
      'it came to rung 3 with its report at 5, the first beyond it',
    ]);
  });

  it('is never replaced by a later one', () => {
    const study = new ManualStudy(asha({ maxResource: 9, variant: 'stopping' }));
    study.start(2);
    study.report(1, 1, 0.5);
    study.report(1, 2, 0.1);
    // 0.4 is better than what trial 1 had at rung 1, though worse than what it has now.
    expect(study.report(2, 1, 0.4)).toMatchObject({ kind: 'continue', reason: '1st of 2 at rung 1: the best goes on' });
    expect(study.searcher.standing!(1)!.rungs[0]).toMatchObject({ value: 0.5, rank: 2 });
  });

  it('is the best so far only if that is asked for', () => {
    for (const [rungValue, value] of [
      ['reported', 0.6],
      ['best', 0.2],
    ] as const) {
      const study = new ManualStudy(asha({ minResource: 3, maxResource: 9, rungValue }));
      study.start();
      for (const [resource, loss] of [0.4, 0.2, 0.6].entries()) study.report(1, resource + 1, loss);
      expect(study.searcher.standing!(1)!.rungs[0]!.value).toBe(value);
    }
  });

  it('does not come from reports after the decision to pause, and the decision stays', () => {
    const study = new ManualStudy(asha({ maxResource: 9 }));
    study.start();
    const decision = study.report(1, 1, 0.5);
    // The program does not stop at its level.
    for (const resource of [2, 3, 4, 9, 10]) expect(study.report(1, resource, 0)).toEqual(decision);
    study.finish(1);
    expect(study.searcher.standing!(1)!.rungs).toHaveLength(1);
  });

  it('does not leave a trial without anything to do when it goes on: it runs to the next rung that it has not passed', () => {
    const study = new ManualStudy(asha({ maxResource: 27 }));
    study.start(3);
    // A program that works in pieces of five looks only then whether it has come far enough.
    for (const resource of [1, 2, 3, 4, 5]) study.report(1, resource, 0.5);
    study.finish(1);
    study.run(2, 0.6);
    study.run(3, 0.7);
    // To 3 it would have had nothing to do, and would have ended as if it were complete.
    expect(study.step()).toMatchObject({ kind: 'resume', trial: 1, until: 9 });
    expect(study.report(1, 6, 0.4)).toMatchObject({
      kind: 'pause',
      reason: '1st of 1 at rung 3: too few to let one go on',
    });
    expect(study.searcher.standing!(1)!.rungs).toMatchObject([
      { resource: 1, value: 0.5 },
      { resource: 3, value: 0.4 },
    ]);
    // One that has gone beyond the top is complete as soon as it says so.
    study.report(1, 30, 0.3);
    study.finish(1);
    study.start(6);
    for (let id = 4; id <= 9; id += 1) study.run(id, id);
    for (const until of [3, 3]) expect(study.step()).toMatchObject({ kind: 'resume', until });
    for (const id of [2, 3]) study.run(id, id);
    expect(study.step()).toMatchObject({ kind: 'resume', trial: 1, until: 9 });
  });
});

describe('a value that is no number', () => {
  it('stays in the count, loses, and is never promoted, however few the others are', () => {
    const study = new ManualStudy(asha({ maxResource: 9 }));
    expect(runAll(study, [BAD, BAD, 0.5, BAD, BAD, BAD])).toEqual(['stop', 'stop', 'pause', 'stop', 'stop', 'stop']);
    // Two of six may go on; there is one with a value.
    expect(study.searcher.standing!(3)!.rungs[0]).toMatchObject({ rank: 1, of: 6, quota: 2 });
    expect(promotions(study)).toEqual([3]);
  });

  it('stops a trial even where there is nobody to compare it with', () => {
    const study = new ManualStudy(asha({ maxResource: 9, variant: 'stopping' }));
    study.start();
    expect(study.report(1, 1, BAD)).toEqual({ kind: 'stop', reason: 'its value at rung 1 is not a finite number' });
  });
});

describe('equal values', () => {
  it('are ranked by arrival, not by number and not all let through', () => {
    const study = new ManualStudy(asha({ maxResource: 9 }));
    study.start(6);
    for (const id of [4, 2, 6, 1, 3, 5]) study.run(id, 0.5);
    expect(promotions(study)).toEqual([4, 2]);
  });

  it('do not push out those who came before them', () => {
    const study = new ManualStudy(asha({ maxResource: 9, variant: 'stopping' }));
    study.start(4);
    expect([1, 2, 3, 4].map((id) => study.report(id, 1, 0.5).kind)).toEqual(['continue', 'stop', 'stop', 'stop']);
  });
});

describe('small numbers', () => {
  it('let nobody go on before there are reductionFactor results', () => {
    const study = new ManualStudy(asha({ maxResource: 9 }));
    runAll(study, [0.1, 0.2]);
    expect(study.ask().kind).toBe('start');
    runAll(study, [0.3]);
    expect(promotions(study)).toEqual([1]);
  });

  it.each([
    [3, [1, 1, 1, 1, 1, 2, 2, 2, 3]],
    [2.5, [1, 1, 1, 1, 2, 2, 2, 3, 3]],
  ])('let the best of so many run on in the stopping variant, eta = %s', (reductionFactor, places) => {
    const study = new ManualStudy(asha({ maxResource: 25, reductionFactor, variant: 'stopping' }));
    study.start(9);
    // Each is worse than the one before: it goes on only if all so far do.
    const reasons = Array.from({ length: 9 }, (_, index) => study.report(index + 1, 1, index).reason);
    const let_ = (count: number): string => (count === 1 ? 'the best goes on' : `the best ${count} go on`);
    expect(reasons.map((reason) => reason!.split(': ')[1])).toEqual(places.map(let_));
  });
});

describe('the stopping variant', () => {
  it('says everywhere that the best of however few goes on', async () => {
    const study = new ManualStudy(asha({ maxResource: 9, variant: 'stopping', maxTrials: 2 }));
    study.start(2);
    study.report(1, 1, 0.5);
    study.report(2, 1, 0.6);
    expect(study.searcher.standing!(1)!.rungs).toMatchObject([{ rank: 1, of: 2, quota: 1, state: 'promoted' }]);
    expect(study.searcher.standing!(2)!.rungs).toMatchObject([{ rank: 2, of: 2, quota: 1, state: 'stopped' }]);
    const { rungs } = (await study.searcher.describe!()).brackets![0]!;
    expect(rungs.map(({ cut }) => cut)).toEqual([0.5, undefined, undefined]);
    // Nobody waits who could go on.
    expect(study.ask()).toEqual({ kind: 'wait', reason: 'every trial has been started' });
  });
});

describe('a quota', () => {
  it('counts everybody who ever came, those who went on too', () => {
    const study = new ManualStudy(asha({ maxResource: 9 }));
    runAll(study, [0.1, 0.5, 0.6]);
    expect(promotions(study)).toEqual([1]);
    // With the promoted one left out, floor(3 / 3) of the others would be one more.
    runAll(study, [0.7]);
    expect(study.ask().kind).toBe('start');
    // With everybody in, the best two of six: 1, who is gone, and 2.
    runAll(study, [0.8, 0.9]);
    expect(promotions(study)).toEqual([2]);
  });

  it('is not given again after a crash, at any moment', () => {
    const study = new ManualStudy(asha({ maxResource: 27, reductionFactor: 3 }));
    const resumed: string[] = [];
    const stream = createRandomStream(1, 'values');
    for (let job = 0; job < 120; job += 1) {
      const suggestion = study.step();
      if (suggestion.kind === 'resume') resumed.push(`${suggestion.trial} to ${suggestion.until}`);
      study.restart();
      for (const id of study.active.keys()) study.run(id, stream.integer(5));
      study.restart();
    }
    expect(resumed.length).toBeGreaterThan(30);
    expect(new Set(resumed).size).toBe(resumed.length);
  });

  it('is not wasted on trials that cannot go on now: the next best that waits does', () => {
    const study = new ManualStudy(asha({ maxResource: 9 }));
    study.start(6);
    // 1 and 2 are the best, but 1 is still writing its checkpoint and 2 has failed doing so.
    for (const [index, value] of [0.1, 0.2, 0.3, 0.4, 0.5, 0.6].entries()) study.report(index + 1, 1, value);
    study.fail(2);
    for (const id of [3, 4, 5, 6]) study.finish(id);
    expect(study.ask().kind).toBe('start');
    study.finish(1);
    expect(promotions(study)).toEqual([1]);
  });
});

describe('a trial that is over', () => {
  it('loses at the rung it was on its way to if it failed', () => {
    const study = new ManualStudy(asha({ maxResource: 9 }));
    runAll(study, [0.1, 0.2]);
    study.start();
    study.fail(3);
    expect(study.searcher.standing!(3)!.rungs).toMatchObject([
      { resource: 1, value: BAD, rank: 3, of: 3, state: 'stopped' },
    ]);
    expect(promotions(study)).toEqual([1]);
    // It fails on its way to rung 3: it stays at rung 1, and its place there is not given to another.
    study.fail(1);
    expect(study.searcher.standing!(1)!.rungs).toMatchObject([
      { resource: 1, value: 0.1, state: 'promoted' },
      { resource: 3, value: BAD, state: 'stopped' },
    ]);
    expect(study.ask().kind).toBe('start');
  });

  it('was never there if its configuration was no good, and is replaced', () => {
    const study = new ManualStudy(asha({ maxResource: 9, maxTrials: 3 }));
    runAll(study, [0.1, 0.2]);
    study.start();
    expect(study.ask().kind).toBe('wait');
    study.fail(3, 'invalid-configuration');
    expect(study.searcher.standing!(3)).toBeUndefined();
    expect(study.ask().kind).toBe('start');
    runAll(study, [0.3]);
    expect(promotions(study)).toEqual([1]);
    // Found to be no good later: it disappears from the rungs it had passed.
    study.fail(1, 'invalid-configuration');
    expect(study.searcher.standing!(2)!.rungs[0]).toMatchObject({ rank: 1, of: 2, quota: 0 });
  });

  it('is compared by its last value if its program ended before the rung, and is not resumed', () => {
    const study = new ManualStudy(asha({ minResource: 3, maxResource: 27 }));
    study.start(3);
    study.report(1, 2, 0.05);
    study.finish(1);
    study.run(2, 0.2);
    study.run(3, 0.3);
    expect(study.searcher.standing!(1)!.rungs).toMatchObject([{ resource: 3, value: 0.05, rank: 1, of: 3, quota: 1 }]);
    // The one place belongs to trial 1, which needs no more.
    expect(study.ask().kind).toBe('start');
  });

  it('is compared by its last value even where the study counts its best', () => {
    const study = new ManualStudy(asha({ minResource: 3, maxResource: 27 }));
    study.start(2);
    study.report(1, 1, 0.05);
    study.report(1, 2, 0.4);
    study.end(1, { state: 'completed', value: 0.05, resource: 2 });
    study.report(2, 1, 0.04);
    study.run(2, 0.2);
    expect(study.searcher.standing!(1)!.rungs).toMatchObject([{ resource: 3, value: 0.4, rank: 2, of: 2 }]);
  });

  it('keeps what it has and gives no place to others if a person stopped it', () => {
    const study = new ManualStudy(asha({ maxResource: 9 }));
    runAll(study, [0.1, 0.2, 0.3]);
    expect(promotions(study)).toEqual([1]);
    study.end(1, { state: 'stopped', resource: 2, reason: 'by a person' });
    expect(study.searcher.standing!(1)!.rungs).toMatchObject([{ resource: 1, state: 'promoted' }]);
    expect(study.ask().kind).toBe('start');
  });

  it('is not promoted if a person stopped it while it waited', () => {
    const study = new ManualStudy(asha({ maxResource: 9 }));
    runAll(study, [0.1, 0.2, 0.3]);
    study.searcher.ended!(study.paused.get(1)!, { state: 'stopped', resource: 1, reason: 'by a person' });
    study.paused.delete(1);
    expect(study.searcher.standing!(1)!.rungs).toMatchObject([{ resource: 1, rank: 1, state: 'stopped' }]);
    expect(study.ask().kind).toBe('start');
  });

  it('is stopped if its program runs on beyond the top rung', () => {
    const study = new ManualStudy(asha({ maxResource: 9, minResource: 9 }));
    study.start();
    expect(study.report(1, 8, 0.1)).toEqual({ kind: 'continue' });
    expect(study.report(1, 10, 0.1)).toEqual({ kind: 'continue', reason: 'it has reached the top rung, 9' });
    expect(study.report(1, 12, 0.1)).toEqual({ kind: 'stop', reason: 'it has gone beyond the top rung, 9' });
  });
});

describe('the bracket of a trial', () => {
  const brackets = (plugin = hyperband({ maxResource: 81 }), context = {}): number[] => {
    const study = new ManualStudy(plugin, context);
    study.start(1000);
    return [...study.active.values()].map(({ until }) => until!);
  };

  it("is drawn by Hyperband's shares from the study's own stream", () => {
    const drawn = brackets();
    expect(brackets()).toEqual(drawn);
    const weights = [81 / 5, 27 / 4, 9 / 3, 3 / 2, 1];
    for (const [index, level] of [1, 3, 9, 27, 81].entries()) {
      const share = weights[index]! / weights.reduce((sum, weight) => sum + weight);
      const count = drawn.filter((until) => until === level).length;
      expect(Math.abs(count - 1000 * share)).toBeLessThan(3 * Math.sqrt(1000 * share * (1 - share)));
    }
    const other = brackets(undefined, { random: (purpose: string) => createRandomStream(2, purpose) });
    expect(other).not.toEqual(drawn);
  });

  it('does not matter for who goes on first: the promotion to the highest rung of all', () => {
    const study = new ManualStudy(asha({ maxResource: 27, brackets: 3 }));
    study.start(60);
    for (const id of study.active.keys()) study.run(id, id);
    const levels: number[] = [];
    while (study.ask().kind === 'resume') levels.push((study.step() as { until: number }).until);
    expect(new Set(levels)).toEqual(new Set([3, 9, 27]));
    expect(levels).toEqual([...levels].sort((a, b) => b - a));
  });

  it('is part of the reason where it is not the whole ladder', () => {
    const study = new ManualStudy(hyperband({ maxResource: 9, shares: [0, 1, 0] }));
    expect(study.step()).toMatchObject({ until: 3, reason: 'drawn at random; bracket 1 begins at rung 3' });
  });

  it('can be given', () => {
    const drawn = brackets(hyperband({ maxResource: 81, shares: [0, 3, 0, 1, 0] }));
    expect(new Set(drawn)).toEqual(new Set([3, 27]));
    expect(Math.abs(drawn.filter((until) => until === 3).length - 750)).toBeLessThan(50);
  });

  it('stays the same when its configuration is refused and another is asked for, and after a restart', () => {
    const study = new ManualStudy(hyperband({ maxResource: 81 }));
    for (let trial = 1; trial <= 30; trial += 1) {
      const first = study.searcher.ask(study.offer(0));
      expect(study.searcher.ask(study.offer(1))).toMatchObject({ until: (first as { until: number }).until });
      if (trial % 10 === 0) study.restart();
      expect(study.step()).toEqual(first);
    }
  });
});

describe('the sampler', () => {
  it('hears of every trial of every bracket, and of each report before the next question', () => {
    const told: string[] = [];
    const spy = defineSampler({
      name: 'spy',
      version: '0.0.0',
      apiVersion: API_VERSION,
      options: z.strictObject({}),
      create: (_options, context) => {
        const inner = random().create(context);
        return {
          sample: (offer) => inner.sample(offer),
          started: ({ id, until }) => void told.push(`started ${id} until ${until}`),
          reported: ({ id }, { resource, value }) => void told.push(`reported ${id}: ${value} at ${resource}`),
          ended: ({ id }, { state }: TrialOutcome) => void told.push(`ended ${id} ${state}`),
          describe: () => ({ notes: ['a note of the sampler'] }),
          close: () => void told.push('closed'),
        };
      },
    });
    const study = new ManualStudy(hyperband({ maxResource: 3, sampler: spy() }));
    study.start(4);
    const levels = [...study.active.values()].map(({ until }) => until);
    expect(new Set(levels)).toEqual(new Set([1, 3]));
    study.run(levels.indexOf(1) + 1, 0.5);
    expect(told).toEqual([
      ...levels.map((until, index) => `started ${index + 1} until ${until}`),
      `reported ${levels.indexOf(1) + 1}: 0.5 at 1`,
      `ended ${levels.indexOf(1) + 1} paused`,
    ]);
    void study.searcher.close?.();
    expect(told.at(-1)).toBe('closed');
  });

  it('may answer later', async () => {
    const later = defineSampler({
      name: 'later',
      version: '0.0.0',
      apiVersion: API_VERSION,
      options: z.strictObject({}),
      create: () => ({
        sample: async () => ({
          kind: 'configuration',
          configuration: { x: 0.5 },
          reason: 'thought over',
        }),
      }),
    });
    const searcher = asha({ maxResource: 9, sampler: later() }).create(testContext());
    expect(await searcher.ask(new ManualStudy(asha({ maxResource: 9 })).offer())).toEqual({
      kind: 'start',
      configuration: { x: 0.5 },
      until: 1,
      reason: 'thought over',
      details: undefined,
    });
  });
});
