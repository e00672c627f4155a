import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLinearAlgebra } from '../../src/linear-algebra/create-linear-algebra.ts';
import { type LinearAlgebra, paddedSize } from '../../src/linear-algebra/types.ts';
import { typescriptLinearAlgebra } from '../../src/linear-algebra/typescript-linear-algebra.ts';
import { wasmLinearAlgebra } from '../../src/linear-algebra/wasm-linear-algebra.ts';
import { paddedMatrix, positiveDefinite, seededNumbers } from './matrices.ts';

const wasm = wasmLinearAlgebra() as LinearAlgebra;
const twin = typescriptLinearAlgebra();

/** Everything the interface computes for one matrix. */
function everything(algebra: LinearAlgebra, matrix: Float64Array, size: number, rightHandSides: number) {
  const random = seededNumbers(99);
  const count = paddedSize(rightHandSides);
  const [a, inverse, rows] = algebra.reserve(size * size, size * size, count * size) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  a.set(matrix);
  rows.set(Float64Array.from({ length: count * size }, random));
  const failed = algebra.cholesky(a, size, size, 0);
  const factor = lowerTriangle(a, size);
  algebra.solveLower(a, size, size, rows, count);
  const forward = rows.slice();
  algebra.solveLowerTransposed(a, size, size, rows, count);
  algebra.invert(a, size, size, inverse);
  return { failed, factor, forward, backward: rows.slice(), inverse: lowerTriangle(inverse, size) };
}

function lowerTriangle(matrix: Float64Array, size: number): Float64Array {
  return matrix.map((x, at) => (at % size <= Math.floor(at / size) ? x : 0));
}

describe('the WebAssembly and its twin in TypeScript', () => {
  it('is what this machine runs', () => {
    expect(createLinearAlgebra().name).toBe('wasm');
  });

  it.each([1, 4, 5, 31, 32, 33, 64, 70, 131])('give the same bits at size %i', (n) => {
    const matrix = paddedMatrix(positiveDefinite(n, n), n);
    const size = paddedSize(n);
    for (const rightHandSides of [1, 40]) {
      const expected = everything(twin, matrix, size, rightHandSides);
      expect(everything(wasm, matrix, size, rightHandSides)).toEqual(expected);
      expect(expected.failed).toBe(-1);
    }
  });

  it('give the same bits for numbers of any size', () => {
    const numbers = fc.double({ min: -1e100, max: 1e100, noNaN: true });
    fc.assert(
      fc.property(fc.array(numbers, { minLength: 64, maxLength: 64 }), (entries) => {
        const matrix = Float64Array.from(entries);
        for (let i = 0; i < 8; i++) matrix[9 * i] = Math.abs(matrix[9 * i] as number) * 100 + 1;
        expect(everything(wasm, matrix, 8, 4)).toEqual(everything(twin, matrix, 8, 4));
      }),
      { seed: 1 },
    );
  });

  it.each([wasm, twin])('refuses a matrix that is not positive definite: $name', (algebra) => {
    const matrix = paddedMatrix(positiveDefinite(40, 3), 40);
    matrix[37 * 40 + 37] = -1;
    const [a] = algebra.reserve(1600) as [Float64Array];
    a.set(matrix);
    expect(algebra.cholesky(a, 40, 40, 0)).toBe(37);
    a.set(matrix);
    a[5 * 40 + 2] = Number.NaN;
    expect(algebra.cholesky(a, 40, 40, 0)).toBe(5);
  });

  it.each([wasm, twin])('appends rows with the bits of a factorisation from the start: $name', (algebra) => {
    const size = 72;
    const matrix = positiveDefinite(size, 5);
    const [a] = algebra.reserve(size * size) as [Float64Array];
    a.set(matrix);
    algebra.cholesky(a, size, size, 0);
    const whole = lowerTriangle(a, size);
    for (const from of [4, 32, 44, 68]) {
      const [b] = algebra.reserve(size * size) as [Float64Array];
      b.set(matrix);
      b.set(whole.subarray(0, from * size));
      expect(algebra.cholesky(b, size, size, from)).toBe(-1);
      expect(lowerTriangle(b, size)).toEqual(whole);
    }
  });

  it('refuses an array that is not of the last reservation', () => {
    expect(() => wasm.cholesky(new Float64Array(16), 4, 4, 0)).toThrow(RangeError);
  });
});
