import { describe, expect, it } from 'vitest';
import { bracketHeights, splitTrials } from '../src/adaptive.ts';
import { adaptive, asha, hyperband, successiveHalving } from '../src/index.ts';
import { hyperbandPlaces } from '../src/places.ts';
import { ManualStudy, testContext } from './manual-study.ts';

/** Nine configurations: 1, 6 and 8 are the best after resource 1, in this order; after 3, it is 8, 6 and 1. */
const AT_1 = [0.1, 0.9, 0.8, 0.9, 0.8, 0.2, 0.7, 0.3, 0.9];
const AT_3 = [0.09, 0.9, 0.9, 0.9, 0.9, 0.08, 0.9, 0.07, 0.9];

/** Runs one worker's jobs one after another until so many are done, as `trial at resource`. */
function oneWorker(study: ManualStudy, jobs: number): string[] {
  return Array.from({ length: jobs }, () => {
    const suggestion = study.step();
    if (suggestion.kind === 'stop') return `stop ${suggestion.trial}`;
    if (suggestion.kind === 'wait' || suggestion.kind === 'exhausted') return suggestion.kind;
    const [trial] = study.active.values();
    if (trial === undefined) throw new Error('nothing runs');
    const { id, until } = trial;
    study.run(id, (until === 1 ? AT_1 : AT_3)[id - 1]!);
    return `${id} at ${until}`;
  });
}

describe("the example of ASHA's paper: nine configurations, R = 9, eta = 3, one worker", () => {
  it('is promoted as they come by ASHA (Li et al. 2020)', () => {
    expect(oneWorker(new ManualStudy(asha({ maxResource: 9 })), 13).join(', ')).toBe(
      '1 at 1, 2 at 1, 3 at 1, 1 at 3, 4 at 1, 5 at 1, 6 at 1, 6 at 3, 7 at 1, 8 at 1, 9 at 1, 8 at 3, 8 at 9',
    );
  });

  it('is promoted rung by rung by successive halving', () => {
    const jobs = oneWorker(new ManualStudy(successiveHalving({ maxResource: 9, rounds: 1 })), 20);
    expect(jobs.slice(0, 9)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9].map((trial) => `${trial} at 1`));
    expect(jobs.slice(9, 12)).toEqual(['1 at 3', '6 at 3', '8 at 3']);
    // Four were among the best three when they came, and so were 1 and 6 the best at rung 3, each for a while.
    expect(jobs.slice(12, 18)).toEqual(['stop 7', 'stop 3', 'stop 5', 'stop 2', '8 at 9', 'stop 6']);
    expect(jobs.slice(18)).toEqual(['stop 1', 'exhausted']);
  });

  it('has reasons that count right', () => {
    const study = new ManualStudy(asha({ maxResource: 9 }));
    oneWorker(study, 3);
    expect(study.step()).toEqual({
      kind: 'resume',
      trial: 1,
      until: 3,
      reason: '1st of 3 at rung 1: the best goes on',
    });
    expect(study.report(1, 3, 0.3).reason).toBe('1st of 1 at rung 3: too few to let one go on');
    study.finish(1);
    study.start();
    expect(study.run(4, 0.85).reason).toBe('3rd of 4 at rung 1: the best goes on');
  });
});

