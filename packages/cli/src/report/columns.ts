import type { JsonNumber, PackedColumn } from './report-data.ts';

/** Up to this many numbers a column keeps double precision; longer ones are only drawn, for which single is enough. */
const DOUBLE_UP_TO = 5_000;
const INTEGER_TYPES = [
  { type: 'u8', bytes: 1, most: 0xff },
  { type: 'u16', bytes: 2, most: 0xffff },
  { type: 'u32', bytes: 4, most: 0xffff_ffff },
] as const;

/**
 * Packs numbers into the smallest type that holds them: whole numbers exactly, others in double precision, or in single
 * precision when there are many of them.
 * @param values `undefined` stands for a missing value. Whole numbers and `undefined` may be mixed; in a column of other
 *   numbers a missing value and `NaN` become the same.
 */
export function packColumn(values: readonly (number | undefined)[]): PackedColumn {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  let whole = true;
  let single = values.length > DOUBLE_UP_TO;
  for (const value of values) {
    if (value === undefined) continue;
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) whole = false;
    if (value < least) least = value;
    if (value > most) most = value;
    const size = Math.abs(value);
    if (Number.isFinite(size) && size !== 0 && (size > 3e38 || size < 1e-37)) single = false;
  }
  const integers = whole ? packIntegers(values, least > most ? 0 : least, least > most ? 0 : most) : undefined;
  return integers ?? packFloats(values, single);
}

function packIntegers(values: readonly (number | undefined)[], base: number, most: number): PackedColumn | undefined {
  const fitting = INTEGER_TYPES.find((candidate) => most - base + 1 <= candidate.most);
  if (fitting === undefined) return undefined;
  const bytes = Buffer.alloc(values.length * fitting.bytes);
  for (const [row, value] of values.entries()) {
    if (value !== undefined) bytes.writeUIntLE(value - base + 1, row * fitting.bytes, fitting.bytes);
  }
  return { type: fitting.type, base, data: bytes.toString('base64') };
}

function packFloats(values: readonly (number | undefined)[], single: boolean): PackedColumn {
  const width = single ? 4 : 8;
  const bytes = Buffer.alloc(values.length * width);
  for (const [row, value] of values.entries()) {
    if (single) bytes.writeFloatLE(value ?? Number.NaN, row * width);
    else bytes.writeDoubleLE(value ?? Number.NaN, row * width);
  }
  return { type: single ? 'f32' : 'f64', base: 0, data: bytes.toString('base64') };
}

/** A number that JSON can carry: `NaN` and the infinities by name. */
export function jsonNumber(value: number): JsonNumber {
  return Number.isFinite(value) ? value : (String(value) as JsonNumber);
}
