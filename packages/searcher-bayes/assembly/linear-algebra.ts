/*
 * The linear algebra of the Gaussian process for WebAssembly, in AssemblyScript. Matrices are row-major, double precision,
 * their sizes and strides multiples of 4; `stride` counts bytes here. Vectors hold two numbers, and only plain SIMD is used
 * (no fused multiply-add), so the results have the same bits on every machine. The twin in TypeScript,
 * src/linear-algebra/typescript-linear-algebra.ts, does the same operations in the same order.
 */

/** 4 x 4 numbers at the start of the memory: the products of a tile. */
const SUMS: usize = 0;
/** 4 numbers: the reciprocals of the diagonal of the tile that is solved with. */
const RECIPROCALS: usize = 128;
/** Rows that are worked on together, so that they stay in the second-level cache while the factor streams through. */
const PANEL: i32 = 32;

/** SUMS[r][c] = the product of row r of `a` and row c of `b` over `length` columns: even and odd ones apart, then their sum. */
function multiplyTile(a: usize, b: usize, stride: usize, length: i32): void {
  const a1 = a + stride;
  const a2 = a1 + stride;
  const a3 = a2 + stride;
  const end = usize(length) << 3;
  for (let half: usize = 0; half < 4; half += 2) {
    const b0 = b + half * stride;
    const b1 = b0 + stride;
    let s00 = f64x2.splat(0);
    let s01 = f64x2.splat(0);
    let s10 = f64x2.splat(0);
    let s11 = f64x2.splat(0);
    let s20 = f64x2.splat(0);
    let s21 = f64x2.splat(0);
    let s30 = f64x2.splat(0);
    let s31 = f64x2.splat(0);
    for (let k: usize = 0; k < end; k += 16) {
      const y0 = v128.load(b0 + k);
      const y1 = v128.load(b1 + k);
      let x = v128.load(a + k);
      s00 = f64x2.add(s00, f64x2.mul(x, y0));
      s01 = f64x2.add(s01, f64x2.mul(x, y1));
      x = v128.load(a1 + k);
      s10 = f64x2.add(s10, f64x2.mul(x, y0));
      s11 = f64x2.add(s11, f64x2.mul(x, y1));
      x = v128.load(a2 + k);
      s20 = f64x2.add(s20, f64x2.mul(x, y0));
      s21 = f64x2.add(s21, f64x2.mul(x, y1));
      x = v128.load(a3 + k);
      s30 = f64x2.add(s30, f64x2.mul(x, y0));
      s31 = f64x2.add(s31, f64x2.mul(x, y1));
    }
    const sums = SUMS + (half << 3);
    store<f64>(sums, f64x2.extract_lane(s00, 0) + f64x2.extract_lane(s00, 1));
    store<f64>(sums + 8, f64x2.extract_lane(s01, 0) + f64x2.extract_lane(s01, 1));
    store<f64>(sums + 32, f64x2.extract_lane(s10, 0) + f64x2.extract_lane(s10, 1));
    store<f64>(sums + 40, f64x2.extract_lane(s11, 0) + f64x2.extract_lane(s11, 1));
    store<f64>(sums + 64, f64x2.extract_lane(s20, 0) + f64x2.extract_lane(s20, 1));
    store<f64>(sums + 72, f64x2.extract_lane(s21, 0) + f64x2.extract_lane(s21, 1));
    store<f64>(sums + 96, f64x2.extract_lane(s30, 0) + f64x2.extract_lane(s30, 1));
    store<f64>(sums + 104, f64x2.extract_lane(s31, 0) + f64x2.extract_lane(s31, 1));
  }
}

/** RECIPROCALS = those of the diagonal of the tile at `l`. */
function invertDiagonal(l: usize, stride: usize): void {
  for (let c: usize = 0; c < 4; c++) store<f64>(RECIPROCALS + (c << 3), 1.0 / load<f64>(l + c * stride + (c << 3)));
}

