import { contractRow, maternRow } from './typescript-kernel.ts';
import type { LinearAlgebra } from './types.ts';

/** Rows that are worked on together, as in the WebAssembly: it does not change a result, only how memory is walked. */
const PANEL = 32;

/**
 * The linear algebra in plain TypeScript: the fallback where WebAssembly with vectors is missing or refused, and the
 * reference of its tests. The operations are those of assembly/linear-algebra.ts, in the same order, so the bits are the same.
 */
export function typescriptLinearAlgebra(): LinearAlgebra {
  /** The products of a tile, 4 x 4. */
  const sums = new Float64Array(16);
  /** The reciprocals of the diagonal of the tile that is solved with. */
  const reciprocals = new Float64Array(4);
  return {
    name: 'typescript',
    reserve: (...lengths) => lengths.map((length) => new Float64Array(length)),
    reserveBeside: (array, ...lengths) => [array, ...lengths.map((length) => new Float64Array(length))],

    cholesky(a, size, stride, from) {
      for (let panel = from; panel < size; panel += PANEL) {
        const end = Math.min(panel + PANEL, size);
        for (let j = 0; j < end; j += 4) {
          const rowJ = j * stride;
          let i = panel;
          if (j >= panel) {
            multiplyTile(sums, a, rowJ, a, rowJ, stride, j);
            const failed = factorTile(sums, reciprocals, a, rowJ + j, stride);
            if (failed >= 0) return j + failed;
            i = j + 4;
          } else {
            invertDiagonal(reciprocals, a, rowJ + j, stride);
          }
          for (; i < end; i += 4) {
            const rowI = i * stride;
            multiplyTile(sums, a, rowI, a, rowJ, stride, j);
            solveTile(sums, reciprocals, a, rowI + j, a, rowJ + j, stride);
          }
        }
      }
      return -1;
    },

    solveLower(l, size, stride, x, count) {
      for (let panel = 0; panel < count; panel += PANEL) {
        const end = Math.min(panel + PANEL, count);
        for (let j = 0; j < size; j += 4) {
          const rowJ = j * stride;
          invertDiagonal(reciprocals, l, rowJ + j, stride);
          for (let i = panel; i < end; i += 4) {
            const rowI = i * stride;
            multiplyTile(sums, x, rowI, l, rowJ, stride, j);
            solveTile(sums, reciprocals, x, rowI + j, l, rowJ + j, stride);
          }
        }
      }
    },

    solveLowerTransposed(l, size, stride, x, count) {
      for (let panel = 0; panel < count; panel += PANEL) {
        const end = Math.min(panel + PANEL, count);
        for (let j = size - 4; j >= 0; j -= 4) {
          invertDiagonal(reciprocals, l, j * stride + j, stride);
          for (let i = panel; i < end; i++) solveTransposedTile(reciprocals, x, i * stride, l, j, stride);
        }
      }
    },

    invert(l, size, stride, x) {
      for (let panel = 0; panel < size; panel += PANEL) {
        const end = Math.min(panel + PANEL, size);
        for (let j = panel; j < size; j += 4) {
          const rowJ = j * stride;
          invertDiagonal(reciprocals, l, rowJ + j, stride);
          for (let i = panel; i < end && i <= j; i += 4) {
            const rowI = i * stride;
            for (let r = 0; r < 4; r++) x.fill(0, rowI + r * stride + j, rowI + r * stride + j + 4);
            if (i === j) for (let r = 0; r < 4; r++) x[rowI + r * stride + j + r] = 1;
            multiplyTile(sums, x, rowI + i, l, rowJ + i, stride, j - i);
            solveTile(sums, reciprocals, x, rowI + j, l, rowJ + j, stride);
          }
        }
      }
      for (let panel = 0; panel < size; panel += PANEL) {
        const end = Math.min(panel + PANEL, size);
        for (let j = 0; j < end; j += 4) {
          for (let i = Math.max(panel, j); i < end; i += 4) {
            multiplyTile(sums, x, i * stride + i, x, j * stride + i, stride, size - i);
            for (let r = 0; r < 4; r++) x.set(sums.subarray(4 * r, 4 * r + 4), (i + r) * stride + j);
          }
        }
      }
    },

    maternRow,
    contractRow,
  };
}

