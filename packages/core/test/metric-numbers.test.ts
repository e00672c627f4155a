import { describe, expect, it } from 'vitest';
import { capturedNumber } from '../src/metrics/captured-number.ts';
import { parseJsonObject } from '../src/metrics/json-line.ts';
import { readNumber, whyNoNumber } from '../src/metrics/number-text.ts';

describe('readNumber', () => {
  it.each([
    ['1', 1],
    ['1e-3', 0.001],
    ['.5', 0.5],
    ['5.', 5],
    ['+3', 3],
    ['-2.5E+2', -250],
    [' 7 ', 7],
    ['1e999', Infinity],
    ['NaN', NaN],
    ['nan', NaN],
    ['-nan', NaN],
    ['inf', Infinity],
    ['+Infinity', Infinity],
    ['-inf', -Infinity],
  ])('reads %j', (text, value) => {
    expect(readNumber(text)).toBe(value);
  });

  it.each(['', '.', 'e5', '0,93', '1,234.5', '0x10', '1_000', '93%', 'None', 'info', '1.2.3', '1e'])(
    'does not read %j',
    (text) => {
      expect(readNumber(text)).toBeUndefined();
    },
  );

  it.each([
    ['0,93', 'has a comma'],
    ['1,234.5', 'has a comma'],
    ['1.234,5', 'has a comma'],
    ['', 'is empty'],
    ['None', "'None' is not a number"],
  ])('says why %j is none', (text, why) => {
    expect(whyNoNumber(text)).toContain(why);
  });
});

describe('capturedNumber', () => {
  const captured = (line: string, expression: RegExp) => {
    const [start, end] = new RegExp(expression, 'd').exec(line)?.indices?.[1] ?? [0, 0];
    return capturedNumber(line, start, end);
  };

  it.each([
    ['loss=0.5, acc=0.9', /loss=([\d.]+)/, 0.5],
    ['loss=0.5.', /loss=([\d.]+\d)/, 0.5],
    ['loss=-0.5', /loss=([-\d.]+)/, -0.5],
    ['loss= 1e-05 ', /loss=([^,]+)/, 1e-5],
    ['Epoch 3/10', /Epoch (\d+)/, 3],
    ['3,0.93', /^(\d+),/, 3],
    ['0.1,0.2,0.3', /,([\d.]+),/, 0.2],
    ['v1.2.3', /v1\.(\d)/, 2],
    ['took 3s', /took (\d+)s/, 3],
    ['layer.5: 7', /layer\.(\d)/, 5],
    ['loss=nan', /loss=(\w+)/, NaN],
  ])('reads %j with %s', (line, expression, value) => {
    expect(captured(line, expression)).toBe(value);
  });

  it.each([
    ['loss=1e-05', /loss=([\d.]+)/, "takes '1' out of '1e-05'"],
    ['loss=0.93', /loss=(\d+)/, "takes '0' out of '0.93'"],
    ['loss=-0.5', /loss=\W?([\d.]+)/, "takes '0.5' out of '-0.5'"],
    ['step 120', /(\d)$/, "takes '0' out of '120'"],
    ['x 1e-05', /-(\d+)$/, "takes '05' out of '1e-05'"],
    ['loss=0,93', /loss=([\d.]+)/, "'0,93' has a comma"],
    ['loss=1,234.5', /loss=([\d.]+)/, "'1,234.5' has a comma"],
    ['loss=1,234.5', /loss=([\d.,]+)/, "'1,234.5' has a comma"],
    ['loss=', /loss=([\d.]*)/, 'empty'],
    ['loss=None', /loss=(\w+)/, "'None' is not a number"],
  ])('refuses %j with %s', (line, expression, why) => {
    expect(captured(line, expression)).toContain(why);
  });
});

describe('parseJsonObject', () => {
  it('reads bare NaN and infinities outside of strings only', () => {
    expect(parseJsonObject(' {"a": NaN, "b": [-Infinity, inf], "NaN": "x NaN \\" NaN", "c": nan} ')).toEqual({
      a: 'NaN',
      b: ['-Infinity', 'inf'],
      NaN: 'x NaN " NaN',
      c: 'nan',
    });
  });

  it.each([
    ['[1]', 'not a JSON object'],
    ['loss 1', 'not a JSON object'],
    ['{"a": 1', 'not valid JSON'],
    ['{"a": 1} {"a": 2}', 'not valid JSON'],
    ['{epoch 3 nan}', 'not valid JSON'],
  ])('refuses %j', (text, why) => {
    expect(parseJsonObject(text)).toBe(why);
  });

  it.each(['"', '\\"', '"\\', '{"a":', 'nan"'])('takes time in proportion to a line of %j', (piece) => {
    const begun = performance.now();
    expect(parseJsonObject(`{"x": nan, ${piece.repeat(1_000_000 / piece.length)}`)).toBe('not valid JSON');
    expect(performance.now() - begun).toBeLessThan(2000);
  });
});
