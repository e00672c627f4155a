import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Incumbent } from '../src/engine/incumbent.ts';

describe('the incumbent', () => {
  it('is the trial with the least last value, whatever came before', () => {
    const value = fc.oneof(fc.integer({ min: -5, max: 5 }), fc.constant(Number.POSITIVE_INFINITY));
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 8 }), value), { maxLength: 60 }), (ends) => {
        const incumbent = new Incumbent();
        const last = new Map<number, number>();
        for (const [trial, result] of ends) {
          incumbent.ended(trial, result, false);
          last.set(trial, result);
          const least = Math.min(Number.POSITIVE_INFINITY, ...last.values());
          expect(incumbent.value).toBe(least);
          if (Number.isFinite(least)) expect(last.get(incumbent.best ?? 0)).toBe(least);
          else expect(incumbent.best).toBeUndefined();
        }
      }),
      { seed: 31 },
    );
  });

  it('counts a repeated configuration with the mean of its runs', () => {
    const incumbent = new Incumbent();
    incumbent.ended(1, 1, true);
    incumbent.ended(2, 2, true);
    incumbent.group(1, 3);
    incumbent.ended(3, 5, true);
    expect([incumbent.best, incumbent.value]).toEqual([2, 2]);
    incumbent.group(1, 4);
    incumbent.ended(4, -3, true);
    expect([incumbent.best, incumbent.value]).toEqual([1, 1]);
  });

  it('knows how many trials ended since it last improved by enough', () => {
    const incumbent = new Incumbent();
    for (const [index, value] of [9, 5, 4.9, 7, 4.8].entries()) incumbent.ended(index + 1, value, true);
    expect(incumbent.endedSinceImprovement(0)).toBe(0);
    expect(incumbent.endedSinceImprovement(0.5)).toBe(3);
    expect(incumbent.endedSinceImprovement(10)).toBe(4);
  });
});
