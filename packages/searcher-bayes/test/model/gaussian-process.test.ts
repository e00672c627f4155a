import { describe, expect, it } from 'vitest';
import { createLinearAlgebra } from '../../src/linear-algebra/create-linear-algebra.ts';
import { typescriptLinearAlgebra } from '../../src/linear-algebra/typescript-linear-algebra.ts';
import { conditionGaussianProcess } from '../../src/model/gaussian-process.ts';
import type { GaussianProcess, GaussianProcessData, Hyperparameters } from '../../src/model/types.ts';
import { seededNumbers } from '../linear-algebra/matrices.ts';
import { type ReferenceCase, reference } from './reference.ts';
import { continuousSpace, MIXED_SPACE, randomPoints, smooth, valuesAt } from './samples.ts';

const algebra = createLinearAlgebra();

const MIXED_HYPERPARAMETERS: Hyperparameters = {
  lengthScales: [0.5, 0.8, 0.4, 0.7, 1.2, 0.9],
  outputScale: 1.7,
  noise: 1e-3,
  mean: 0.2,
  outputWarp: 'yeo-johnson',
  inputWarp: [
    { a: 1.3, b: 0.8 },
    { a: 1, b: 1 },
    { a: 0.7, b: 1.2 },
    { a: 2, b: 1.5 },
    { a: 1, b: 1 },
    { a: 1, b: 1 },
  ],
};

/** The data of a model over the mixed space. */
function mixedData(n: number): GaussianProcessData {
  const points = randomPoints(MIXED_SPACE, n, 17);
  const values = valuesAt(points, 6, smooth);
  return {
    space: MIXED_SPACE,
    points,
    values,
    noise: { kind: 'learned' },
    hyperparameters: MIXED_HYPERPARAMETERS,
    warped: n,
  };
}

const mixed = (n: number): GaussianProcess => conditionGaussianProcess(algebra, mixedData(n));

/** The model of a reference case. It standardises its values, so the hyperparameters are brought to these units. */
function standardised(expected: ReferenceCase): { process: GaussianProcess; deviation: number } {
  const values = Float64Array.from(expected.targets);
  const average = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - average) ** 2, 0) / values.length);
  const process = conditionGaussianProcess(algebra, {
    space: continuousSpace(expected.lengthScales.length),
    points: Float64Array.from(expected.points.flat()),
    values,
    noise: { kind: 'learned' },
    warped: values.length,
    hyperparameters: {
      lengthScales: expected.lengthScales,
      outputScale: expected.outputScale / deviation ** 2,
      noise: expected.noise / deviation ** 2,
      mean: (expected.mean - average) / deviation,
      outputWarp: 'identity',
    },
  });
  return { process, deviation };
}

describe('the posterior', () => {
  it.each(reference.cases)('is that of SciPy: case %#', (expected) => {
    const { process, deviation } = standardised(expected);
    const at = Float64Array.from(expected.at.flat());
    const { mean, variance } = process.predict(at);
    const covariance = process.covariance(at);
    expected.posteriorMean.forEach((wanted, i) => {
      expect(process.toUser(mean[i] as number)).toBeCloseTo(wanted, 9);
      expect((variance[i] as number) * deviation ** 2).toBeCloseTo(expected.posteriorCovariance[i]?.[i] as number, 9);
      expected.posteriorCovariance[i]?.forEach((entry, j) => {
        expect((covariance[i * 5 + j] as number) * deviation ** 2).toBeCloseTo(entry, 9);
      });
    });
  });

  it('follows the observations where there is hardly any noise, and returns to the mean far away', () => {
    const points = Float64Array.of(0.1, 0.2, 0.3);
    const process = conditionGaussianProcess(algebra, {
      space: continuousSpace(1),
      points,
      values: Float64Array.of(3, 5, 4),
      noise: { kind: 'none' },
      hyperparameters: { lengthScales: [0.05], outputScale: 2, noise: 0, mean: 0.3, outputWarp: 'identity' },
      warped: 3,
    });
    const { mean, variance } = process.predict(Float64Array.of(0.1, 0.2, 0.3, 1));
    expect([...mean.subarray(0, 3)].map((z) => process.toUser(z))).toEqual([3, 5, 4].map((y) => expect.closeTo(y, 4)));
    expect(Math.max(...variance.subarray(0, 3))).toBeLessThan(2e-6);
    expect(mean[3]).toBeCloseTo(0.3, 4);
    expect(variance[3]).toBeCloseTo(2, 4);
  });

  it('does not depend on how many points are asked for at once', () => {
    const process = mixed(30);
    const points = randomPoints(MIXED_SPACE, 600, 23);
    const { mean, variance } = process.predict(points);
    for (const row of [0, 255, 256, 599]) {
      const one = process.predict(points.subarray(row * 6, row * 6 + 6));
      expect([one.mean[0], one.variance[0]]).toEqual([mean[row], variance[row]]);
    }
  });

  it('is the same, bit for bit, in TypeScript and from plain data', () => {
    const process = mixed(21).append(randomPoints(MIXED_SPACE, 1, 5), [2.5]);
    const points = randomPoints(MIXED_SPACE, 9, 29);
    const data = structuredClone(process.toData());
    const again = conditionGaussianProcess(typescriptLinearAlgebra(), data);
    expect(again.predict(points)).toEqual(process.predict(points));
    expect(again.leaveOneOut()).toEqual(process.leaveOneOut());
  });
});

