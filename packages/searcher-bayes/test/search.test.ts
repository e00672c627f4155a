import { createRandomStream, parseSearchSpace, randomConfiguration, SobolSequence } from '@fettle/core';
import { describe, expect, test } from 'vitest';
import type { Acquisition } from '../src/acquisition/acquisition.ts';
import { SpaceEncoding } from '../src/encoding/space-encoding.ts';
import { isForbidden, pointKey } from '../src/encoding/space-layout.ts';
import { joined } from '../src/search/refine-continuous.ts';
import { type AcquisitionSearch, searchAcquisition } from '../src/search/search-acquisition.ts';
import { SeededNumbers } from '../src/search/seeded-numbers.ts';
import { SPACES } from './spaces.ts';

/** Best at 0.7 on every axis, and the better the more is active; counts how often it is asked. */
function hill(size: number): Acquisition & { asked: number } {
  return {
    asked: 0,
    evaluate(points, withGradient) {
      const count = points.length / size;
      this.asked += count * (withGradient ? 4 : 1);
      const values = new Float64Array(count);
      const gradients = new Float64Array(points.length);
      for (const [index, coordinate] of points.entries()) {
        if (Number.isNaN(coordinate)) continue;
        values[Math.floor(index / size)]! += 1 - (coordinate - 0.7) ** 2;
        gradients[index] = -2 * (coordinate - 0.7);
      }
      return { values, gradients: withGradient ? gradients : undefined };
    },
  };
}

function search(encoding: SpaceEncoding, given: Partial<AcquisitionSearch>): AcquisitionSearch {
  const sequence = new SobolSequence(encoding.size, createRandomStream(1, 'search'));
  const spread = new Float64Array(256 * encoding.size);
  for (let index = 0; index < 256; index++) {
    sequence.point(index, spread.subarray(index * encoding.size, (index + 1) * encoding.size));
  }
  return {
    layout: encoding.layout,
    acquisition: hill(encoding.size),
    spread,
    incumbents: [],
    lengthScales: Array<number>(encoding.size).fill(0.5),
    taken: new Set(),
    evaluations: 400,
    numbers: new SeededNumbers([1, 2, 3, 4]),
    ...given,
  };
}

describe.each(Object.entries(SPACES))('in the %s space', (_name, space) => {
  const encoding = new SpaceEncoding(space);

  test('it finds the top, and what it finds is in order and allowed', () => {
    const found = [...searchAcquisition(search(encoding, {}))];
    const stream = createRandomStream(9, 'brute force');
    const draws = Array.from({ length: 3000 }, () => encoding.encode(randomConfiguration(space, stream)));
    const { values } = hill(encoding.size).evaluate(joined(draws), false);
    expect(found[0]!.value).toBeGreaterThan(Math.max(...values) - 1e-3);
    for (const [index, { point, value }] of found.entries()) {
      expect(isForbidden(encoding.layout, point)).toBe(false);
      expect(value).toBeLessThanOrEqual(found[index - 1]?.value ?? value);
    }
  });

  test('it proposes nothing that was tried, and does not think longer than it may', () => {
    const first = [...searchAcquisition(search(encoding, {}))];
    const taken = new Set(first.slice(0, 5).map(({ point }) => pointKey(point)));
    const acquisition = hill(encoding.size);
    const second = [...searchAcquisition(search(encoding, { taken, acquisition, evaluations: 200 }))];
    expect(second.length).toBeGreaterThan(0);
    expect(second.filter(({ point }) => taken.has(pointKey(point)))).toEqual([]);
    expect(acquisition.asked).toBeLessThanOrEqual(220);
  });
});

test('a small space is searched exhaustively, until nothing is left', () => {
  const encoding = new SpaceEncoding(SPACES.finite!);
  const all = [...searchAcquisition(search(encoding, {}))];
  expect(all).toHaveLength(11);
  const taken = new Set(all.map(({ point }) => pointKey(point)));
  expect([...searchAcquisition(search(encoding, { taken }))]).toEqual([]);
});

test('it gets to the top in sixty dimensions from near an incumbent', () => {
  const space = parseSearchSpace(
    Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`x${index}`, { type: 'float', min: 0, max: 1 }])),
  );
  const encoding = new SpaceEncoding(space);
  const found = [...searchAcquisition(search(encoding, { incumbents: [new Float64Array(60).fill(0.5)] }))];
  expect(found[0]!.value).toBeGreaterThan(59.9);
});
