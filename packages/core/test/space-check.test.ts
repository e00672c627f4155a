import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseSearchSpace } from '../src/domain/search-space.ts';
import { spaceSchema } from '../src/domain/space-schema.ts';
import { FettleError } from '../src/errors.ts';

function problems(given: unknown): string {
  try {
    parseSearchSpace(given);
  } catch (error) {
    if (error instanceof FettleError) {
      expect(error.code).toBe('space-invalid');
      return error.message;
    }
    throw error;
  }
  throw new Error('the space was accepted');
}

const x = { type: 'float', min: 0, max: 1 };

describe('a space that is wrong', () => {
  it.each([
    [null, 'it must be a map of parameters, got null'],
    [[], 'it must be a map of parameters, got []'],
    [{}, 'it has no parameters'],
    [{ parameters: {} }, 'it has no parameters'],
    [{ parameters: 3 }, 'parameters: must be a map of parameters, got 3'],
    [{ parameters: { x }, forbiden: [] }, "forbiden: unknown key beside 'parameters'"],
    [{ x: 3 }, "x: must be an object such as { type: 'float', min: 0, max: 1 }, got 3"],
    [{ x: { min: 0, max: 1 } }, 'x: type must be float, int, categorical, ordinal or constant, got undefined'],
    [{ x: { type: 'flaot' } }, "x: type must be float, int, categorical, ordinal or constant, got 'flaot'"],
    [{ x: { type: 'float', min: 2, max: 1 } }, 'x: min 2 is above max 1'],
    [{ x: { type: 'float', min: 0 } }, 'x: max must be a finite number, got undefined'],
    [{ x: { ...x, max: Number.POSITIVE_INFINITY } }, 'x: max must be a finite number, got Infinity'],
    [{ x: { ...x, max: Number.NaN } }, 'x: max must be a finite number, got NaN'],
    [{ x: { ...x, max: '1' } }, "x: max must be a finite number, got '1'"],
    [{ x: { type: 'float', min: -1.7e308, max: 1.7e308 } }, 'x: max 1.7e+308 minus min -1.7e+308 is too large'],
    [{ x: { ...x, scale: 'log' } }, 'x: min 0 must be above 0 on a log scale'],
    [{ x: { ...x, scale: 'reverse-log' } }, 'x: max 1 must be below 1 on a reverse-log scale'],
    [{ x: { ...x, scale: 'sqrt' } }, "x: scale must be linear, log or reverse-log, got 'sqrt'"],
    [{ x: { ...x, mni: 0 } }, "x: unknown key 'mni'"],
    [{ x: { ...x, step: 0 } }, 'x: step 0 must be above 0'],
    [{ x: { ...x, step: 0.3 } }, 'whole number of steps of 0.3; the nearest that are: 0.9 and 1.2'],
    [{ x: { ...x, min: 0.1, step: 0.1, scale: 'log' } }, 'x: step 0.1 needs the linear scale, not log'],
    [{ x: { type: 'float', min: 0, max: 1e10, step: 1e-8 } }, 'together have more than 14 digits'],
    [{ x: { type: 'int', min: 1.5, max: 3 } }, 'x: min must be an integer of at most 2^53 in size, got 1.5'],
    [{ x: { type: 'int', min: 3, max: 1 } }, 'x: min 3 is above max 1'],
    [{ x: { type: 'int', min: 0, max: 8, scale: 'log' } }, 'x: min 0 must be above 0 on a log scale'],
    [{ x: { type: 'int', min: 1, max: 8, scale: 'reverse-log' } }, "'reverse-log', which is for floats below 1"],
    [{ x: { type: 'int', min: 1, max: 8, step: 2 } }, 'steps of 2; the nearest that are: 7 and 9'],
    [{ x: { type: 'int', min: 1, max: 8, step: -1 } }, 'x: step -1 must be above 0'],
    [{ x: { type: 'int', min: 0, max: 2 ** 52 } }, 'are more than 2^50 values'],
    [{ x: { type: 'int', min: 1, max: 2 ** 41, scale: 'log' } }, 'is above 2^40, the highest on a log scale'],
    [{ x: { type: 'categorical', values: [] } }, 'x: values must hold at least one value, got []'],
    [{ x: { type: 'categorical', values: 'a' } }, "x: values must be a list of values, got 'a'"],
    [{ x: { type: 'categorical', values: ['a', 'a'] } }, "x: values holds 'a' twice"],
    [{ x: { type: 'ordinal', values: [0, -0] } }, 'x: values holds 0 twice'],
    [{ x: { type: 'ordinal', values: [null] } }, 'x: values.0 must be a text, a finite number or a boolean, got null'],
    [{ x: { type: 'constant', value: Number.NaN } }, 'x: value must be a text, a finite number or a boolean, got NaN'],
    [{ '1st': x }, '1st: a name begins with a letter'],
    [{ constructor: x }, 'constructor: this name has a meaning in JavaScript'],
    [{ x: { ...x, when: { y: 1 } } }, 'x: when.y: there is no parameter of this name'],
    [{ x: { ...x, when: 'y' } }, "x: when must map parameter names to values, got 'y'"],
    [{ x: { ...x, when: { x: 1 } } }, 'x: its condition depends on itself: x -> x'],
    [{ x: { ...x, when: { y: 1 } }, y: { ...x, when: { x: 1 } } }, 'x: its condition depends on itself: x -> y -> x'],
    [
      { x: { ...x, when: { a: 'c' } }, a: { type: 'categorical', values: ['a', 'b'] } },
      "x: when.a: must be one of 'a', 'b', got 'c'",
    ],
    [{ parameters: { x }, forbidden: 3 }, 'forbidden: must be a list of combinations, got 3'],
    [{ parameters: { x }, forbidden: [{}] }, 'forbidden[0]: must map at least one parameter to values, got {}'],
    [{ parameters: { x }, forbidden: [{ y: 1 }] }, 'forbidden[0]: y: there is no parameter of this name'],
    [{ parameters: { x }, forbidden: [{ x: 2 }] }, 'forbidden[0]: x: must lie from 0 to 1, got 2'],
  ])('%o', (given, message) => {
    expect(problems(given)).toContain(message);
  });

  it('__proto__ is no name either', () => {
    expect(problems(JSON.parse('{"__proto__": {"type": "constant", "value": 1}}'))).toContain('__proto__');
  });

  it('is told everything at once', () => {
    const message = problems({
      parameters: {
        a: { type: 'float', min: 2, max: 1, scale: 'log', step: -1 },
        b: { type: 'int' },
        c: { ...x, when: { d: 1, a: 1 } },
      },
      forbidden: [{ e: 1 }],
    });
    expect(message.split('\n')).toEqual([
      'The search space is wrong:',
      '  a: min 2 is above max 1',
      '  a: step -1 must be above 0',
      '  b: min must be an integer of at most 2^53 in size, got undefined',
      '  b: max must be an integer of at most 2^53 in size, got undefined',
      '  c: when.d: there is no parameter of this name',
      '  forbidden[0]: e: there is no parameter of this name',
    ]);
  });
});

