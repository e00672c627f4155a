import { expect, test } from 'vitest';
import type { Observation } from '../src/data/observation.ts';
import { trainingSet } from '../src/data/training-set.ts';

function observation(trial: number, level: number, value: number): Observation {
  return { trial, level, value, point: Float64Array.of(trial), extras: [] };
}

test('it is the highest level with enough results that are not failures', () => {
  const observations = [
    ...[1, 2, 3, 4, 5].map((trial) => observation(trial, 1, trial)),
    ...[1, 2, 3].map((trial) => observation(trial, 3, trial)),
    observation(1, 9, 1),
    observation(2, 9, Number.POSITIVE_INFINITY),
    observation(3, 9, Number.POSITIVE_INFINITY),
  ];
  const set = trainingSet(observations, 3, 100);
  expect(set.level).toBe(3);
  expect(set.observations).toHaveLength(3);
  expect(trainingSet(observations, 6, 100).level).toBe(1);
  expect(trainingSet(observations.slice(-2), 3, 100)).toMatchObject({ level: 9, observations: { length: 2 } });
});

test('of too many it takes the best, the latest and the others evenly by rank', () => {
  const observations = Array.from({ length: 1000 }, (_, trial) => observation(trial, 1, (trial * 617) % 1000));
  observations[3] = observation(3, 1, Number.POSITIVE_INFINITY);
  const { observations: chosen } = trainingSet(observations, 3, 100);
  expect(chosen).toHaveLength(100);
  expect(new Set(chosen).size).toBe(100);
  expect(chosen).toEqual(chosen.toSorted((a, b) => a.trial - b.trial));
  const values = chosen.map(({ value }) => value).sort((a, b) => a - b);
  expect(values.slice(0, 25)).toEqual(Array.from({ length: 25 }, (_, rank) => rank));
  expect(chosen.filter(({ trial }) => trial >= 975)).toHaveLength(25);
  const gaps = values.slice(1).map((value, index) => value - values[index]!);
  expect(Math.max(...gaps.filter(Number.isFinite))).toBeLessThan(30);
});
