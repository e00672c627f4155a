import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFilter } from '../client/filter.js';
import { formatCount, formatDuration, formatNumber, formatShare } from '../client/format.js';
import {
  categoryScale,
  durationScale,
  linearScale,
  logScale,
  niceStep,
  parameterScale,
  reverseLogScale,
  wholeScale,
} from '../client/scale.js';
import { compare } from '../client/table.js';
import { valueRange } from '../client/value-range.js';

const labels = (ticks: readonly { label: string }[]) => ticks.map(({ label }) => label);

describe('axes', () => {
  it('have a bounded number of ticks, all inside, at round distances', () => {
    const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(
        finite,
        fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
        fc.integer({ min: 2, max: 12 }),
        (min, span, wanted) => {
          const scale = linearScale(min, min + span, 0, 500);
          const ticks = scale.ticks(wanted);
          expect(ticks.length).toBeGreaterThan(0);
          expect(ticks.length).toBeLessThanOrEqual(2 * wanted + 2);
          for (const { value } of ticks) {
            expect(scale.map(value)).toBeGreaterThanOrEqual(-1e-6);
            expect(scale.map(value)).toBeLessThanOrEqual(500 + 1e-6);
          }
          expect(new Set(labels(ticks)).size).toBe(ticks.length);
        },
      ),
      { seed: 4 },
    );
  });

  it('map back and forth, and keep what lies beyond on the edge', () => {
    for (const scale of [linearScale(2, 32, 10, 210), logScale(2, 32, 10, 210), durationScale(2, 32, 10, 210)]) {
      expect(scale.invert(scale.map(8))).toBeCloseTo(8);
      expect(scale.map(-5)).toBe(10);
      expect(scale.map(1e9)).toBe(210);
    }
    expect(logScale(1, 100, 0, 100).map(10)).toBeCloseTo(50);
  });

  it('have a length even around a single value or none', () => {
    expect(linearScale(3, 3, 0, 100).map(3)).toBe(50);
    expect(logScale(3, 3, 0, 100).map(3)).toBeCloseTo(50);
    expect(wholeScale(1, 1, 0, 100).map(1)).toBe(50);
    expect(Number.isFinite(linearScale(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 100).map(1))).toBe(true);
  });

  it('label decades, categories, whole numbers and times as people do', () => {
    expect(labels(logScale(1e-5, 1, 0, 100).ticks(5))).toEqual(['1e−5', '0.0001', '0.001', '0.01', '0.1', '1']);
    expect(labels(logScale(1e-9, 1, 0, 100).ticks(3))).toEqual(['1e−9', '1e−6', '0.001', '1']);
    expect(labels(categoryScale(['a', 'b', 'c'], 0, 90).ticks(2))).toEqual(['a', 'b', 'c']);
    expect(categoryScale(['a', 'b', 'c'], 0, 90).map(1)).toBe(45);
    expect(labels(wholeScale(1, 3, 0, 100).ticks(9))).toEqual(['1', '2', '3']);
    expect(labels(durationScale(0, 3_600_000, 0, 100).ticks(4))).toEqual(['0', '15 min', '30 min', '45 min', '1 h']);
    expect(labels(linearScale(-0.2, 0.4, 0, 100).ticks(3))).toEqual(['−0.2', '0', '0.2', '0.4']);
  });

  it('give 0.9, 0.99 and 0.999 the same room on a reverse-logarithmic one', () => {
    const scale = reverseLogScale(0.9, 0.9999, 0, 300);
    expect([0.9, 0.99, 0.999, 0.9999].map((value) => Math.round(scale.map(value)))).toEqual([0, 100, 200, 300]);
    expect(scale.invert(scale.map(0.97))).toBeCloseTo(0.97);
    expect(labels(scale.ticks(4))).toEqual(['0.9', '0.99', '0.999', '0.9999']);
    expect([scale.map(-1), scale.map(2)]).toEqual([0, 300]);
    const parameter = { kind: 'number', scale: 'reverse-log', whole: false, min: 0, max: 0.99, levels: [] } as const;
    const column = { type: 'f64', base: 0, data: '' } as const;
    expect(parameterScale({ ...parameter, name: 'momentum', column }, 0, 100).map(0.9)).toBeCloseTo(50);
  });

  it('step by the nearest of 1, 2 and 5', () => {
    expect([0.9, 1.3, 1.5, 3, 4, 6.9, 8].map(niceStep)).toEqual([1, 1, 2, 2, 5, 5, 10]);
  });
});

