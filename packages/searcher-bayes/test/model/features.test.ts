import { describe, expect, it } from 'vitest';
import { createLinearAlgebra } from '../../src/linear-algebra/create-linear-algebra.ts';
import { factorise } from '../../src/model/covariance.ts';
import { encodePoints, mismatchPenalties, roundToLevel, scaleFeatures } from '../../src/model/features.ts';
import { kumaraswamy, kumaraswamySlope } from '../../src/model/kumaraswamy.ts';
import type { Dimension } from '../../src/model/types.ts';
import { MIXED_SPACE, randomPoints } from './samples.ts';

/** The squared distance of two coordinates of one dimension, at length-scale 2. */
function distance(dimension: Dimension, a: number, b: number): number {
  const features = scaleFeatures(encodePoints({ dimensions: [dimension] }, Float64Array.of(a, b)), {
    lengthScales: [2],
  });
  const [first, second] = [0, 1].map((point) => features.columns.map((_, column) => features.data[2 * column + point]));
  const penalties = mismatchPenalties(features, [2]);
  const differences = features.columns.filter(({ kind }) => kind === 'difference').length;
  return features.columns.reduce((sum, { kind }, column) => {
    const [x, y] = [first?.[column] as number, second?.[column] as number];
    const square = kind === 'difference' ? (x - y) ** 2 : x === y ? 0 : (penalties[column - differences] as number);
    return sum + 4 * square;
  }, 0);
}

describe('the distance of two points', () => {
  it('of a continuous dimension is their difference', () => {
    expect(distance({ kind: 'continuous' }, 0.2, 0.9)).toBeCloseTo(0.49, 12);
  });

  it('of a dimension with levels is that of the nearest ones', () => {
    expect(distance({ kind: 'continuous', levels: 3 }, 0.3, 0.7)).toBe(0);
    expect(distance({ kind: 'continuous', levels: 3 }, 0.2, 0.7)).toBe(0.25);
    expect(distance({ kind: 'continuous', levels: [0, 0.1, 1] }, 0.04, 0.5)).toBeCloseTo(0.01, 12);
  });

  it('of two different choices is one, whichever they are', () => {
    expect(distance({ kind: 'categorical', choices: 5 }, 1, 4)).toBe(1);
    expect(distance({ kind: 'categorical', choices: 5 }, 4, 4)).toBe(0);
  });

  it('of two inactive coordinates is zero', () => {
    expect(distance({ kind: 'continuous', conditional: true }, Number.NaN, Number.NaN)).toBe(0);
    expect(distance({ kind: 'categorical', choices: 2, conditional: true }, Number.NaN, Number.NaN)).toBe(0);
  });

  it('of an active and an inactive coordinate is one, and that from the middle', () => {
    expect(distance({ kind: 'continuous', conditional: true }, 0.5, Number.NaN)).toBe(1);
    expect(distance({ kind: 'continuous', conditional: true }, 0.9, Number.NaN)).toBeCloseTo(1.16, 12);
    expect(distance({ kind: 'categorical', choices: 2, conditional: true }, 1, Number.NaN)).toBe(1);
  });
});

it('the kernel is positive definite over mixed and conditional points', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const lengthScales = MIXED_SPACE.dimensions.map((_, i) => 0.1 * 2 ** ((seed + i) % 6));
    const features = scaleFeatures(encodePoints(MIXED_SPACE, randomPoints(MIXED_SPACE, 60, seed)), { lengthScales });
    const noise = new Float64Array(60).fill(1e-9);
    const { jitter } = factorise(createLinearAlgebra(), features, noise, { lengthScales, outputScale: 1 });
    expect(jitter).toBe(1e-10);
  }
});

describe('levels', () => {
  it('round to the nearest', () => {
    const uneven = { kind: 'continuous', levels: [0, 0.1, 0.7, 1] } as const;
    expect([-1, 0.04, 0.06, 0.39, 0.41, 0.84, 0.86, 2].map((x) => roundToLevel(uneven, x))).toEqual([
      0, 0, 0.1, 0.1, 0.7, 0.7, 1, 1,
    ]);
    expect([0, 0.12, 0.13, 0.99].map((x) => roundToLevel({ kind: 'continuous', levels: 5 }, x))).toEqual([
      0, 0, 0.25, 1,
    ]);
    expect(roundToLevel({ kind: 'continuous', levels: 1 }, 0.7)).toBe(0);
  });
});

describe('the Kumaraswamy warp', () => {
  it('maps [0, 1] onto itself in order, and is nothing at exponents 1', () => {
    const grid = Array.from({ length: 21 }, (_, i) => i / 20);
    for (const [a, b] of [[0.2, 3] as const, [4, 0.5] as const]) {
      const warped = grid.map((x) => kumaraswamy(x, { a, b }));
      expect([warped[0], warped[20]]).toEqual([0, 1]);
      for (let i = 1; i <= 20; i++) expect(warped[i]).toBeGreaterThan(warped[i - 1] as number);
    }
    expect(grid.map((x) => kumaraswamy(x, { a: 1, b: 1 }))).toEqual(grid.map((x) => expect.closeTo(x, 14)));
  });

  it('has a slope, finite at the ends too', () => {
    for (const exponents of [
      { a: 0.2, b: 3 },
      { a: 4, b: 0.5 },
    ]) {
      for (const x of [0.1, 0.5, 0.9]) {
        const difference = (kumaraswamy(x + 1e-6, exponents) - kumaraswamy(x - 1e-6, exponents)) / 2e-6;
        expect(kumaraswamySlope(x, exponents)).toBeCloseTo(difference, 6);
      }
      for (const x of [0, 1]) expect(Number.isFinite(kumaraswamySlope(x, exponents))).toBe(true);
    }
  });
});
