/*
 * The Matern-5/2 kernel of one point and many, and sums of its derivatives, for WebAssembly. Points lie column after column; two
 * points are worked on at once, so every function may read one number past the last point, and write one past the last result.
 */

/** ln 2 in two parts: the first has so few digits that its product with a small integer is exact. */
const LN2_HIGH: f64 = 6.9314718036912381649e-1;
const LN2_LOW: f64 = 1.90821492927058770002e-10;
/** Adding it to a number of less than 2^51 rounds to the nearest integer, which is then found in the lowest bits. */
const ROUNDER: f64 = 6755399441055744;

/** exp(-r) for r of [0, 700]: 2^k times the Taylor series of what is left, whose error is below the rounding's. */
function decay(r: v128): v128 {
  const x = f64x2.neg(r);
  const shifted = f64x2.add(f64x2.mul(x, f64x2.splat(Math.LOG2E)), f64x2.splat(ROUNDER));
  const k = f64x2.sub(shifted, f64x2.splat(ROUNDER));
  const rest = f64x2.sub(f64x2.sub(x, f64x2.mul(k, f64x2.splat(LN2_HIGH))), f64x2.mul(k, f64x2.splat(LN2_LOW)));
  let series = f64x2.splat(1.0 / 479001600);
  series = f64x2.add(f64x2.mul(series, rest), f64x2.splat(1.0 / 39916800));
  series = f64x2.add(f64x2.mul(series, rest), f64x2.splat(1.0 / 3628800));
  series = f64x2.add(f64x2.mul(series, rest), f64x2.splat(1.0 / 362880));
  series = f64x2.add(f64x2.mul(series, rest), f64x2.splat(1.0 / 40320));
  series = f64x2.add(f64x2.mul(series, rest), f64x2.splat(1.0 / 5040));
  series = f64x2.add(f64x2.mul(series, rest), f64x2.splat(1.0 / 720));
  series = f64x2.add(f64x2.mul(series, rest), f64x2.splat(1.0 / 120));
  series = f64x2.add(f64x2.mul(series, rest), f64x2.splat(1.0 / 24));
  series = f64x2.add(f64x2.mul(series, rest), f64x2.splat(1.0 / 6));
  series = f64x2.add(f64x2.mul(series, rest), f64x2.splat(0.5));
  series = f64x2.add(f64x2.mul(series, rest), f64x2.splat(1.0));
  series = f64x2.add(f64x2.mul(series, rest), f64x2.splat(1.0));
  return f64x2.mul(series, i64x2.shl(i64x2.add(shifted, i64x2.splat(1023)), 52));
}

/**
 * The kernel of the point whose columns are at `own` and the first `count` points of `points`, to `values`; its falling slope to
 * `slopes`, unless that is 0. Of the columns, `differences` are compared by difference, and then `mismatches` by label, each of
 * which adds the penalty at `penalties`. Strides are those between columns, in bytes.
 */
export function maternRow(
  values: usize,
  slopes: usize,
  own: usize,
  ownStride: usize,
  points: usize,
  stride: usize,
  count: i32,
  differences: i32,
  mismatches: i32,
  penalties: usize,
  scale: f64,
): void {
  const end = usize(count) << 3;
  const ownLabels = own + usize(differences) * ownStride;
  const labels = points + usize(differences) * stride;
  let j: usize = 0;
  // Two vectors at once: each coordinate of the point itself is loaded once for both, and their series do not wait for each other.
  for (; j + 16 < end; j += 32) {
    let first = f64x2.splat(0);
    let second = f64x2.splat(0);
    let mine = own;
    let theirs = points + j;
    for (let column = 0; column < differences; column++) {
      const coordinate = v128.load64_splat(mine);
      const one = f64x2.sub(coordinate, v128.load(theirs));
      const other = f64x2.sub(coordinate, v128.load(theirs, 16));
      first = f64x2.add(first, f64x2.mul(one, one));
      second = f64x2.add(second, f64x2.mul(other, other));
      mine += ownStride;
      theirs += stride;
    }
    first = mismatched(first, ownLabels, ownStride, labels + j, stride, mismatches, penalties);
    second = mismatched(second, ownLabels, ownStride, labels + j + 16, stride, mismatches, penalties);
    maternPair(values, slopes, j, first, scale);
    maternPair(values, slopes, j + 16, second, scale);
  }
  if (j >= end) return;
  let square = f64x2.splat(0);
  let mine = own;
  let theirs = points + j;
  for (let column = 0; column < differences; column++) {
    const difference = f64x2.sub(v128.load64_splat(mine), v128.load(theirs));
    square = f64x2.add(square, f64x2.mul(difference, difference));
    mine += ownStride;
    theirs += stride;
  }
  maternPair(
    values,
    slopes,
    j,
    mismatched(square, ownLabels, ownStride, labels + j, stride, mismatches, penalties),
    scale,
  );
}