describe('the range of values that is shown', () => {
  const diverging = [
    ...Array.from({ length: 95 }, (_, place) => 1 + place / 100),
    1e6,
    1e9,
    1e9,
    Number.POSITIVE_INFINITY,
    Number.NaN,
  ];

  it('leaves out the few that diverged, on the bad side of either goal', () => {
    expect(valueRange(diverging, 'minimize', 'good')).toMatchObject({ min: 1, cut: true });
    expect(valueRange(diverging, 'minimize', 'good').max).toBeLessThan(3);
    const mirrored = diverging.map((value) => -value);
    expect(valueRange(mirrored, 'maximize', 'good')).toMatchObject({ max: -1, cut: true });
    expect(valueRange(mirrored, 'maximize', 'good').min).toBeGreaterThan(-3);
  });

  it('is everything finite on demand, and where nothing stands out', () => {
    expect(valueRange(diverging, 'minimize', 'all')).toEqual({ min: 1, max: 1e9, cut: false });
    expect(valueRange([1, 2, 3], 'minimize', 'good')).toEqual({ min: 1, max: 3, cut: false });
    expect(valueRange([Number.NaN], 'minimize', 'good')).toEqual({ min: 0, max: 1, cut: false });
  });
});

describe('the filter of the table', () => {
  const cells = new Map<string, string | number>([
    ['state', 'failed'],
    ['lr', 0.01],
    ['momentum', Number.NaN],
  ]);
  const row = { text: '17\nfailed\n0.01\nadam', cell: (name: string) => cells.get(name) };
  it.each([
    ['', true],
    ['ADAM', true],
    ['adam failed', true],
    ['adam completed', false],
    ['state=failed', true],
    ['State!=Failed', false],
    ['lr<0.02 lr>=0.01', true],
    ['lr<0.01', false],
    ['lr=1e-2', true],
    ['momentum<1', false],
    ['momentum>0', false],
    ['unknown>1', false],
    ['lr<', false],
  ])('%j: %s', (query, matches) => {
    expect(parseFilter(query)(row)).toBe(matches);
  });
});

it('what is missing sorts last, up and down', () => {
  const values = [3, Number.NaN, 1, 2];
  expect([...values].sort((a, b) => compare(a, b, false))).toEqual([1, 2, 3, Number.NaN]);
  expect([...values].sort((a, b) => compare(a, b, true))).toEqual([3, 2, 1, Number.NaN]);
  expect(['b10', '', 'b9'].sort((a, b) => compare(a, b, false))).toEqual(['b9', 'b10', '']);
});

it('numbers are written for people', () => {
  expect(
    [0, 0.1 + 0.2, 123456, 1.5e-9, -3, 1e12, Number.NaN, Number.NEGATIVE_INFINITY].map((value) => formatNumber(value)),
  ).toEqual(['0', '0.3', '123456', '1.5e−9', '−3', '1e12', 'NaN', '−∞']);
  expect(formatCount(1_234_567)).toBe('1\u202f234\u202f567');
  expect([0.4, 999, 1_500, 61_000, 3_600_000, 90_061_000].map(formatDuration)).toEqual([
    '0 ms',
    '999 ms',
    '1.5 s',
    '1 min 1 s',
    '1 h',
    '1 d 1 h',
  ]);
  expect([0, 0.001, 0.256, 1].map(formatShare)).toEqual(['0 %', '< 1 %', '26 %', '100 %']);
});
