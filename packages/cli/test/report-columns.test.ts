import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeColumn } from '../client/decode.js';
import { jsonNumber, packColumn } from '../src/report/columns.ts';

/** What comes out of a column when `values` go in. */
const expected = (values: readonly (number | undefined)[]) => values.map((value) => value ?? Number.NaN);

describe('a packed column', () => {
  it('gives back whole numbers and gaps exactly, however large the numbers are', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1e9, max: 1e12 }),
        fc.constantFrom(10, 1_000, 1e6, 1e12),
        fc.array(fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined })),
        (base, span, shares) => {
          const values = shares.map((share) => (share === undefined ? undefined : base + Math.floor(share * span)));
          expect([...decodeColumn(packColumn(values))]).toEqual(expected(values));
        },
      ),
      { seed: 1 },
    );
  });

  it('gives back every double, NaN and the infinities included, while it is short', () => {
    fc.assert(
      fc.property(fc.array(fc.double()), (values) => {
        expect([...decodeColumn(packColumn(values))]).toEqual(values);
      }),
      { seed: 2 },
    );
  });

  it('takes the smallest type that holds the numbers and their gaps', () => {
    expect(packColumn([1, 2, undefined]).type).toBe('u8');
    expect(packColumn([0, 254]).type).toBe('u8');
    expect(packColumn([0, 255]).type).toBe('u16');
    expect(packColumn([-70_000, 0]).type).toBe('u32');
    expect(packColumn([0.5]).type).toBe('f64');
    expect(packColumn([]).data).toBe('');
  });

  it('keeps seven digits of many numbers, and more where single precision would overflow', () => {
    const many = Array.from({ length: 6_000 }, (_, row) => 0.1 + row);
    const packed = packColumn(many);
    expect(packed.type).toBe('f32');
    const back = decodeColumn(packed);
    for (const [row, value] of many.entries()) expect(Math.abs((back[row] ?? 0) / value - 1)).toBeLessThan(1e-7);
    expect(decodeColumn(packColumn([...many, 1e300])).at(-1)).toBe(1e300);
  });
});

it('numbers that JSON has no word for travel by name', () => {
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0.1]) {
    expect(Number(JSON.parse(JSON.stringify(jsonNumber(value))))).toBe(value);
  }
});