describe('append', () => {
  it('gives the bits of a model conditioned on all observations at once', () => {
    const all = mixedData(29);
    const warped = 20;
    const start = conditionGaussianProcess(algebra, {
      ...all,
      points: all.points.slice(0, warped * 6),
      values: all.values.slice(0, warped),
      warped,
    });
    let process = start;
    for (let row = warped; row < 29; row++) {
      process = process.append(all.points.subarray(row * 6, row * 6 + 6), [all.values[row] as number]);
    }
    const whole = conditionGaussianProcess(algebra, { ...all, warped });
    const points = randomPoints(MIXED_SPACE, 12, 31);
    expect(process.observations).toBe(29);
    expect(process.predict(points)).toEqual(whole.predict(points));
    const together = start.append(all.points.subarray(warped * 6), all.values.subarray(warped));
    expect(together.predict(points)).toEqual(whole.predict(points));
  });

  it('takes a failed observation as worse than the worst', () => {
    const process = mixed(20).append(randomPoints(MIXED_SPACE, 1, 5), [Number.POSITIVE_INFINITY]);
    const others = process.targets.subarray(0, 20);
    expect(process.targets[20]).toBeCloseTo(Math.max(...others) + 0.5, 12);
  });

  it('drops what was pending', () => {
    const process = mixed(20);
    const point = randomPoints(MIXED_SPACE, 1, 5);
    const after = process.withPending(randomPoints(MIXED_SPACE, 3, 6)).append(point, [1]);
    expect(after.pending).toBe(0);
    expect(after.predict(point)).toEqual(process.append(point, [1]).predict(point));
  });
});

describe('pending points', () => {
  const process = mixed(22);
  const waiting = randomPoints(MIXED_SPACE, 5, 41);
  const points = randomPoints(MIXED_SPACE, 7, 43);
  const withPending = process.withPending(waiting);

  it('leave the mean and lower the variance', () => {
    const before = process.predict(points);
    const after = withPending.predict(points);
    expect([withPending.observations, withPending.pending]).toEqual([22, 5]);
    for (let i = 0; i < 7; i++) {
      expect(after.mean[i]).toBeCloseTo(before.mean[i] as number, 10);
      expect(after.variance[i]).toBeLessThanOrEqual((before.variance[i] as number) + 1e-12);
    }
  });

  it('give the prediction after any fantasy of their values', () => {
    const random = seededNumbers(3);
    const normals = Array.from({ length: 5 }, () => 2 * random() - 1);
    // Observe the pending points one by one, each at its expectation plus so many conditional deviations (with noise).
    let observed = process;
    normals.forEach((normal, q) => {
      const point = waiting.subarray(q * 6, q * 6 + 6);
      const { mean, variance } = observed.predict(point);
      const deviation = Math.sqrt((variance[0] as number) + MIXED_HYPERPARAMETERS.noise);
      observed = observed.append(point, [observed.toUser((mean[0] as number) + normal * deviation)]);
    });
    const expected = observed.predict(points);
    const { mean, variance, sensitivity } = withPending.differentiate(points);
    for (let i = 0; i < 7; i++) {
      const moved = normals.reduce((sum, normal, q) => sum + normal * (sensitivity[i * 5 + q] as number), 0);
      expect((mean[i] as number) + moved).toBeCloseTo(expected.mean[i] as number, 8);
      expect(variance[i]).toBeCloseTo(expected.variance[i] as number, 8);
    }
  });

  it('replace earlier pending ones', () => {
    expect(withPending.withPending(waiting).predict(points)).toEqual(withPending.predict(points));
  });
});

describe('the gradient of a prediction', () => {
  it('is that of finite differences, for mean, variance and sensitivity', () => {
    const process = mixed(22).withPending(randomPoints(MIXED_SPACE, 3, 41));
    const points = randomPoints(MIXED_SPACE, 6, 47);
    const random = seededNumbers(5);
    const weights = {
      mean: Float64Array.from({ length: 6 }, random),
      variance: Float64Array.from({ length: 6 }, random),
      sensitivity: Float64Array.from({ length: 18 }, random),
    };
    const scalar = (at: Float64Array): number => {
      const { mean, variance, sensitivity } = process.differentiate(at);
      const product = (a: Float64Array, b: Float64Array): number =>
        a.reduce((sum, x, i) => sum + x * (b[i] as number), 0);
      return (
        product(mean, weights.mean) + product(variance, weights.variance) + product(sensitivity, weights.sensitivity)
      );
    };
    const gradient = process.differentiate(points).gradient(weights);
    const step = 1e-5;
    let moving = 0;
    gradient.forEach((g, at) => {
      const dimension = MIXED_SPACE.dimensions[at % 6];
      const still = dimension?.kind === 'categorical' || dimension?.levels !== undefined || Number.isNaN(points[at]);
      if (still) {
        expect(g).toBe(0);
        return;
      }
      moving++;
      const difference =
        scalar(points.with(at, (points[at] as number) + step)) - scalar(points.with(at, (points[at] as number) - step));
      expect(difference / (2 * step)).toBeCloseTo(g, 6);
    });
    expect(moving).toBeGreaterThan(8);
  });
});

describe('leaving one out', () => {
  it.each(reference.cases)('is what a model without that observation predicts: case %#', (expected) => {
    const { process, deviation } = standardised(expected);
    const { mean, variance, logDensity } = process.leaveOneOut();
    expected.leaveOneOut.mean.forEach((wanted, i) => {
      expect(process.toUser(mean[i] as number)).toBeCloseTo(wanted, 7);
      expect((variance[i] as number) * deviation ** 2).toBeCloseTo(expected.leaveOneOut.variance[i] as number, 9);
    });
    expect(logDensity).toBeCloseTo(expected.leaveOneOut.logDensity, 6);
  });

  it('counts no observation without a value', () => {
    const data = mixedData(18);
    const failed = data.values.with(4, Number.NaN);
    const { logDensity } = conditionGaussianProcess(algebra, { ...data, values: failed }).leaveOneOut();
    expect(logDensity).not.toBeNaN();
  });
});