describe('a space that is right', () => {
  it('may have a parameter named parameters, in the short form', () => {
    expect(parseSearchSpace({ parameters: x, y: x }).names).toEqual(['parameters', 'y']);
    expect(parseSearchSpace({ parameters: { type: x } }).names).toEqual(['type']);
  });

  it('may have conditions on numbers', () => {
    const space = parseSearchSpace({
      layers: { type: 'int', min: 1, max: 3 },
      width: { ...x, when: { layers: [2, 3] } },
    });
    expect(space.fromUnit([0, 0.5])).toEqual({ layers: 1 });
    expect(space.fromUnit([0.5, 0.5])).toEqual({ layers: 2, width: 0.5 });
  });

  it('has a JSON Schema', () => {
    const schema = JSON.stringify(z.toJSONSchema(spaceSchema, { io: 'input' }));
    for (const word of ['reverse-log', 'forbidden', 'categorical', 'additionalProperties'])
      expect(schema).toContain(word);
    expect(spaceSchema.safeParse({ x }).success).toBe(true);
    expect(spaceSchema.safeParse({ parameters: { x }, forbidden: [{ x: [0.5] }] }).success).toBe(true);
    expect(spaceSchema.safeParse({ parameters: { x }, forbiden: [] }).success).toBe(false);
  });
});
