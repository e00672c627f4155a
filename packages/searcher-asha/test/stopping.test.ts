import fc from 'fast-check';
import { sobol } from '@fettle/core';
import { describeSearcher } from '@fettle/core/testing';
import { describe, expect, it } from 'vitest';
import { curveStopping, medianStopping } from '../src/index.ts';
import { CurveRule } from '../src/stopping/curve-rule.ts';
import { MedianRule } from '../src/stopping/median-rule.ts';
import type { RunningCurve } from '../src/stopping/stopping-rule.ts';
import { ManualStudy } from './manual-study.ts';

describeSearcher('median-stopping', () => medianStopping());
describeSearcher('median-stopping (Sobol, from 3 on)', () => medianStopping({ sampler: sobol(), startResource: 3 }));
describeSearcher('curve-stopping', () => curveStopping());

function curve(...values: number[]): RunningCurve {
  return { levels: values.map((_, index) => index + 1), values, best: Math.min(...values) };
}

describe('the median rule', () => {
  it('stops a trial whose best is strictly worse than the median of the averages up to its level', () => {
    const rule = new MedianRule(0, 3);
    for (const values of [
      [4, 2],
      [6, 4],
      [8, 6],
    ]) {
      rule.completed(curve(...values));
    }
    // Averages: 4, 6, 8 at level 1; 3, 5, 7 at level 2.
    expect(rule.judge(curve(6))).toBeUndefined();
    expect(rule.judge(curve(6.1))).toBe(
      "its best so far is worse than the median of 3 completed trials' averages up to 1",
    );
    expect(rule.judge(curve(6.1, 5.1))).toBeDefined();
    expect(rule.judge(curve(6.1, 5))).toBeUndefined();
    // The best so far counts, not the last.
    expect(rule.judge(curve(5, 100))).toBeUndefined();
  });

  it('takes the mean of the two in the middle of an even number', () => {
    const rule = new MedianRule(0, 2);
    for (const value of [1, 2, 4, 9]) rule.completed(curve(value));
    expect(rule.judge(curve(3))).toBeUndefined();
    expect(rule.judge(curve(3.01))).toBeDefined();
  });

  it('waits for enough trials and for the first level', () => {
    const rule = new MedianRule(2, 3);
    for (const value of [1, 1]) rule.completed(curve(value, value));
    expect(rule.judge(curve(9, 9))).toBeUndefined();
    rule.completed(curve(1, 1));
    expect(rule.judge(curve(9))).toBeUndefined();
    expect(rule.judge(curve(9, 9))).toBeDefined();
  });

  it('stops diverged trials, and is not misled by those that completed', () => {
    const rule = new MedianRule(0, 3);
    for (const value of [1, 2, Number.POSITIVE_INFINITY]) rule.completed(curve(value));
    expect(rule.judge(curve(Number.POSITIVE_INFINITY))).toBeDefined();
    expect(rule.judge(curve(2))).toBeUndefined();
    rule.completed(curve(Number.POSITIVE_INFINITY));
    // Half of all diverged: the median lies between 2 and infinity.
    expect(rule.judge(curve(50))).toBeUndefined();
  });

  it('does not go through all reports of a trial for each of them', () => {
    const rule = new MedianRule(0, 1);
    rule.completed(curve(1, 1, 1));
    const values = new Proxy([9, 8, 7], {
      get: () => {
        throw new Error('the values were looked at');
      },
    });
    expect(rule.judge({ levels: [1, 2, 3], values, best: 7 })).toBeDefined();
  });

  it('agrees with the definition, written down plainly', () => {
    const values = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(fc.array(values, { minLength: 1, maxLength: 12 }), values, (completed, running) => {
        const rule = new MedianRule(0, 1);
        for (const each of completed) rule.completed(curve(...each));
        const averages = completed
          .filter((each) => each.length >= running.length)
          .map((each) => each.slice(0, running.length).reduce((sum, value) => sum + value, 0) / running.length)
          .sort((a, b) => a - b);
        const half = averages.length >> 1;
        const median = averages.length % 2 === 1 ? averages[half]! : (averages[half - 1]! + (averages[half] ?? 0)) / 2;
        const stops = averages.length > 0 && Math.min(...running) > median;
        expect(rule.judge(curve(...running)) !== undefined).toBe(stops);
      }),
      { seed: 3 },
    );
  });
});

