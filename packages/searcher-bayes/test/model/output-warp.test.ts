import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitOutputWarp, OUTPUT_WARPS } from '../../src/model/output-warp.ts';
import { inverseYeoJohnson, yeoJohnson } from '../../src/model/yeo-johnson.ts';
import { seededNumbers } from '../linear-algebra/matrices.ts';
import { reference } from './reference.ts';

/** Losses over eleven decades, many of them equal. */
function losses(): Float64Array {
  const random = seededNumbers(5);
  return Float64Array.from({ length: 60 }, (_, i) => (i % 7 === 0 ? 1e-3 : 10 ** (11 * random() - 4)));
}

const SAMPLES: Record<string, Float64Array> = {
  'losses over eleven decades': losses(),
  'negated accuracies': losses().map((x) => -1 / (1 + x ** 0.2)),
  'a skewed sample on both sides of zero': losses().map((x) => Math.log(x) ** 3),
};

describe.each(OUTPUT_WARPS)('the warp %s', (kind) => {
  describe.each(Object.entries(SAMPLES))('of %s', (_, values) => {
    const warp = fitOutputWarp(kind, values);
    const distinct = [...new Set(values)].sort((a, b) => a - b);

    it('keeps the order', () => {
      const warped = distinct.map((value) => warp.forward(value));
      for (let i = 1; i < warped.length; i++) expect(warped[i]).toBeGreaterThan(warped[i - 1] as number);
    });

    it('has an inverse', () => {
      for (const value of distinct) {
        const again = warp.inverse(warp.forward(value));
        expect(Math.abs(again - value)).toBeLessThan(1e-6 * Math.abs(value) + 1e-12 * Math.abs(distinct.at(-1) ?? 0));
      }
    });

    it('standardises: mean 0, deviation 1', () => {
      const warped = values.map((value) => warp.forward(value));
      const mean = warped.reduce((sum, z) => sum + z, 0) / warped.length;
      const variance = warped.reduce((sum, z) => sum + (z - mean) ** 2, 0) / warped.length;
      expect([mean, variance]).toEqual([expect.closeTo(0, 9), expect.closeTo(1, 9)]);
    });

    it('is continuous below and above what it was fitted to, and goes on in the same order', () => {
      const [least, greatest] = [distinct[0] as number, distinct.at(-1)];
      const range = greatest - least;
      const ends = [least - range, least, greatest, greatest + range];
      const warped = ends.map((value) => warp.forward(value));
      for (let i = 1; i < warped.length; i++) expect(warped[i]).toBeGreaterThan(warped[i - 1] as number);
      expect(warp.forward(least - 1e-9 * Math.abs(least))).toBeCloseTo(warped[1] as number, 4);
      expect(warp.forward(greatest + 1e-9 * Math.abs(greatest))).toBeCloseTo(warped[2] as number, 4);
    });

    it('puts a failed observation half a deviation beyond the worst', () => {
      const worst = warp.forward(distinct.at(-1));
      for (const failed of [Number.POSITIVE_INFINITY, Number.NaN]) {
        expect(warp.forward(failed)).toBeCloseTo(worst + 0.5, 9);
      }
      expect(warp.forward(Number.NEGATIVE_INFINITY)).toBe(warp.forward(distinct[0] as number));
    });
  });

  it('has the slope of finite differences', () => {
    const random = seededNumbers(8);
    const values = Float64Array.from({ length: 40 }, () => 50 * random() ** 3 - 3).sort();
    const warp = fitOutputWarp(kind, values);
    // The slope of the half-rank is that of several ranks at once in the worse half: only the better half is exact.
    for (const value of values.slice(1, kind === 'half-rank' ? 19 : 40)) {
      const difference = (warp.forward(value + 1e-6) - warp.forward(value - 1e-6)) / 2e-6;
      expect(warp.slope(value) / difference).toBeCloseTo(1, 4);
    }
    if (kind === 'half-rank') {
      for (const value of values.slice(20)) expect(warp.slope(value)).toBeGreaterThan(0);
    }
  });

  it('takes whatever it is given', () => {
    const anything = fc.array(
      fc.oneof(
        fc.double(),
        fc.constantFrom(0, 1, 1e300, -1e300, 1.7e308, -1.7e308, 5e-324, Number.POSITIVE_INFINITY, Number.NaN),
      ),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(anything, fc.double(), (values, other) => {
        const warp = fitOutputWarp(kind, values);
        for (const value of [...values, other]) {
          const warped = warp.forward(value);
          expect(Number.isFinite(warped)).toBe(true);
          expect(Number.isFinite(warp.inverse(warped))).toBe(true);
        }
        const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
        for (let i = 1; i < sorted.length; i++) {
          expect(warp.forward(sorted[i] as number)).toBeGreaterThanOrEqual(warp.forward(sorted[i - 1] as number));
        }
      }),
      { seed: 3, numRuns: 300 },
    );
  });

  it.each([[[]], [[7]], [[3, 3, 3]], [[0, 0]], [[Number.NaN, Number.POSITIVE_INFINITY]]])(
    'maps values without spread to 0: %j',
    (values) => {
      const warp = fitOutputWarp(kind, values);
      for (const value of values.filter(Number.isFinite)) expect(warp.forward(value)).toBe(0);
      expect(warp.failed).toBe(0.5);
    },
  );
});

describe('the transformation of Yeo and Johnson', () => {
  it.each(reference.yeoJohnson.cases)('is that of SciPy at exponent $exponent', ({ exponent, warped }) => {
    reference.yeoJohnson.values.forEach((value, i) => {
      const expected = warped[i] as number;
      expect(Math.abs(yeoJohnson(value, exponent) - expected)).toBeLessThan(1e-13 * Math.max(1, Math.abs(expected)));
      expect(inverseYeoJohnson(expected, exponent)).toBeCloseTo(value, 9);
    });
  });
});