/** The squared distances with what differing labels add to them. */
function mismatched(
  square: v128,
  own: usize,
  ownStride: usize,
  labels: usize,
  stride: usize,
  mismatches: i32,
  penalties: usize,
): v128 {
  let sum = square;
  for (let column: usize = 0; column < usize(mismatches); column++) {
    const differs = f64x2.ne(v128.load64_splat(own), v128.load(labels));
    sum = f64x2.add(sum, v128.and(differs, v128.load64_splat(penalties + (column << 3))));
    own += ownStride;
    labels += stride;
  }
  return sum;
}

/** The kernel and, unless `slopes` is 0, its falling slope at two squared distances, to place `j` of the results. */
function maternPair(values: usize, slopes: usize, j: usize, square: v128, scale: f64): void {
  // Beyond 700 the kernel is nothing, and the exponential would leave the range of numbers.
  const r = f64x2.min(f64x2.sqrt(f64x2.mul(f64x2.splat(5), square)), f64x2.splat(700));
  const scaled = f64x2.mul(f64x2.splat(scale), decay(r));
  const linear = f64x2.add(f64x2.splat(1), r);
  const third = f64x2.mul(f64x2.mul(r, r), f64x2.splat(1.0 / 3));
  v128.store(values + j, f64x2.mul(f64x2.add(linear, third), scaled));
  if (slopes) v128.store(slopes + j, f64x2.mul(f64x2.mul(f64x2.splat(5.0 / 3), linear), scaled));
}

/**
 * Adds to `sums`, per column, the sum over the points before point `index` of weight times squared difference (or times 1 where
 * labels differ); the weights are `(alpha_index alpha_j - inverse_j) slope_j`. Unless `pulls` is 0, it is columns of the same
 * shape as the points, and gets the derivatives with respect to the points' coordinates, `-weight (x_index - x_j)` and its opposite.
 */
export function contractRow(
  sums: usize,
  pulls: usize,
  index: i32,
  points: usize,
  stride: usize,
  differences: i32,
  mismatches: i32,
  alpha: usize,
  inverse: usize,
  slopes: usize,
  weights: usize,
): void {
  // With an odd number of points the point itself is one of them: it differs from itself in nothing.
  const end = usize(index + (index & 1)) << 3;
  const at = usize(index) << 3;
  const ownAlpha = v128.load64_splat(alpha + at);
  for (let j: usize = 0; j < end; j += 16) {
    const outer = f64x2.sub(f64x2.mul(ownAlpha, v128.load(alpha + j)), v128.load(inverse + j));
    v128.store(weights + j, f64x2.mul(outer, v128.load(slopes + j)));
  }
  for (let column = 0; column < differences + mismatches; column++) {
    const x = points + usize(column) * stride;
    const mine = v128.load64_splat(x + at);
    let sum = f64x2.splat(0);
    if (column >= differences) {
      for (let j: usize = 0; j < end; j += 16) {
        sum = f64x2.add(sum, v128.and(f64x2.ne(mine, v128.load(x + j)), v128.load(weights + j)));
      }
    } else if (!pulls) {
      for (let j: usize = 0; j < end; j += 16) {
        const difference = f64x2.sub(mine, v128.load(x + j));
        sum = f64x2.add(sum, f64x2.mul(f64x2.mul(v128.load(weights + j), difference), difference));
      }
    } else {
      const pull = pulls + usize(column) * stride;
      let total = f64x2.splat(0);
      for (let j: usize = 0; j < end; j += 16) {
        const difference = f64x2.sub(mine, v128.load(x + j));
        const weighted = f64x2.mul(v128.load(weights + j), difference);
        sum = f64x2.add(sum, f64x2.mul(weighted, difference));
        total = f64x2.add(total, weighted);
        v128.store(pull + j, f64x2.add(v128.load(pull + j), weighted));
      }
      store<f64>(pull + at, load<f64>(pull + at) - (f64x2.extract_lane(total, 0) + f64x2.extract_lane(total, 1)));
    }
    const into = sums + (usize(column) << 3);
    store<f64>(into, load<f64>(into) + (f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1)));
  }
}
