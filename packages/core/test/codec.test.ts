import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode, encode } from '../src/store/codec.ts';

const key = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('$number', '$$number', '$$$number', '$numbers', '__proto__', 'constructor', 'toJSON'),
);
const leaf = fc.oneof(
  fc.double(),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0, 2 ** 53, Number.MIN_VALUE),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('$number', '{"$number":"NaN"}', '$number"', 'NaN'),
  fc.boolean(),
  fc.constant(null),
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, leaf, fc.array(tie('value'), { maxLength: 4 }), tie('object')),
  object: fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
}));

describe('codec', () => {
  it('gives back every value that JSON could hold if it knew all numbers', () => {
    fc.assert(
      fc.property(value, (original) => {
        expect(isDeepStrictEqual(decode(encode(original)), original)).toBe(true);
      }),
      { seed: 20_261_120, numRuns: 3_000 },
    );
  });

  it('keeps the order of members', () => {
    const original = { b: Number.NaN, $number: 1, a: -0, 2: 0 };
    expect(Object.keys(decode(encode(original)) as object)).toEqual(Object.keys(original));
  });

  it('writes plain JSON where plain JSON is enough', () => {
    const plain = { metrics: { loss: 0.5, zero: 0 }, text: 'costs $number', list: [1, null, true], absent: undefined };
    expect(encode(plain)).toBe(JSON.stringify(plain));
  });

  it('marks special numbers, and the keys that look like the mark', () => {
    expect(encode([Number.NaN, Number.NEGATIVE_INFINITY, -0])).toBe(
      '[{"$number":"NaN"},{"$number":"-Infinity"},{"$number":"-0"}]',
    );
    expect(encode({ $number: 'NaN' })).toBe('{"$$number":"NaN"}');
  });

  it('leaves out members that are undefined', () => {
    expect(decode(encode({ a: undefined, b: Number.NaN }))).toStrictEqual({ b: Number.NaN });
  });
});
