import { describe, expect, it } from 'vitest';
import type { Columns, LinearAlgebra } from '../../src/linear-algebra/types.ts';
import { decay } from '../../src/linear-algebra/typescript-kernel.ts';
import { typescriptLinearAlgebra } from '../../src/linear-algebra/typescript-linear-algebra.ts';
import { wasmLinearAlgebra } from '../../src/linear-algebra/wasm-linear-algebra.ts';
import { seededNumbers } from './matrices.ts';

const implementations = [wasmLinearAlgebra() as LinearAlgebra, typescriptLinearAlgebra()];

/** Seven points in three columns of numbers and two of labels, in the memory of an implementation. */
const COUNT = 7;
const DIFFERENCES = 3;
const PENALTIES = [0.5, 2];
const random = seededNumbers(21);
const DATA = Float64Array.from({ length: 5 * COUNT }, (_, at) =>
  at < DIFFERENCES * COUNT ? 4 * random() : Math.floor(2 * random()),
);

interface Placed {
  readonly columns: Columns;
  readonly penalties: Float64Array;
  readonly rest: Float64Array[];
}

function place(algebra: LinearAlgebra, ...lengths: number[]): Placed {
  const [data, penalties, ...rest] = algebra.reserve(DATA.length, PENALTIES.length, ...lengths) as [
    Float64Array,
    Float64Array,
    ...Float64Array[],
  ];
  data.set(DATA);
  penalties.set(PENALTIES);
  return { columns: { data, stride: COUNT, differences: DIFFERENCES, mismatches: 2 }, penalties, rest };
}

/** The squared distance of two points, column by column. */
function squares(i: number, j: number): number[] {
  return Array.from({ length: 5 }, (_, column) => {
    const [x, y] = [DATA[column * COUNT + i] as number, DATA[column * COUNT + j] as number];
    return column < DIFFERENCES ? (x - y) ** 2 : x === y ? 0 : (PENALTIES[column - DIFFERENCES] as number);
  });
}

describe('the exponential', () => {
  it('is that of the platform, to the rounding', () => {
    for (let r = 0; r <= 700; r += 0.37) expect(Math.abs(decay(r) / Math.exp(-r) - 1)).toBeLessThan(5e-16);
    expect(decay(0)).toBe(1);
    expect(decay(Number.NaN)).toBeNaN();
  });
});

describe.each(implementations)('the kernel: $name', (algebra) => {
  it('is Matern-5/2, and its slope is its derivative', () => {
    for (let index = 0; index < COUNT; index++) {
      const { columns, penalties, rest } = place(algebra, 8, 8);
      const [values, slopes] = rest as [Float64Array, Float64Array];
      algebra.maternRow(values, slopes, columns, index, columns, COUNT, penalties, 1.7);
      const matern = (square: number): number => {
        const r = Math.sqrt(5 * square);
        return 1.7 * (1 + r + (r * r) / 3) * Math.exp(-r);
      };
      for (let j = 0; j < COUNT; j++) {
        const square = squares(index, j).reduce((sum, x) => sum + x, 0);
        expect(values[j]).toBeCloseTo(matern(square), 14);
        if (j === index) continue;
        const difference = (matern(square + 1e-5) - matern(square - 1e-5)) / 2e-5;
        expect(slopes[j]).toBeCloseTo(-2 * difference, 7);
      }
      expect(slopes[index]).toBeCloseTo((5 / 3) * 1.7, 14);
    }
  });

  it('falls to nothing far away, and is not a number where a coordinate is not', () => {
    const [own, other, penalties, values] = algebra.reserve(1, 3, 0, 4) as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    own.set([0]);
    other.set([1e9, Number.NaN, 1e200]);
    const shape = { differences: 1, mismatches: 0 };
    algebra.maternRow(
      values,
      undefined,
      { data: own, stride: 1, ...shape },
      0,
      { data: other, stride: 3, ...shape },
      3,
      penalties,
      1,
    );
    expect(values[0]).toBeLessThan(1e-290);
    expect(values[1]).toBeNaN();
    expect(values[2]).toBeLessThan(1e-290);
  });

  it('is contracted with weights, pair by pair', () => {
    const { columns, rest } = place(algebra, COUNT, COUNT, COUNT, COUNT, 5, DATA.length);
    const [alpha, inverse, slopes, weights, sums, pulls] = rest as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    for (const array of [alpha, inverse, slopes]) array.forEach((_, i) => (array[i] = random() - 0.3));
    const expected = { sums: [0, 0, 0, 0, 0], pulls: new Float64Array(DATA.length) };
    sums.fill(0);
    pulls.fill(0);
    for (let i = 1; i < COUNT; i++) {
      algebra.contractRow(sums, pulls, i, columns, alpha, inverse, slopes, weights);
      for (let j = 0; j < i; j++) {
        const weight = ((alpha[i] as number) * (alpha[j] as number) - (inverse[j] as number)) * (slopes[j] as number);
        squares(i, j).forEach((square, column) => {
          const isLabel = column >= DIFFERENCES;
          expected.sums[column] = (expected.sums[column] as number) + weight * (isLabel ? Number(square > 0) : square);
          if (isLabel) return;
          const pull = weight * ((DATA[column * COUNT + i] as number) - (DATA[column * COUNT + j] as number));
          expected.pulls[column * COUNT + i] = (expected.pulls[column * COUNT + i] as number) - pull;
          expected.pulls[column * COUNT + j] = (expected.pulls[column * COUNT + j] as number) + pull;
        });
      }
    }
    expected.sums.forEach((sum, column) => expect(sums[column]).toBeCloseTo(sum, 12));
    expected.pulls.forEach((pull, at) => expect(pulls[at]).toBeCloseTo(pull, 12));
    // Without the pulls the sums are the same.
    const before = sums.slice();
    sums.fill(0);
    for (let i = 1; i < COUNT; i++) algebra.contractRow(sums, undefined, i, columns, alpha, inverse, slopes, weights);
    expect(sums).toEqual(before);
  });
});

it('WebAssembly and TypeScript give the same bits, near and far', () => {
  const count = 4001;
  const results = implementations.map((algebra) => {
    const [own, data, penalties, values, slopes] = algebra.reserve(1, count, 0, count + 1, count + 1) as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    own.fill(0);
    data.forEach((_, j) => (data[j] = (j / 100) ** 2));
    const shape = { differences: 1, mismatches: 0 };
    algebra.maternRow(
      values,
      slopes,
      { data: own, stride: 1, ...shape },
      0,
      { data, stride: count, ...shape },
      count,
      penalties,
      0.37,
    );
    return [values.slice(0, count), slopes.slice(0, count)];
  });
  expect(results[0]).toEqual(results[1]);
});
