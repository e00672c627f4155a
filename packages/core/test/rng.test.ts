import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalQuantile } from '../src/domain/normal-quantile.ts';
import { createRandomStream } from '../src/domain/rng.ts';

describe('a random stream', () => {
  it('gives these numbers, today and in every later version', () => {
    const stream = createRandomStream(7, 'trial', 3, 'sample', 0);
    expect([stream.next(), stream.next(), stream.next()]).toEqual(FIRST);
    expect([stream.integer(10), stream.integer(1000), stream.integer(2 ** 40)]).toEqual(INTEGERS);
    expect([stream.normal(), stream.normal()]).toEqual(NORMALS);
  });

  it('depends on its whole name, part by part', () => {
    const names: (readonly (number | string)[])[] = [
      [7],
      [8],
      [-7],
      ['7'],
      [7.5],
      [2 ** 40],
      [2 ** 40 + 2 ** 32],
      [7, 'a'],
      [7, 'a', 0],
      [7, 'a', ''],
      [7, 'ab', 'c'],
      [7, 'a', 'bc'],
      [7, 'abc'],
      [7, 1, 0],
      [7, 0, 1],
      [7, 10],
      [7, Number.NaN],
      [7, Number.POSITIVE_INFINITY],
    ];
    const first = names.map(([seed, ...rest]) => createRandomStream(seed!, ...rest).next());
    expect(new Set(first).size).toBe(names.length);
    for (const [index, [seed, ...rest]] of names.entries()) {
      expect(createRandomStream(seed!, ...rest).next()).toBe(first[index]);
    }
  });

  it('has nothing to do with the streams of the names beside it', () => {
    // Correlation of the first numbers of neighbours; its standard error is 1 / sqrt(20,000) = 0.007.
    const first = Array.from({ length: 20_001 }, (_, trial) => createRandomStream(1, 'trial', trial).next() - 0.5);
    let sum = 0;
    for (let trial = 0; trial < 20_000; trial++) sum += first[trial]! * first[trial + 1]!;
    expect(Math.abs((sum * 12) / 20_000)).toBeLessThan(0.03);
    expect(
      chiSquare(
        first.map((value) => Math.floor((value + 0.5) * 100)),
        100,
      ),
    ).toBeLessThan(CHI_SQUARE_99);
  });

  it('is uniform on [0, 1), with 53 bits', () => {
    const stream = createRandomStream(2);
    const draws = Array.from({ length: 50_000 }, () => stream.next());
    expect(draws.every((draw) => draw >= 0 && draw < 1 && Number.isInteger(draw * 2 ** 53))).toBe(true);
    expect(draws.some((draw) => !Number.isInteger(draw * 2 ** 52))).toBe(true);
    expect(
      chiSquare(
        draws.map((draw) => Math.floor(draw * 100)),
        100,
      ),
    ).toBeLessThan(CHI_SQUARE_99);
  });

  it('gives integers below the bound, each as often', () => {
    for (const bound of [1, 2, 3, 6, 7, 100]) {
      const stream = createRandomStream(3, bound);
      const draws = Array.from({ length: 20_000 }, () => stream.integer(bound));
      expect(Math.min(...draws)).toBe(0);
      expect(Math.max(...draws)).toBe(bound - 1);
      expect(chiSquare(draws, bound)).toBeLessThan(CHI_SQUARE_99);
    }
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 53 - 1 }), fc.integer(), (bound, seed) => {
        const draw = createRandomStream(seed).integer(bound);
        expect(Number.isSafeInteger(draw) && draw >= 0 && draw < bound).toBe(true);
      }),
      { seed: 4 },
    );
    // Above 2^32 both halves count.
    const stream = createRandomStream(4);
    const large = Array.from({ length: 2000 }, () => stream.integer(3 * 2 ** 40));
    expect(
      chiSquare(
        large.map((draw) => Math.floor(draw / 2 ** 40)),
        3,
      ),
    ).toBeLessThan(20);
    expect(new Set(large.map((draw) => draw % 1024)).size).toBeGreaterThan(500);
  });

  it.each([0, -1, 1.5, 2 ** 54, Number.NaN, Number.POSITIVE_INFINITY])('refuses the bound %d', (bound) => {
    expect(() => createRandomStream(1).integer(bound)).toThrow(`got ${bound}`);
  });

  it('gives normal deviates', () => {
    const stream = createRandomStream(5);
    const draws = Array.from({ length: 50_000 }, () => stream.normal());
    const mean = draws.reduce((sum, draw) => sum + draw, 0) / draws.length;
    const variance = draws.reduce((sum, draw) => sum + draw ** 2, 0) / draws.length;
    expect(Math.abs(mean)).toBeLessThan(0.02);
    expect(variance).toBeCloseTo(1, 1);
    expect(draws.filter((draw) => draw < -1.959963984540054).length / draws.length).toBeCloseTo(0.025, 2);
  });
});

describe('the normal quantile', () => {
  // Computed with scipy.special.ndtri 1.17.1.
  it.each([
    [1e-300, -37.0470962993612],
    [1e-20, -9.262340089798409],
    [1e-10, -6.361340902404056],
    [0.02, -2.053748910631823],
    [0.075, -1.4395314709384563],
    [0.3, -0.5244005127080409],
    [0.5, 0],
    [0.9, 1.2815515655446004],
    [0.999999, 4.753424308817087],
  ])('of %d is %d', (p, x) => {
    expect(Math.abs(normalQuantile(p) - x)).toBeLessThanOrEqual(1e-15 * Math.abs(x));
  });

  it('goes to the ends and no further', () => {
    expect([0, 1, -0.1, 1.1, Number.NaN].map(normalQuantile)).toEqual([
      Number.NEGATIVE_INFINITY,
      Number.POSITIVE_INFINITY,
      Number.NaN,
      Number.NaN,
      Number.NaN,
    ]);
  });
});

const FIRST = [0.014419355483461405, 0.33164322998797346, 0.9057382843176353];
const INTEGERS = [0, 681, 738518694919];
const NORMALS = [-0.20768183265101908, 0.5837206642319679];

/** 99.99 % point of chi-square with up to 99 degrees of freedom. */
const CHI_SQUARE_99 = 161.3;

function chiSquare(cells: readonly number[], count: number): number {
  const counts = Array<number>(count).fill(0);
  for (const cell of cells) counts[cell]! += 1;
  const expected = cells.length / count;
  return counts.reduce((sum, found) => sum + (found - expected) ** 2 / expected, 0);
}
