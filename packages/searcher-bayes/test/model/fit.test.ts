import { describe, expect, it } from 'vitest';
import { createLinearAlgebra } from '../../src/linear-algebra/create-linear-algebra.ts';
import { typescriptLinearAlgebra } from '../../src/linear-algebra/typescript-linear-algebra.ts';
import { fitGaussianProcess, fitInSteps } from '../../src/model/fit.ts';
import type { FitOptions } from '../../src/model/types.ts';
import { seededNumbers } from '../linear-algebra/matrices.ts';
import { continuousSpace, MIXED_SPACE, randomPoints, smooth, valuesAt } from './samples.ts';

const algebra = createLinearAlgebra();

/** A function of which only the first two of four dimensions matter. */
const two = (x: Float64Array): number => Math.sin(5 * (x[0] as number)) + 2 * (x[1] as number) ** 2;

function sample(n: number, objective: (x: Float64Array) => number = two, dimensions = 4): FitOptions {
  const space = continuousSpace(dimensions);
  const points = randomPoints(space, n, 13);
  return { space, points, values: valuesAt(points, dimensions, objective) };
}

describe('a fit', () => {
  it('finds out which dimensions matter, and predicts', () => {
    const options = sample(40);
    const process = fitGaussianProcess(algebra, options);
    const [first, second, third, fourth] = process.hyperparameters.lengthScales as [number, number, number, number];
    expect(Math.min(third, fourth)).toBeGreaterThan(4 * Math.max(first, second));
    const test = randomPoints(options.space, 50, 77);
    const { mean } = process.predict(test);
    const errors = valuesAt(test, 4, two).map((value, i) => Math.abs(value - process.toUser(mean[i] as number)));
    expect(Math.max(...errors)).toBeLessThan(0.05);
  });

  it('learns the noise', () => {
    const random = seededNumbers(3);
    const noisy = sample(150, (x) => two(x) + 0.5 * (random() + random() + random() - 1.5));
    const { hyperparameters } = fitGaussianProcess(algebra, { ...noisy, outputWarp: 'identity' });
    const values = noisy.values;
    const average = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - average) ** 2, 0) / values.length;
    // Three uniform numbers of variance 1/12, halved: 1/16.
    expect(Math.sqrt(hyperparameters.noise * variance)).toBeGreaterThan(0.2);
    expect(Math.sqrt(hyperparameters.noise * variance)).toBeLessThan(0.3);
  });

  it('in steps is the same as at once, whatever else the linear algebra does between', () => {
    const options = sample(30);
    const steps = fitInSteps(algebra, options);
    let count = 0;
    let step = steps.next();
    while (!step.done) {
      count++;
      for (const scratch of algebra.reserve(500, 500)) scratch.fill(count);
      step = steps.next();
    }
    expect(count).toBeGreaterThan(20);
    expect(step.value.toData()).toEqual(fitGaussianProcess(algebra, options).toData());
  });

  it('gives the same bits in WebAssembly and in TypeScript', () => {
    const points = randomPoints(MIXED_SPACE, 24, 19);
    const options: FitOptions = { space: MIXED_SPACE, points, values: valuesAt(points, 6, smooth), inputWarp: true };
    const { hyperparameters } = fitGaussianProcess(algebra, options);
    expect(hyperparameters.inputWarp).toHaveLength(6);
    expect(fitGaussianProcess(typescriptLinearAlgebra(), options).hyperparameters).toEqual(hyperparameters);
  });

  it('starts from earlier hyperparameters too, and keeps the better of both', () => {
    const options = sample(30);
    const fresh = fitGaussianProcess(algebra, options).hyperparameters;
    const bad = { ...fresh, lengthScales: [1e-2, 1e-2, 1e-2, 1e-2], noise: 0.9 };
    const { lengthScales } = fitGaussianProcess(algebra, { ...options, previous: bad }).hyperparameters;
    lengthScales.forEach((scale, i) => expect(scale / (fresh.lengthScales[i] as number)).toBeCloseTo(1, 1));
    const once = fitGaussianProcess(algebra, { ...options, previous: fresh, maxIterations: 0 }).hyperparameters;
    expect(once.lengthScales).toEqual(fresh.lengthScales.map((scale) => expect.closeTo(scale, 12)));
  });

  it('leaves the arrays it was given alone, and does not follow them later', () => {
    const options = sample(20);
    const copy = structuredClone(options);
    const process = fitGaussianProcess(algebra, options);
    expect(options).toEqual(copy);
    const at = randomPoints(options.space, 3, 5);
    const before = process.append(at.slice(0, 4), [1]).predict(at);
    options.points.fill(0);
    options.values.fill(0);
    expect(process.append(at.slice(0, 4), [1]).predict(at)).toEqual(before);
  });
});

