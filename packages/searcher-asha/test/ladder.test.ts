import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rungLevels, rungLevelsFromTop, wholeFactors } from '../src/ladder.ts';

const levels = (minResource: number, maxResource: number, reductionFactor: number): readonly number[] =>
  rungLevels({ minResource, maxResource, reductionFactor });

describe('a ladder', () => {
  it('has every rung where quotients of logarithms lose one', () => {
    expect(levels(1, 243, 3)).toEqual([1, 3, 9, 27, 81, 243]);
    expect(levels(3, 729, 3)).toEqual([3, 9, 27, 81, 243, 729]);
    expect(levels(1, 1000, 10)).toEqual([1, 10, 100, 1000]);
    expect(levels(1, 59_049, 9)).toEqual([1, 9, 81, 729, 6561, 59_049]);
    expect(levels(10, 1000, 10)).toEqual([10, 100, 1000]);
    expect(levels(1, 1e6, 10)).toHaveLength(7);
    // What they would have said of two of these.
    expect(Math.floor(Math.log(1000) / Math.log(10))).toBe(2);
    expect(Math.floor(Math.log(59_049) / Math.log(9))).toBe(4);
  });

  it('is exact for every reduction factor up to 10 and every height up to 20', () => {
    for (let factor = 2n; factor <= 10n; factor += 1n) {
      for (let height = 0n; height <= 20n; height += 1n) {
        const expected = Array.from({ length: Number(height) + 1 }, (_, k) => Number(factor ** BigInt(k)));
        expect(levels(1, Number(factor ** height), Number(factor)), `${factor}^${height}`).toEqual(expected);
      }
    }
  });

  it('has maxResource as its top, and no rung closer below it than half a step', () => {
    expect(levels(1, 100, 3)).toEqual([1, 3, 9, 27, 100]);
    expect(levels(1, 80, 3)).toEqual([1, 3, 9, 27, 80]);
    expect(levels(1, 52, 3)).toEqual([1, 3, 9, 27, 52]);
    expect(levels(1, 46, 3)).toEqual([1, 3, 9, 46]);
    expect(levels(4, 32, 4)).toEqual([4, 16, 32]);
    expect(levels(4, 31, 4)).toEqual([4, 31]);
    expect(levels(7, 7, 3)).toEqual([7]);
    // The lowest is what was asked for, however close.
    expect(levels(8, 9, 3)).toEqual([8, 9]);
  });

  it('keeps whole resources whole, rounding halves up, and has each level once', () => {
    expect(levels(1, 100, 2.5)).toEqual([1, 3, 6, 16, 39, 100]);
    expect(levels(1, 4, 1.2)).toEqual([1, 2, 3, 4]);
    expect(levels(2, 40, 1.5)).toEqual([2, 3, 5, 7, 10, 15, 23, 40]);
  });

  it('has the decimal levels that a person would write', () => {
    expect(levels(0.1, 2.7, 3)).toEqual([0.1, 0.3, 0.9, 2.7]);
    expect(levels(0.1, 0.1 * 3 ** 4, 3)).toHaveLength(5);
    expect(levels(1e-7, 1e-4, 10)).toEqual([1e-7, 1e-6, 1e-5, 1e-4]);
    expect(levels(0.3, 10, 1.1).at(-1)).toBe(10);
  });

  it('rises by a whole factor up to the last step, which is between a half and one and a half', () => {
    const options = fc.record({
      min: fc.integer({ min: 1, max: 1000 }),
      times: fc.double({ min: 1, max: 1e6, noNaN: true }),
      factor: fc.integer({ min: 12, max: 100 }).map((tenths) => tenths / 10),
    });
    fc.assert(
      fc.property(options, ({ min, times, factor }) => {
        const max = Math.ceil(min * times);
        const all = levels(min, max, factor);
        expect(all[0]).toBe(min);
        expect(all.at(-1)).toBe(max);
        for (const [index, level] of all.slice(1).entries()) {
          const last = index === all.length - 2;
          expect(Number.isInteger(level)).toBe(true);
          expect(level).toBeGreaterThan(all[index]!);
          // Half a unit of rounding on both sides; levels that fall together are far below that.
          const step = last ? (index === 0 ? 1 : factor ** 0.5) : factor;
          expect(level + 0.5).toBeGreaterThanOrEqual((all[index]! - 0.5) * step * (1 - 1e-9));
          if (last) expect(level - 0.5).toBeLessThanOrEqual((all[index]! + 0.5) * factor ** 1.5);
        }
      }),
      { seed: 31, numRuns: 500 },
    );
  });

  it('refuses what makes no ladder, and says what to do', () => {
    for (const [min, max, factor] of [
      [0, 9, 3],
      [10, 9, 3],
      [1, 9, 1],
      [1, Number.POSITIVE_INFINITY, 3],
      [Number.NaN, 9, 3],
      [1, 9, Number.POSITIVE_INFINITY],
    ] as const) {
      expect(() => levels(min, max, factor)).toThrow(expect.objectContaining({ code: 'options-invalid' }));
    }
    expect(() => levels(1, 9, 1.000_01)).toThrow(/more than 100 rungs/);
  });

  it('counts the whole factors between two numbers exactly', () => {
    expect(wholeFactors(1, 243, 3)).toBe(5);
    expect(wholeFactors(1, 242, 3)).toBe(4);
    expect(wholeFactors(1, 1000, 10)).toBe(3);
    expect(wholeFactors(0.1, 2.7, 3)).toBe(3);
    expect(wholeFactors(1, 1, 4)).toBe(0);
    expect(() => wholeFactors(1, 1e300, 1.5)).toThrow(/more than 100 rungs/);
  });

  it('hangs from the top where it is built by division', () => {
    expect(rungLevelsFromTop(64, 4, 4)).toEqual([1, 4, 16, 64]);
    expect(rungLevelsFromTop(100, 4, 4)).toEqual([1, 6, 25, 100]);
    expect(rungLevelsFromTop(9, 4, 5)).toEqual([1, 2, 9]);
    expect(rungLevelsFromTop(0.9, 3, 3)).toEqual([0.1, 0.3, 0.9]);
    expect(rungLevelsFromTop(243, 3, 6)).toEqual([1, 3, 9, 27, 81, 243]);
    expect(rungLevelsFromTop(100, 2.5, 3)).toEqual([16, 40, 100]);
  });
});