/** Replaces the tile at `x` by (tile - SUMS) L^-T, `l` being the tile of L on the diagonal. */
function solveTile(x: usize, l: usize, stride: usize): void {
  const l1 = l + stride;
  const l2 = l1 + stride;
  const l3 = l2 + stride;
  const l10 = load<f64>(l1);
  const l20 = load<f64>(l2);
  const l21 = load<f64>(l2, 8);
  const l30 = load<f64>(l3);
  const l31 = load<f64>(l3, 8);
  const l32 = load<f64>(l3, 16);
  let sums = SUMS;
  for (let r = 0; r < 4; r++) {
    const x0 = (load<f64>(x) - load<f64>(sums)) * load<f64>(RECIPROCALS);
    const x1 = (load<f64>(x, 8) - load<f64>(sums, 8) - x0 * l10) * load<f64>(RECIPROCALS, 8);
    const x2 = (load<f64>(x, 16) - load<f64>(sums, 16) - x0 * l20 - x1 * l21) * load<f64>(RECIPROCALS, 16);
    const x3 = (load<f64>(x, 24) - load<f64>(sums, 24) - x0 * l30 - x1 * l31 - x2 * l32) * load<f64>(RECIPROCALS, 24);
    store<f64>(x, x0);
    store<f64>(x, x1, 8);
    store<f64>(x, x2, 16);
    store<f64>(x, x3, 24);
    x += stride;
    sums += 32;
  }
}

/** Replaces the tile at `a` by the Cholesky factor of (tile - SUMS). Returns -1, or the row whose pivot is not positive. */
function factorTile(a: usize, stride: usize): i32 {
  for (let r = 0; r < 4; r++) {
    const row = a + usize(r) * stride;
    for (let c = 0; c <= r; c++) {
      const other = a + usize(c) * stride;
      let sum = load<f64>(row + (c << 3)) - load<f64>(SUMS + (r << 5) + (c << 3));
      for (let k = 0; k < c; k++) sum -= load<f64>(row + (k << 3)) * load<f64>(other + (k << 3));
      if (c < r) {
        store<f64>(row + (c << 3), sum * load<f64>(RECIPROCALS + (c << 3)));
      } else {
        if (!(sum > 0)) return r;
        const root = sqrt(sum);
        store<f64>(row + (c << 3), root);
        store<f64>(RECIPROCALS + (c << 3), 1.0 / root);
      }
    }
  }
  return -1;
}

/** Cholesky factorisation in place, from row `from` on. Returns -1, or the row whose pivot is not positive. */
export function cholesky(a: usize, n: i32, stride: usize, from: i32): i32 {
  for (let panel = from; panel < n; panel += PANEL) {
    const end = min(panel + PANEL, n);
    for (let j = 0; j < end; j += 4) {
      const rowJ = a + usize(j) * stride;
      let i = panel;
      if (j >= panel) {
        multiplyTile(rowJ, rowJ, stride, j);
        const failed = factorTile(rowJ + (j << 3), stride);
        if (failed >= 0) return j + failed;
        i = j + 4;
      } else {
        invertDiagonal(rowJ + (j << 3), stride);
      }
      for (; i < end; i += 4) {
        const rowI = a + usize(i) * stride;
        multiplyTile(rowI, rowJ, stride, j);
        solveTile(rowI + (j << 3), rowJ + (j << 3), stride);
      }
    }
  }
  return -1;
}

/** Each row b of `x` becomes L^-1 b. */
export function solveLower(l: usize, n: i32, stride: usize, x: usize, count: i32): void {
  for (let panel = 0; panel < count; panel += PANEL) {
    const end = min(panel + PANEL, count);
    for (let j = 0; j < n; j += 4) {
      const rowJ = l + usize(j) * stride;
      invertDiagonal(rowJ + (j << 3), stride);
      for (let i = panel; i < end; i += 4) {
        const rowI = x + usize(i) * stride;
        multiplyTile(rowI, rowJ, stride, j);
        solveTile(rowI + (j << 3), rowJ + (j << 3), stride);
      }
    }
  }
}