describe("Hyperband's table for R = 81 and eta = 3 (Li et al. 2018, table 1)", () => {
  const table = [[81, 27, 9, 3, 1], [34, 11, 3, 1], [15, 5, 1], [8, 2], [5]];

  it('is what the formula says, for other factors exactly too', () => {
    expect([4, 3, 2, 1, 0].map((steps) => hyperbandPlaces(steps, 4, 3))).toEqual(table);
    // 6 / 6 · 1.1^5 · 10^5 = 161051 / 10^5: rounded up once, not because of a binary fraction.
    expect(hyperbandPlaces(5, 5, 1.1)[0]).toBe(2);
    expect(hyperbandPlaces(1, 2, 1.2)[0]).toBe(2);
    expect(hyperbandPlaces(20, 20, 10)[0]).toBe(1e20);
    // floor(98 / 2.5^5) = 1, though the whole parts of one division after the other come to 0.
    expect(hyperbandPlaces(5, 5, 2.5)).toEqual([98, 39, 15, 6, 2, 1]);
  });

  it('brings a trial of every bracket to the top, whatever the factor', () => {
    for (const reductionFactor of [1.1, 1.5, 1.7, 2, 2.5, 3, 3.5, 4.9]) {
      for (let most = 0; most <= 8; most += 1) {
        for (let steps = 0; steps <= most; steps += 1) {
          const places = hyperbandPlaces(steps, most, reductionFactor);
          expect(places).toHaveLength(steps + 1);
          expect(places.at(-1), `s = ${steps} of ${most}, eta = ${reductionFactor}`).toBeGreaterThanOrEqual(1);
        }
      }
    }
  });

  it('is the plan of one round, and what a study does', () => {
    const plugin = hyperband({ maxResource: 81, synchronous: true, rounds: 1 });
    const plan = plugin.create(testContext()).plan!({ workers: 4 });
    expect(plan.brackets.map(({ rungs }) => rungs.map(({ trials }) => trials))).toEqual(table);
    expect(plan.brackets[1]).toMatchObject({ name: '1', rungs: [{ resource: 3 }, {}, {}, { resource: 81 }] });
    expect(plan.trials).toBe(143);
    const study = new ManualStudy(plugin);
    const reached = new Map<string, number>();
    for (;;) {
      const suggestion = study.step();
      if (suggestion.kind === 'exhausted') break;
      if (suggestion.kind === 'stop') continue;
      const [trial] = study.active.values();
      const { id, until } = trial!;
      study.run(id, (id * 37) % 101);
      const { bracket } = study.searcher.standing!(id)!.rungs[0]!;
      reached.set(`${bracket} ${until}`, (reached.get(`${bracket} ${until}`) ?? 0) + 1);
    }
    const expected = table.flatMap((counts, bracket) =>
      counts.map((count, rung) => [`${bracket} ${3 ** (bracket + rung)}`, count]),
    );
    expect(Object.fromEntries(reached)).toEqual(Object.fromEntries(expected));
  });
});

describe("Determined's adaptive brackets", () => {
  it('have the published heights by mode', () => {
    expect(bracketHeights(4, 'aggressive')).toEqual([4]);
    expect(bracketHeights(4, 'standard')).toEqual([4, 3, 2]);
    expect(bracketHeights(4, 'conservative')).toEqual([4, 3, 2, 1]);
    expect(bracketHeights(5, 'standard')).toEqual([5, 4, 3]);
    expect(bracketHeights(1, 'standard')).toEqual([1]);
  });

  it('split the trials by eta^(rungs - 1) / rungs, what is left over to the tallest', () => {
    expect(splitTrials(20, 3, [3, 2, 1])).toEqual([12, 5, 3]);
    expect(splitTrials(50, 3, [4, 3])).toEqual([35, 15]);
    expect(splitTrials(50, 4, [3, 2])).toEqual([37, 13]);
    expect(splitTrials(100, 4, [4, 3, 2])).toEqual([70, 22, 8]);
    expect(splitTrials(16, 4, [3, 2])).toEqual([12, 4]);
    expect(splitTrials(2, 4, [3, 2, 1])).toEqual([1, 1, 0]);
    expect(splitTrials(1000, 2.5, [2, 1])).toEqual([556, 444]);
  });

  it('come from maxTrials, maxResource and a mode alone', () => {
    const plan = adaptive({ maxTrials: 100, maxResource: 64 }).create(testContext()).plan!({ workers: 16 });
    expect(plan.brackets.map(({ name, rungs }) => [name, ...rungs.map(({ resource }) => resource)])).toEqual([
      ['0', 1, 4, 16, 64],
      ['1', 4, 16, 64],
      ['2', 16, 64],
    ]);
    expect(plan.brackets.map(({ rungs }) => rungs[0]!.trials)).toEqual([70, 22, 8]);
    expect(plan.trials).toBe(100);
  });

  it('fill evenly up to their trials', () => {
    const study = new ManualStudy(
      adaptive({ maxTrials: 20, maxResource: 9, reductionFactor: 3, mode: 'conservative' }),
    );
    const begun = new Map<number, number>();
    for (let trial = 1; trial <= 20; trial += 1) {
      study.start();
      const until = study.active.get(trial)!.until!;
      begun.set(until, (begun.get(until) ?? 0) + 1);
      // After a quarter of the trials every bracket has about a quarter of its own.
      if (trial === 5) expect([1, 3, 9].map((level) => begun.get(level))).toEqual([3, 1, 1]);
    }
    expect([1, 3, 9].map((until) => begun.get(until))).toEqual([12, 5, 3]);
    expect(study.ask()).toMatchObject({ kind: 'wait' });
  });
});
