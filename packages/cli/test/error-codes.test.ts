import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ERROR_CODES, type ErrorCode, FettleError } from '@fettle/core';
import { describe, expect, test } from 'vitest';
import { EXIT, EXIT_MEANINGS } from '../src/exit-codes.ts';
import { exitCodeOf, toJsonLine, toText } from '../src/failure.ts';
import { noPaint } from '../src/text/style.ts';

const ROOT = resolve(import.meta.dirname, '../../..');

/** The cells of every row of a page's tables, without their headings. */
const rows = readFileSync(join(ROOT, 'docs/error-codes.md'), 'utf8')
  .split('\n')
  .flatMap((line) => (/^\| (?:`|\d)/.test(line) ? [line.split('|').slice(1, -1)] : []))
  .map((cells) => cells.map((cell) => cell.trim()));

const codes = rows.flatMap(([code = '', exit, ...texts]) =>
  code.startsWith('`') ? [{ code: code.slice(1, -1), exit: Number(exit), texts }] : [],
);

describe('the page on error codes', () => {
  test('has every code once, and no others', () => {
    expect(codes.map(({ code }) => code).sort()).toEqual([...ERROR_CODES, 'unexpected'].sort());
  });

  test('says of each what it means, what to do, and the exit code that the command ends with', () => {
    for (const { code, exit, texts } of codes) {
      const error = code === 'unexpected' ? new Error() : new FettleError(code as ErrorCode, '');
      expect({ code, exit }).toEqual({ code, exit: exitCodeOf(error) });
      expect(texts.filter((text) => text.length > 10)).toHaveLength(2);
    }
  });

  test('has the exit codes of the command with their meanings', () => {
    const exits = rows.filter(([code = '']) => !code.startsWith('`'));
    const names = Object.keys(EXIT) as (keyof typeof EXIT)[];
    expect(exits).toEqual(names.map((name) => [String(EXIT[name]), EXIT_MEANINGS[name]]));
  });
});

test('every code has a line in the description of the list', () => {
  const described = readFileSync(join(ROOT, 'packages/core/src/errors.ts'), 'utf8');
  for (const code of ERROR_CODES) expect(described).toContain(` * - \`${code}\`: `);
});

describe('an error', () => {
  test('is told to a person with its code at the end of the first line, and the remedy below', () => {
    const error = new FettleError('options-invalid', 'Two things are wrong:\n  one\n  two', {
      place: 'study.ts',
      remedy: 'Correct both.',
    });
    expect(toText(error, noPaint)).toBe(
      'fettle: study.ts: Two things are wrong: [options-invalid]\n  one\n  two\n  Correct both.',
    );
  });

  test('that nobody raised on purpose has the code `unexpected` and its stack', () => {
    const text = toText(new TypeError('x is not a function'), noPaint);
    expect(text).toMatch(
      /^fettle: unexpected error: x is not a function \[unexpected\]\nTypeError: x is not.*\n {4}at /,
    );
    expect(toText('thrown text', noPaint)).toBe('fettle: unexpected error: thrown text [unexpected]');
    expect(JSON.parse(toJsonLine(new TypeError('x')))).toEqual({ error: { code: 'unexpected', message: 'x' } });
  });
});