describe('the performance-curve rule', () => {
  /** Curves that fall to their final value in the same way, from twice as high. */
  const falling = (final: number): RunningCurve => curve(final * 2, final * 1.5, final);

  it('gives up a trial whose likes never came near the best', () => {
    const rule = new CurveRule(0, 10, 0.05);
    for (let final = 1; final <= 60; final += 1) rule.completed(falling(final));
    expect(rule.judge(curve(100))).toMatch(
      /^by 25 completed trials .* at 1, its chance of becoming the best is 1\.9 %$/,
    );
    expect(rule.judge(curve(1.9))).toBeUndefined();
  });

  it('keeps one that may still gain as much as it needs', () => {
    const rule = new CurveRule(0, 10, 0.05);
    // Half of those that stand at 10 end at 1, the others stay where they are.
    for (let trial = 0; trial < 40; trial += 1) rule.completed(curve(10 + trial / 100, trial % 2 === 0 ? 1 : 10));
    expect(rule.judge(curve(10))).toBeUndefined();
  });

  it('is never certain of little', () => {
    const rule = new CurveRule(0, 1, 0.05);
    for (let trial = 0; trial < 8; trial += 1) rule.completed(falling(1 + trial / 10));
    expect(rule.judge(curve(1000))).toBeUndefined();
  });

  it('gives up what has diverged, and learns nothing from it', () => {
    const rule = new CurveRule(0, 2, 0.05);
    for (const final of [1, 2, 3]) rule.completed(falling(final));
    rule.completed(curve(2, Number.POSITIVE_INFINITY));
    expect(rule.judge(curve(Number.POSITIVE_INFINITY))).toBe('its value at 1 is not a finite number');
  });

  it('asks as many others as a small probability takes', () => {
    const rule = new CurveRule(0, 10, 0.01);
    for (let final = 1; final <= 49; final += 1) rule.completed(falling(final));
    expect(rule.judge(curve(100))).toBeUndefined();
    rule.completed(falling(50));
    expect(rule.judge(curve(100))).toMatch(/^by 50 completed trials .* its chance of becoming the best is 0\.98 %$/);
  });

  it('waits for the first level', () => {
    const rule = new CurveRule(2, 10, 0.05);
    for (let final = 1; final <= 60; final += 1) rule.completed(falling(final));
    expect(rule.judge(curve(100))).toBeUndefined();
    expect(rule.judge(curve(100, 100))).toBeDefined();
  });
});

describe('curve-stopping', () => {
  it.each([
    ['last', 'stop'],
    ['best', 'continue'],
  ] as const)("takes a trial's %s value for what it came to where the study does", (value, kind) => {
    const objective = { metric: 'loss', goal: 'minimize', value } as const;
    const study = new ManualStudy(curveStopping(), { objective });
    // All come to 5 on the way, and end where they began: 20 at 10 and one, which is the best of them, at 8.
    study.start(21);
    for (const id of study.active.keys()) {
      const ends = id === 21 ? 8 : 10;
      for (const [at, loss] of [ends, 5, ends].entries()) study.report(id, at + 1, loss);
    }
    for (const id of study.active.keys()) study.finish(id);
    study.start();
    expect(study.report(22, 1, 9.9).kind).toBe(kind);
  });
});

describe('a stopping rule', () => {
  it('keeps to what it has decided until the trial has done so, whatever that reports meanwhile', () => {
    const study = new ManualStudy(medianStopping({ minTrials: 1 }));
    study.start(2);
    for (const at of [1, 2, 3]) study.report(1, at, 1);
    study.finish(1);
    const decision = study.report(2, 1, 9);
    expect(decision.kind).toBe('stop');
    for (const at of [2, 3]) expect(study.report(2, at, 0)).toEqual(decision);
  });
});