/** Each row b of `x` becomes L^-T b: from the last columns on, each finished tile is subtracted from all before it. */
export function solveLowerTransposed(l: usize, n: i32, stride: usize, x: usize, count: i32): void {
  for (let panel = 0; panel < count; panel += PANEL) {
    const end = min(panel + PANEL, count);
    for (let j = n - 4; j >= 0; j -= 4) {
      const l0 = l + usize(j) * stride;
      const l1 = l0 + stride;
      const l2 = l1 + stride;
      const l3 = l2 + stride;
      const at = usize(j) << 3;
      invertDiagonal(l0 + at, stride);
      for (let i = panel; i < end; i++) {
        const row = x + usize(i) * stride;
        const tile = row + at;
        const x3 = load<f64>(tile, 24) * load<f64>(RECIPROCALS, 24);
        const x2 = (load<f64>(tile, 16) - x3 * load<f64>(l3 + at, 16)) * load<f64>(RECIPROCALS, 16);
        const x1 =
          (load<f64>(tile, 8) - x3 * load<f64>(l3 + at, 8) - x2 * load<f64>(l2 + at, 8)) * load<f64>(RECIPROCALS, 8);
        const x0 =
          (load<f64>(tile) - x3 * load<f64>(l3 + at) - x2 * load<f64>(l2 + at) - x1 * load<f64>(l1 + at)) *
          load<f64>(RECIPROCALS);
        store<f64>(tile, x0);
        store<f64>(tile, x1, 8);
        store<f64>(tile, x2, 16);
        store<f64>(tile, x3, 24);
        const y0 = f64x2.splat(x0);
        const y1 = f64x2.splat(x1);
        const y2 = f64x2.splat(x2);
        const y3 = f64x2.splat(x3);
        for (let k: usize = 0; k < at; k += 16) {
          let sum = v128.load(row + k);
          sum = f64x2.sub(sum, f64x2.mul(y3, v128.load(l3 + k)));
          sum = f64x2.sub(sum, f64x2.mul(y2, v128.load(l2 + k)));
          sum = f64x2.sub(sum, f64x2.mul(y1, v128.load(l1 + k)));
          sum = f64x2.sub(sum, f64x2.mul(y0, v128.load(l0 + k)));
          v128.store(row + k, sum);
        }
      }
    }
  }
}

/** The upper triangle of `x` becomes L^-T, whose row i is L^-1 e_i: nothing of it lies before column i. */
function invertTriangle(l: usize, n: i32, stride: usize, x: usize): void {
  for (let panel = 0; panel < n; panel += PANEL) {
    const end = min(panel + PANEL, n);
    for (let j = panel; j < n; j += 4) {
      const rowJ = l + usize(j) * stride;
      invertDiagonal(rowJ + (j << 3), stride);
      for (let i = panel; i < end && i <= j; i += 4) {
        const rowI = x + usize(i) * stride;
        const tile = rowI + (j << 3);
        for (let r: usize = 0; r < 4; r++) memory.fill(tile + r * stride, 0, 32);
        if (i == j) for (let r: usize = 0; r < 4; r++) store<f64>(tile + r * stride + (r << 3), 1);
        multiplyTile(rowI + (i << 3), rowJ + (i << 3), stride, j - i);
        solveTile(tile, rowJ + (j << 3), stride);
      }
    }
  }
}

/** The lower triangle of `x` becomes the inverse of L L^T. */
export function invert(l: usize, n: i32, stride: usize, x: usize): void {
  invertTriangle(l, n, stride, x);
  // L^-T L^-1, tile by tile: a tile reads only rows of L^-T from its own row's column on, and the tile on the diagonal is the last
  // to read itself, so the product may replace what nobody reads any more.
  for (let panel = 0; panel < n; panel += PANEL) {
    const end = min(panel + PANEL, n);
    for (let j = 0; j < end; j += 4) {
      const rowJ = x + usize(j) * stride;
      for (let i = max(panel, j); i < end; i += 4) {
        const rowI = x + usize(i) * stride;
        multiplyTile(rowI + (i << 3), rowJ + (i << 3), stride, n - i);
        for (let r: usize = 0; r < 4; r++) {
          memory.copy(rowI + r * stride + (j << 3), SUMS + (r << 5), 32);
        }
      }
    }
  }
}