/** sums[r][c] = the product of row r of `a` and row c of `b` over `length` columns: even and odd ones apart, then their sum. */
function multiplyTile(
  sums: Float64Array,
  a: Float64Array,
  startA: number,
  b: Float64Array,
  startB: number,
  stride: number,
  length: number,
): void {
  for (let r = 0; r < 4; r += 2) {
    for (let c = 0; c < 4; c += 2) {
      let a0 = startA + r * stride;
      let a1 = a0 + stride;
      let b0 = startB + c * stride;
      let b1 = b0 + stride;
      let even00 = 0;
      let odd00 = 0;
      let even01 = 0;
      let odd01 = 0;
      let even10 = 0;
      let odd10 = 0;
      let even11 = 0;
      let odd11 = 0;
      for (const end = a0 + length; a0 < end; a0 += 2, a1 += 2, b0 += 2, b1 += 2) {
        const x0 = a[a0] as number;
        const x1 = a[a1] as number;
        const y0 = b[b0] as number;
        const y1 = b[b1] as number;
        even00 += x0 * y0;
        even01 += x0 * y1;
        even10 += x1 * y0;
        even11 += x1 * y1;
        const u0 = a[a0 + 1] as number;
        const u1 = a[a1 + 1] as number;
        const v0 = b[b0 + 1] as number;
        const v1 = b[b1 + 1] as number;
        odd00 += u0 * v0;
        odd01 += u0 * v1;
        odd10 += u1 * v0;
        odd11 += u1 * v1;
      }
      const at = r * 4 + c;
      sums[at] = even00 + odd00;
      sums[at + 1] = even01 + odd01;
      sums[at + 4] = even10 + odd10;
      sums[at + 5] = even11 + odd11;
    }
  }
}

/** The reciprocals of the diagonal of the tile at `at`. */
function invertDiagonal(reciprocals: Float64Array, l: Float64Array, at: number, stride: number): void {
  for (let c = 0; c < 4; c++) reciprocals[c] = 1 / (l[at + c * stride + c] as number);
}

/** Replaces the tile of `x` by (tile - sums) L^-T, the tile of `l` being one of L on the diagonal. */
function solveTile(
  sums: Float64Array,
  reciprocals: Float64Array,
  x: Float64Array,
  atX: number,
  l: Float64Array,
  atL: number,
  stride: number,
): void {
  const [i0, i1, i2, i3] = reciprocals as unknown as [number, number, number, number];
  const l1 = atL + stride;
  const l2 = l1 + stride;
  const l3 = l2 + stride;
  const l10 = l[l1] as number;
  const l20 = l[l2] as number;
  const l21 = l[l2 + 1] as number;
  const l30 = l[l3] as number;
  const l31 = l[l3 + 1] as number;
  const l32 = l[l3 + 2] as number;
  for (let r = 0, at = atX; r < 4; r++, at += stride) {
    const s = 4 * r;
    const x0 = ((x[at] as number) - (sums[s] as number)) * i0;
    const x1 = ((x[at + 1] as number) - (sums[s + 1] as number) - x0 * l10) * i1;
    const x2 = ((x[at + 2] as number) - (sums[s + 2] as number) - x0 * l20 - x1 * l21) * i2;
    const x3 = ((x[at + 3] as number) - (sums[s + 3] as number) - x0 * l30 - x1 * l31 - x2 * l32) * i3;
    x[at] = x0;
    x[at + 1] = x1;
    x[at + 2] = x2;
    x[at + 3] = x3;
  }
}

/** Finishes the four columns from `j` on of one row, and subtracts them from all before. */
function solveTransposedTile(
  reciprocals: Float64Array,
  x: Float64Array,
  row: number,
  l: Float64Array,
  j: number,
  stride: number,
): void {
  const [i0, i1, i2, i3] = reciprocals as unknown as [number, number, number, number];
  const l0 = j * stride;
  const l1 = l0 + stride;
  const l2 = l1 + stride;
  const l3 = l2 + stride;
  const at = row + j;
  const x3 = (x[at + 3] as number) * i3;
  const x2 = ((x[at + 2] as number) - x3 * (l[l3 + j + 2] as number)) * i2;
  const x1 = ((x[at + 1] as number) - x3 * (l[l3 + j + 1] as number) - x2 * (l[l2 + j + 1] as number)) * i1;
  const x0 =
    ((x[at] as number) - x3 * (l[l3 + j] as number) - x2 * (l[l2 + j] as number) - x1 * (l[l1 + j] as number)) * i0;
  x[at] = x0;
  x[at + 1] = x1;
  x[at + 2] = x2;
  x[at + 3] = x3;
  for (let k = 0; k < j; k++) {
    x[row + k] =
      (x[row + k] as number) -
      x3 * (l[l3 + k] as number) -
      x2 * (l[l2 + k] as number) -
      x1 * (l[l1 + k] as number) -
      x0 * (l[l0 + k] as number);
  }
}

/** Replaces the tile by the Cholesky factor of (tile - sums). Returns -1, or the row whose pivot is not positive. */
function factorTile(
  sums: Float64Array,
  reciprocals: Float64Array,
  a: Float64Array,
  start: number,
  stride: number,
): number {
  for (let r = 0; r < 4; r++) {
    const row = start + r * stride;
    for (let c = 0; c <= r; c++) {
      const other = start + c * stride;
      let sum = (a[row + c] as number) - (sums[4 * r + c] as number);
      for (let k = 0; k < c; k++) sum -= (a[row + k] as number) * (a[other + k] as number);
      if (c < r) {
        a[row + c] = sum * (reciprocals[c] as number);
      } else {
        if (!(sum > 0)) return r;
        const root = Math.sqrt(sum);
        a[row + c] = root;
        reciprocals[c] = 1 / root;
      }
    }
  }
  return -1;
}
