import { describe, expect, it } from 'vitest';
import { type LinearAlgebra, paddedSize } from '../../src/linear-algebra/types.ts';
import { typescriptLinearAlgebra } from '../../src/linear-algebra/typescript-linear-algebra.ts';
import { wasmLinearAlgebra } from '../../src/linear-algebra/wasm-linear-algebra.ts';
import { paddedMatrix, positiveDefinite } from './matrices.ts';

const implementations = [wasmLinearAlgebra() as LinearAlgebra, typescriptLinearAlgebra()];

describe.each(implementations)('the linear algebra: $name', (algebra) => {
  const n = 45;
  const size = paddedSize(n);
  const matrix = paddedMatrix(positiveDefinite(n, 7), n);
  const at = (of: Float64Array, i: number, j: number): number => of[i * size + j] as number;
  /** The entry of a product of n-vectors given by their entries. */
  const sum = (term: (k: number) => number): number =>
    Array.from({ length: size }, (_, k) => term(k)).reduce((a, b) => a + b, 0);

  const [a, inverse, rows] = algebra.reserve(size * size, size * size, 4 * size) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  a.set(matrix);
  algebra.cholesky(a, size, size, 0);
  algebra.invert(a, size, size, inverse);
  const known = Float64Array.from({ length: 4 * size }, (_, k) => Math.cos(k));
  rows.set(known);
  algebra.solveLower(a, size, size, rows, 4);
  const forward = rows.slice();
  rows.set(known);
  algebra.solveLowerTransposed(a, size, size, rows, 4);
  const backward = rows.slice();
  const lower = (i: number, j: number): number => (j <= i ? at(a, i, j) : 0);

  it('factorises: L L^T is the matrix', () => {
    for (let i = 0; i < size; i++) {
      for (let j = 0; j <= i; j++) expect(sum((k) => lower(i, k) * lower(j, k))).toBeCloseTo(at(matrix, i, j), 10);
    }
  });

  it('solves with L and with its transpose', () => {
    for (let r = 0; r < 4; r++) {
      for (let i = 0; i < size; i++) {
        expect(sum((k) => lower(i, k) * at(forward, r, k))).toBeCloseTo(at(known, r, i), 10);
        expect(sum((k) => lower(k, i) * at(backward, r, k))).toBeCloseTo(at(known, r, i), 10);
      }
    }
  });

  it('inverts', () => {
    const symmetric = (i: number, j: number): number => (j <= i ? at(inverse, i, j) : at(inverse, j, i));
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        expect(sum((k) => at(matrix, i, k) * symmetric(k, j))).toBeCloseTo(Number(i === j), 10);
      }
    }
  });

  it('hands out memory that grows with what is asked for', () => {
    const [small] = algebra.reserve(10) as [Float64Array];
    const [large, other] = algebra.reserve(200_000, 7) as [Float64Array, Float64Array];
    large.fill(3);
    other.fill(4);
    expect([small.length <= 10, large.length, other.length]).toEqual([true, 200_000, 7]);
    expect(new Set(large)).toEqual(new Set([3]));
  });

  it('keeps one array beside what it hands out, until another takes its place', () => {
    const [first, second] = [Float64Array.of(1, 2, 3, 4), new Float64Array(300_000).fill(5)];
    const copyOf = (array: Float64Array): Float64Array => {
      const [copy, room] = algebra.reserveBeside(array, 8) as [Float64Array, Float64Array];
      room.fill(9);
      return copy;
    };
    expect(copyOf(first)).toEqual(first);
    for (const scratch of algebra.reserve(400_000, 4)) scratch.fill(9);
    expect(copyOf(first)).toEqual(first);
    expect(copyOf(second)).toEqual(second);
    for (const scratch of algebra.reserve(500_000, 4)) scratch.fill(9);
    expect(copyOf(second)).toEqual(second);
    expect(copyOf(first)).toEqual(first);
  });
});
