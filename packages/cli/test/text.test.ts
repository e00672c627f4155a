import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { didYouMean } from '../src/text/did-you-mean.ts';
import { toJson } from '../src/text/json.ts';
import { cutLine, lineWidth, spread } from '../src/text/line.ts';
import { formatBytes, formatNumber } from '../src/text/number.ts';
import { shellQuote } from '../src/text/shell-quote.ts';
import { clip, noPaint, pad, printable, textWidth } from '../src/text/style.ts';
import { table } from '../src/text/table.ts';

describe('did you mean', () => {
  test.each([
    ['budgt', 'budget'],
    ['wallclock', 'wallClock'],
    ['wall-clock', 'wallClock'],
    ['serach', 'search'],
    ['workres', 'workers'],
  ])('%s: %s', (word, meant) => {
    expect(didYouMean(word, ['name', 'budget', 'wallClock', 'search', 'workers'])).toBe(meant);
  });

  test('says nothing when nothing is near', () => {
    expect(didYouMean('epochs', ['name', 'budget'])).toBeUndefined();
    expect(didYouMean('x', [])).toBeUndefined();
  });
});

describe('numbers for people', () => {
  test.each([
    [0.012345678, '0.012346'],
    [1e-7, '1e-7'],
    [123456789, '123456789'],
    [1.5e21, '1.5e21'],
    [Number.NaN, 'NaN'],
    [Number.NEGATIVE_INFINITY, '-∞'],
    [undefined, '–'],
  ])('%d', (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });

  test('bytes', () => {
    expect([0, 1023, 1024, 3 * 2 ** 30].map(formatBytes)).toEqual(['0 B', '1023 B', '1.0 KiB', '3.0 GiB']);
  });
});

describe('text on a terminal', () => {
  test('wide characters take two columns, marks none', () => {
    expect(['abc', '学习', 'e\u0301', '🚀'].map(textWidth)).toEqual([3, 4, 1, 2]);
  });

  test('clip never leaves more than the room', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(20), (text, columns) => {
        expect(textWidth(clip(printable(text), columns))).toBeLessThanOrEqual(columns);
      }),
      { seed: 3, numRuns: 500 },
    );
  });

  test('lines fit, and their two ends meet the edges', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ maxLength: 12 })),
        fc.string({ maxLength: 12 }),
        fc.integer({ min: 1, max: 60 }),
        (left, right, columns) => {
          const line = left.map((text) => [printable(text)] as const);
          expect(lineWidth(cutLine(line, columns))).toBeLessThanOrEqual(columns);
          const both = spread(line, [[printable(right)]], columns);
          if (columns - lineWidth([[printable(right)]]) >= 11) expect(lineWidth(both)).toBe(columns);
        },
      ),
      { seed: 4, numRuns: 500 },
    );
  });

  test('control characters of a program do not reach the terminal', () => {
    expect(printable('a\u001b[2Jb\rc\u0007\td')).toBe('abc  d');
  });

  test('pad', () => {
    expect([pad('é', 3), pad('é', 3, 'right'), pad('long', 2)]).toEqual(['é  ', '  é', 'long']);
  });

  test('a table aligns numbers to the right and cuts what is too long', () => {
    const columns = [
      { title: 'name', most: 6 },
      { title: 'value', align: 'right' as const },
    ];
    expect(
      table(
        columns,
        [
          ['a', '1'],
          ['abcdefgh', '10.5'],
        ],
        noPaint,
      ),
    ).toBe('name    value\na           1\nabcde…   10.5');
  });

  test('a table is cut to the room that there is, and may be as long as it likes', () => {
    const columns = [{ title: 'trial' }, { title: 'learningRate' }];
    expect(table(columns, [['1', '0.001']], noPaint, 10)).toBe('trial  le…\n1      0.…');
    const rows = Array.from({ length: 200_000 }, () => ['1']);
    expect(table([{ title: 'n' }], rows, noPaint)).toHaveLength(1 + 2 * rows.length);
  });
});

describe('for other programs', () => {
  test('JSON keeps numbers that are not finite apart from what is missing', () => {
    expect(toJson({ a: Number.NaN, b: Number.NEGATIVE_INFINITY, c: null })).toBe(
      '{"a":"NaN","b":"-Infinity","c":null}',
    );
  });

  test('a shell reads quoted words back', () => {
    expect(shellQuote(['python3', 'a b.py', '--x=1', "it's", '', '$HOME'])).toBe(
      `python3 'a b.py' --x=1 'it'\\''s' '' '$HOME'`,
    );
  });
});
