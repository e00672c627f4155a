import type { Columns } from './types.ts';

/** ln 2 in two parts: the first has so few digits that its product with a small integer is exact. */
const LN2_HIGH = 6.9314718036912381649e-1;
const LN2_LOW = 1.9082149292705877e-10;
/** Adding it to a number of less than 2^51 rounds to the nearest integer. */
const ROUNDER = 6755399441055744;
/** The coefficients of the exponential's Taylor series, the highest first. */
const TAYLOR = [479001600, 39916800, 3628800, 362880, 40320, 5040, 720, 120, 24, 6, 2, 1, 1].map((x) => 1 / x);

/** 2^-k, by exact halving: up to what exp(-700) needs. */
const POWERS = new Float64Array(1024);
for (let k = 0, power = 1; k < POWERS.length; k++, power /= 2) POWERS[k] = power;

/** exp(-r) for r of [0, 700], with the operations of assembly/kernel.ts: the platform's own function may differ between versions. */
export function decay(r: number): number {
  const k = -r * Math.LOG2E + ROUNDER - ROUNDER;
  const rest = -r - k * LN2_HIGH - k * LN2_LOW;
  let series = TAYLOR[0] as number;
  for (let i = 1; i < TAYLOR.length; i++) series = series * rest + (TAYLOR[i] as number);
  return series * (POWERS[-k] as number);
}

/** The twin of `maternRow` in assembly/kernel.ts. */
export function maternRow(
  values: Float64Array,
  slopes: Float64Array | undefined,
  own: Columns,
  index: number,
  points: Columns,
  count: number,
  penalties: Float64Array,
  scale: number,
): void {
  const { differences, mismatches } = points;
  for (let j = 0; j < count; j++) {
    let square = 0;
    for (let column = 0; column < differences; column++) {
      const difference =
        (own.data[column * own.stride + index] as number) - (points.data[column * points.stride + j] as number);
      square += difference * difference;
    }
    for (let column = differences; column < differences + mismatches; column++) {
      const differs = own.data[column * own.stride + index] !== points.data[column * points.stride + j];
      square += differs ? (penalties[column - differences] as number) : 0;
    }
    const r = Math.min(Math.sqrt(5 * square), 700);
    const scaled = scale * decay(r);
    const linear = 1 + r;
    values[j] = (linear + r * r * (1 / 3)) * scaled;
    if (slopes) slopes[j] = (5 / 3) * linear * scaled;
  }
}

/** The twin of `contractRow` in assembly/kernel.ts. */
export function contractRow(
  sums: Float64Array,
  pulls: Float64Array | undefined,
  index: number,
  points: Columns,
  alpha: Float64Array,
  inverse: Float64Array,
  slopes: Float64Array,
  weights: Float64Array,
): void {
  const { data, stride, differences, mismatches } = points;
  const end = index + (index & 1);
  const ownAlpha = alpha[index] as number;
  for (let j = 0; j < end; j++) {
    weights[j] = (ownAlpha * (alpha[j] as number) - (inverse[j] as number)) * (slopes[j] as number);
  }
  // Even and odd points are summed apart, as the two halves of a vector are.
  const sum = new Float64Array(2);
  const total = new Float64Array(2);
  for (let column = 0; column < differences + mismatches; column++) {
    const start = column * stride;
    const mine = data[start + index] as number;
    sum.fill(0);
    total.fill(0);
    for (let j = 0; j < end; j++) {
      const weight = weights[j] as number;
      const half = j & 1;
      if (column >= differences) {
        sum[half] = (sum[half] as number) + (data[start + j] === mine ? 0 : weight);
        continue;
      }
      const difference = mine - (data[start + j] as number);
      const weighted = weight * difference;
      sum[half] = (sum[half] as number) + weighted * difference;
      if (!pulls) continue;
      total[half] = (total[half] as number) + weighted;
      pulls[start + j] = (pulls[start + j] as number) + weighted;
    }
    sums[column] = (sums[column] as number) + ((sum[0] as number) + (sum[1] as number));
    if (pulls && column < differences) {
      pulls[start + index] = (pulls[start + index] as number) - ((total[0] as number) + (total[1] as number));
    }
  }
}
