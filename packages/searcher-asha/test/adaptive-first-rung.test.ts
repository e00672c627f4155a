import { createRandomStream } from '@fettle/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RungEvidence } from '../src/adaptive-first-rung.ts';
import { rankCorrelation } from '../src/rank-correlation.ts';

const LEVELS = [1, 3, 9, 27];
const TOP = LEVELS.length - 1;

/** Tells of trials that begin at the top, with these values at the levels on the way. */
function witness(evidence: RungEvidence, curves: readonly (readonly number[])[]): void {
  for (const [index, curve] of curves.entries()) {
    evidence.start(index, TOP);
    for (const [level, value] of curve.entries()) evidence.report(index, LEVELS[level]!, value);
  }
}

/** Curves whose values at each level hold so much of the value at the top, the rest being chance. */
function curves(count: number, weights: readonly number[], seed = 1): number[][] {
  const stream = createRandomStream(seed, 'curves');
  return Array.from({ length: count }, () => {
    const quality = stream.normal();
    return weights.map((weight) => weight * quality + Math.sqrt(1 - weight * weight) * stream.normal());
  });
}

describe('RungEvidence', () => {
  it('begins at the lowest rung as long as nothing is known', () => {
    const evidence = new RungEvidence(LEVELS);
    expect(evidence.first).toBe(0);
    expect(evidence.notes).toEqual([]);
  });

  it('keeps to the lowest rung where early values tell the truth', () => {
    const evidence = new RungEvidence(LEVELS);
    witness(evidence, curves(40, [0.9, 0.95, 0.98, 1]));
    expect(evidence.first).toBe(0);
  });

  it.each([1, 2, 3])('skips %d rungs of pure chance', (rungs) => {
    const evidence = new RungEvidence(LEVELS);
    witness(
      evidence,
      curves(
        60,
        LEVELS.map((_, level) => (level < rungs ? 0 : 0.97)),
      ),
    );
    expect(evidence.first).toBe(rungs);
  });

  it('skips rungs that agree with each other and mislead about the end', () => {
    const evidence = new RungEvidence(LEVELS);
    witness(evidence, curves(20, [-0.95, -0.95, -0.95, 1]));
    expect(evidence.first).toBe(TOP);
    expect(evidence.notes[0]).toMatch(
      /^new trials begin at rung 27: the order at 9 says too little about the order at 27 \(rank correlation estimated at -0\.\d\d, from 20 trials\)$/,
    );
  });

  it('comes back down when more is seen', () => {
    const evidence = new RungEvidence(LEVELS);
    witness(evidence, [
      [1, 1, 1, 3],
      [2, 2, 2, 2],
      [3, 3, 3, 1],
    ]);
    expect(evidence.first).toBe(TOP);
    witness(evidence, curves(60, [0.95, 0.95, 0.95, 1]));
    expect(evidence.first).toBe(0);
  });

  it('does not listen to trials that were selected', () => {
    const evidence = new RungEvidence(LEVELS);
    for (let trial = 0; trial < 50; trial += 1) {
      evidence.start(trial, 0);
      for (const [index, level] of LEVELS.entries()) evidence.report(trial, level, index % 2 === 0 ? trial : -trial);
    }
    expect(evidence.first).toBe(0);
  });

  it('takes no value for a level that was leapt over', () => {
    // The first value beyond both 1 and 3 says nothing of how well those two agree.
    const evidence = new RungEvidence(LEVELS);
    for (let trial = 0; trial < 60; trial += 1) {
      evidence.start(trial, 1);
      if (trial % 4 === 0) evidence.report(trial, 1, -trial);
      evidence.report(trial, 3, trial);
    }
    expect(evidence.first).toBe(1);
    expect(evidence.notes[0]).toContain('15 trials');
  });

  it('leaves the ladder as it is where a program reports only at the end', () => {
    const evidence = new RungEvidence(LEVELS);
    for (let trial = 0; trial < 30; trial += 1) {
      evidence.start(trial, TOP);
      evidence.report(trial, 27, -trial);
    }
    expect(evidence.first).toBe(0);
  });

  it('counts those that fail on the way as the worst, and leaves out those that had diverged already', () => {
    // Whoever leads at 1 fails before 3.
    const failing = new RungEvidence([1, 3]);
    for (let trial = 0; trial < 20; trial += 1) {
      failing.start(trial, 1);
      failing.report(trial, 1, trial);
      if (trial < 10) failing.end(trial, Number.POSITIVE_INFINITY);
      else failing.report(trial, 3, trial);
    }
    expect(failing.first).toBe(1);
    // Half of them diverge at once: that alone would be a correlation of 0.75.
    const diverged = new RungEvidence([1, 3]);
    const stream = createRandomStream(3, 'values');
    for (let trial = 0; trial < 60; trial += 1) {
      diverged.start(trial, 1);
      const lost = trial % 2 === 0;
      diverged.report(trial, 1, lost ? Number.POSITIVE_INFINITY : stream.normal());
      diverged.report(trial, 3, lost ? Number.POSITIVE_INFINITY : stream.normal());
    }
    expect(diverged.first).toBe(1);
  });

  it('forgets trials that are removed', () => {
    const evidence = new RungEvidence([1, 3]);
    for (let trial = 0; trial < 20; trial += 1) {
      evidence.start(trial, 1);
      evidence.report(trial, 1, trial);
      evidence.remove(trial);
      evidence.report(trial, 3, -trial);
      evidence.end(trial, -trial);
    }
    expect(evidence.first).toBe(0);
  });

  it('is not confused by values that are all equal', () => {
    const evidence = new RungEvidence(LEVELS);
    witness(
      evidence,
      Array.from({ length: 30 }, () => [1, 1, 1, 1]),
    );
    expect(evidence.first).toBe(0);
  });
});

describe('rankCorrelation', () => {
  it('is 1 for the same order, -1 for the opposite, and undefined where there is no order', () => {
    const rising = fc.uniqueArray(fc.double({ noNaN: true }), { minLength: 2, maxLength: 30 });
    fc.assert(
      fc.property(rising, (values) => {
        // Both zeros are one value.
        const sorted = [...new Set(values.map((value) => value + 0))].sort((a, b) => a - b);
        fc.pre(sorted.length > 1);
        const same = sorted.map((value, index): [number, number] => [value, index]);
        expect(rankCorrelation(same)).toBeCloseTo(1, 12);
        expect(rankCorrelation(same.map(([value, index]) => [value, -index]))).toBeCloseTo(-1, 12);
        expect(rankCorrelation(same.map(([value]) => [value, 5]))).toBeUndefined();
      }),
      { seed: 1 },
    );
    expect(rankCorrelation([])).toBeUndefined();
  });

  it('gives ties their middle rank', () => {
    // Ranks 0.5, 0.5, 2, 3 against 0, 1, 2, 3: 4.5 / sqrt(4.5 * 5).
    const pairs: [number, number][] = [
      [1, 1],
      [1, 2],
      [2, 3],
      [Number.POSITIVE_INFINITY, 4],
    ];
    expect(rankCorrelation(pairs)).toBeCloseTo(4.5 / Math.sqrt(4.5 * 5), 12);
  });
});
