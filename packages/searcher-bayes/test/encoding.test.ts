import { createRandomStream, randomConfiguration } from '@fettle/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { enumeratePoints } from '../src/encoding/enumerate-points.ts';
import { SpaceEncoding } from '../src/encoding/space-encoding.ts';
import { isForbidden, nearest, pointAt, pointKey, settle, snapped } from '../src/encoding/space-layout.ts';
import { SPACES } from './spaces.ts';

/** The same point, but for the digits that a float of twelve digits does not keep. */
function expectSame(one: Float64Array, other: Float64Array): void {
  for (const [index, coordinate] of one.entries()) {
    if (Number.isNaN(coordinate)) expect(other[index]).toBeNaN();
    else expect(Math.abs(coordinate - other[index]!)).toBeLessThan(1e-10);
  }
}

test('points are told apart by nine digits, and by what is inactive', () => {
  expect(pointKey(Float64Array.of(0.25, 1))).toBe(pointKey(Float64Array.of(0.25 + 1e-11, 1)));
  expect(pointKey(Float64Array.of(0.25, 1))).not.toBe(pointKey(Float64Array.of(0.25 + 2e-9, 1)));
  expect(pointKey(Float64Array.of(0.25, 0))).not.toBe(pointKey(Float64Array.of(0.25, Number.NaN)));
});

describe.each(Object.entries(SPACES))('the %s space', (_name, space) => {
  const encoding = new SpaceEncoding(space);
  const { layout } = encoding;

  test('gives back each configuration from its point', () => {
    const stream = createRandomStream(5, 'encoding');
    for (let draw = 0; draw < 200; draw++) {
      const configuration = randomConfiguration(space, stream);
      const point = encoding.encode(configuration);
      expect(encoding.decode(point)).toEqual(configuration);
      expect(isForbidden(layout, point)).toBe(false);
    }
  });

  test('has a point for each place of the unit cube, forbidden exactly where the space says so', () => {
    const place = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
      minLength: encoding.size,
      maxLength: encoding.size,
    });
    fc.assert(
      fc.property(place, (unit) => {
        const point = new Float64Array(encoding.size);
        pointAt(layout, unit, point);
        const configuration = encoding.decode(point);
        expect(configuration === undefined).toBe(isForbidden(layout, point));
        if (configuration === undefined) return;
        expect(space.issues(configuration)).toEqual([]);
        expectSame(encoding.encode(configuration), point);
      }),
      { seed: 11 },
    );
  });

  test('is settled into the space after any coordinate was changed', () => {
    const stream = createRandomStream(6, 'settle');
    for (let draw = 0; draw < 200; draw++) {
      const point = encoding.encode(randomConfiguration(space, stream));
      const dimension = stream.integer(encoding.size);
      const grid = layout.grids[dimension];
      if (Number.isNaN(point[dimension]!)) continue;
      point[dimension] = grid === undefined ? stream.next() : grid[stream.integer(grid.length)]!;
      settle(
        layout,
        point,
        Float64Array.from(point, () => stream.next()),
      );
      const configuration = encoding.decode(point);
      if (configuration === undefined) expect(isForbidden(layout, point)).toBe(true);
      else expectSame(encoding.encode(configuration), snapped(layout, point));
    }
  });
});

test('a finite space is listed once, without what is forbidden', () => {
  const space = SPACES.finite!;
  const encoding = new SpaceEncoding(space);
  const keys = [...enumeratePoints(encoding.layout)].map((point) => space.key(encoding.decode(point)!));
  expect(keys).toHaveLength(space.cardinality());
  expect(new Set(keys).size).toBe(keys.length);
});

test('integers on a logarithmic scale keep their places, so that a place is a share of the scale', () => {
  const { layout } = new SpaceEncoding(SPACES.mixed!);
  const grid = layout.grids[1]!;
  expect(grid).toHaveLength(249);
  // Half of the scale from 7.5 to 256.5 lies below its geometric mean of 43.9.
  expect(nearest(grid, 0.5) + 8).toBe(44);
});

test('the nearest coordinate of a grid is found by bisection', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 0, max: 1000 }), { minLength: 1 }),
      fc.integer({ min: -50, max: 1050 }),
      (numbers, value) => {
        const grid = numbers.toSorted((a, b) => a - b);
        const distances = grid.map((coordinate) => Math.abs(coordinate - value));
        expect(distances[nearest(grid, value)]).toBe(Math.min(...distances));
      },
    ),
    { seed: 3 },
  );
});
