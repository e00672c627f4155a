import { createRandomStream } from '@fettle/core';
import { describe, expect, test } from 'vitest';
import { type Acquisition, sumOf } from '../src/acquisition/acquisition.ts';
import { Cheapness } from '../src/acquisition/cheapness.ts';
import { ExpectedImprovement } from '../src/acquisition/expected-improvement.ts';
import { Exploration } from '../src/acquisition/exploration.ts';
import { Feasibility } from '../src/acquisition/feasibility.ts';
import { createLinearAlgebra } from '../src/linear-algebra/create-linear-algebra.ts';
import { fitGaussianProcess } from '../src/model/fit.ts';
import type { GaussianProcess } from '../src/model/types.ts';

const SIZE = 3;
const stream = createRandomStream(3, 'acquisition');
const uniform = (count: number): Float64Array => Float64Array.from({ length: count * SIZE }, () => stream.next());
const loss = (x: number, y: number, z: number): number => Math.sin(5 * x) + (y - 0.4) ** 2 + 0.3 * x * z;

function model(count = 25): GaussianProcess {
  const points = uniform(count);
  const values = Float64Array.from({ length: count }, (_, row) =>
    loss(points[row * SIZE]!, points[row * SIZE + 1]!, points[row * SIZE + 2]!),
  );
  const space = { dimensions: Array.from({ length: SIZE }, () => ({ kind: 'continuous' as const })) };
  return fitGaussianProcess(createLinearAlgebra(), { space, points, values, outputWarp: 'identity' });
}

const fitted = model();
const incumbent = Math.min(...fitted.targets);
const pending = uniform(4);
const fantasised = fitted.withPending(pending);
const draws = Float64Array.from({ length: 32 * 4 }, () => stream.normal());
const none = { draws: new Float64Array(0), count: 1 };

const ACQUISITIONS: { readonly [name: string]: Acquisition } = {
  'expected improvement': new ExpectedImprovement(fitted, new Float64Array(0), incumbent, none),
  'expected improvement over fantasies': new ExpectedImprovement(fantasised, pending, incumbent, { draws, count: 32 }),
  'hopeless improvement': new ExpectedImprovement(fitted, new Float64Array(0), incumbent - 40, none),
  exploration: new Exploration(fantasised, 0),
  feasibility: new Feasibility(fitted, -0.3),
  cheapness: new Cheapness(fitted),
  'a sum': sumOf([new Feasibility(fitted, 0), new Cheapness(fitted), new Exploration(fitted, 0.2)]),
};

test.each(Object.entries(ACQUISITIONS))('the gradient of %s is that of its values', (_name, acquisition) => {
  const points = uniform(8);
  const { values, gradients } = acquisition.evaluate(points, true);
  expect(acquisition.evaluate(points, false).values).toEqual(values);
  const step = 1e-5;
  for (const index of points.keys()) {
    const [above, below] = [points.slice(), points.slice()];
    above[index]! += step;
    below[index]! -= step;
    const row = Math.floor(index / SIZE);
    const rise = acquisition.evaluate(above, false).values[row]! - acquisition.evaluate(below, false).values[row]!;
    const slope = rise / (2 * step);
    expect(Math.abs(gradients![index]! - slope)).toBeLessThan(1e-4 * Math.max(1, Math.abs(slope)));
  }
});

describe('expected improvement', () => {
  test('is the mean improvement of draws from the posterior', () => {
    const point = uniform(1);
    const { mean, variance } = fitted.predict(point);
    const target = mean[0]! + 0.5 * Math.sqrt(variance[0]!);
    let sum = 0;
    const count = 200_000;
    for (let draw = 0; draw < count; draw++) {
      sum += Math.max(0, target - mean[0]! - Math.sqrt(variance[0]!) * stream.normal());
    }
    const one = new ExpectedImprovement(fitted, new Float64Array(0), target, none);
    expect(Math.exp(one.evaluate(point, false).values[0]!)).toBeCloseTo(sum / count, 2);
  });

  test('is next to nothing where a result is pending, and as before far from it', () => {
    const plain = ACQUISITIONS['expected improvement']!;
    const spread = uniform(200);
    const values = plain.evaluate(spread, false).values;
    const best = values.indexOf(Math.max(...values));
    const there = spread.slice(best * SIZE, (best + 1) * SIZE);
    const awaiting = new ExpectedImprovement(fitted.withPending(there), there, incumbent, {
      draws: draws.slice(0, 64),
      count: 64,
    });
    expect(awaiting.evaluate(there, false).values[0]!).toBeLessThan(values[best]! - 3);
    const far = there.map((coordinate) => (coordinate > 0.5 ? 0 : 1));
    const change = awaiting.evaluate(far, false).values[0]! / plain.evaluate(far, false).values[0]!;
    expect(change).toBeCloseTo(1, 2);
  });

  test('stays finite and keeps its slope where there is nothing to hope for', () => {
    const { values, gradients } = ACQUISITIONS['hopeless improvement']!.evaluate(uniform(50), true);
    expect([...values].every((value) => Number.isFinite(value) && value < -100)).toBe(true);
    expect([...gradients!].every((slope) => Number.isFinite(slope) && slope !== 0)).toBe(true);
  });
});

test('exploration seeks what is unknown among what is promising', () => {
  const points = uniform(400);
  const { mean, variance } = fitted.predict(points);
  const threshold = incumbent + 0.1;
  const { values } = new Exploration(fitted, threshold).evaluate(points, false);
  const best = values.indexOf(Math.max(...values));
  const optimistic = [...mean].map((value, row) => value - 1.8 * Math.sqrt(variance[row]!));
  const promising = [...variance.keys()].filter((row) => optimistic[row]! <= threshold);
  expect(promising).toContain(best);
  expect(variance[best]).toBe(Math.max(...promising.map((row) => variance[row]!)));
});
