import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatDuration, parseDuration } from '../src/text/duration.ts';

describe('a duration', () => {
  test.each([
    ['500ms', 500],
    ['90s', 90_000],
    ['10m', 600_000],
    ['1.5h', 5_400_000],
    ['1h30m', 5_400_000],
    ['2d 12h', 216_000_000],
    ['  1h 0m 5s ', 3_605_000],
  ])('%s is %d ms', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  test.each(['10', '', 'm', '10 minutes', '5m2h', '5m5m', '-5m', '1e3s', '10M', '1,5h'])('%j is none', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  test('is read back from its parts', () => {
    fc.assert(
      fc.property(fc.nat(400), fc.nat(23), fc.nat(59), fc.nat(59), (d, h, m, s) => {
        expect(parseDuration(`${d}d${h}h${m}m${s}s`)).toBe((((d * 24 + h) * 60 + m) * 60 + s) * 1000);
      }),
      { seed: 1 },
    );
  });

  test.each([
    [0, '0ms'],
    [850, '850ms'],
    [12_300, '12s'],
    [185_000, '3m 05s'],
    [7_800_000, '2h 10m'],
    [356_400_000, '4d 3h'],
    [Number.POSITIVE_INFINITY, '–'],
  ])('%d ms is shown as %s', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });

  test('never shows sixty of anything', () => {
    fc.assert(
      fc.property(fc.nat(10 ** 9), (milliseconds) => {
        expect(formatDuration(milliseconds)).not.toMatch(/\b60[ms]/);
      }),
      { seed: 2, numRuns: 1000 },
    );
  });
});