describe('the warp of the values', () => {
  it('is none where the function is smooth as it is', () => {
    expect(fitGaussianProcess(algebra, sample(40)).hyperparameters.outputWarp).toBe('identity');
  });

  it('is the logarithm where losses span decades', () => {
    const decades = sample(40, (x) => 10 ** (3 * two(x)));
    expect(fitGaussianProcess(algebra, decades).hyperparameters.outputWarp).toBe('log');
  });

  it('is what was asked for', () => {
    const asked = { ...sample(20), outputWarp: 'half-rank' as const };
    expect(fitGaussianProcess(algebra, asked).hyperparameters.outputWarp).toBe('half-rank');
  });
});

describe('hostile data', () => {
  const n = 12;
  const space = continuousSpace(3);
  const points = randomPoints(space, n, 7);
  const values = valuesAt(points, 3, smooth);
  const cases: Record<string, FitOptions> = {
    'nothing at all': { space, points: new Float64Array(0), values: new Float64Array(0) },
    'one observation': { space, points: points.slice(0, 3), values: Float64Array.of(5) },
    'one failed observation': { space, points: points.slice(0, 3), values: Float64Array.of(Number.NaN) },
    'a constant': { space, points, values: values.map(() => 4.2) },
    zero: { space, points, values: values.map(() => 0) },
    'all failed': { space, points, values: values.map(() => Number.POSITIVE_INFINITY) },
    'some failed': { space, points, values: values.map((x, i) => (i % 3 ? x : Number.NaN)) },
    '1e300 once': { space, points, values: values.with(2, 1e300) },
    '1e308 both ways': { space, points, values: values.with(2, 1.7e308).with(3, -1.7e308) },
    'values of 1e-310': { space, points, values: values.map((x) => x * 1e-310) },
    'one point repeated': { space, points: points.map((_, i) => points[i % 3] as number), values },
    'one point repeated, no noise': {
      space,
      points: points.map((_, i) => points[i % 3] as number),
      values,
      noise: { kind: 'none' },
    },
    'known noise, also none and infinite': {
      space,
      points,
      values,
      noise: {
        kind: 'known',
        variances: values.map((_, i) => [0, 1, Number.POSITIVE_INFINITY, Number.NaN][i % 4] as number),
      },
    },
    '60 dimensions': { space: continuousSpace(60), points: randomPoints(continuousSpace(60), n, 3), values },
    'no dimension': { space: continuousSpace(0), points: new Float64Array(0), values: new Float64Array(0) },
    'coordinates out of range': { space, points: points.map((x) => 100 * x - 50), values },
    'a dimension of one level': {
      space: { dimensions: [...continuousSpace(2).dimensions, { kind: 'continuous', levels: 1 }] },
      points,
      values,
    },
  };

  it.each(Object.entries(cases))('gives a model that predicts: %s', (_, options) => {
    for (const inputWarp of [false, true]) {
      const process = fitGaussianProcess(algebra, { ...options, inputWarp });
      const width = options.space.dimensions.length;
      if (width === 0) continue;
      const at = randomPoints(options.space, 4, 99);
      const grown = process.append(at.slice(0, width), [1e9]).withPending(at.slice(width, 3 * width));
      for (const model of [process, grown]) {
        const prediction = model.differentiate(at);
        const { mean, variance } = prediction;
        const gradient = prediction.gradient({ mean: mean.map(() => 1), variance: mean.map(() => 1) });
        expect([...mean, ...variance, ...gradient].every(Number.isFinite)).toBe(true);
        expect(Math.min(...variance)).toBeGreaterThan(0);
        expect([...mean].every((z) => Number.isFinite(model.toUser(z)))).toBe(true);
      }
    }
  });
});
