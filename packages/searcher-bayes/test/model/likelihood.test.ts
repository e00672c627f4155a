import { describe, expect, it } from 'vitest';
import { createLinearAlgebra } from '../../src/linear-algebra/create-linear-algebra.ts';
import { typescriptLinearAlgebra } from '../../src/linear-algebra/typescript-linear-algebra.ts';
import { encodePoints } from '../../src/model/features.ts';
import { negativeLogPosterior } from '../../src/model/likelihood.ts';
import { ParameterVector } from '../../src/model/parameter-vector.ts';
import { seededNumbers } from '../linear-algebra/matrices.ts';
import { reference } from './reference.ts';
import { continuousSpace, MIXED_SPACE, randomPoints, smooth, valuesAt } from './samples.ts';

const algebra = createLinearAlgebra();

describe('the likelihood', () => {
  it.each(reference.cases)('and its gradient are those of scikit-learn: case %#', (expected) => {
    const space = continuousSpace(expected.lengthScales.length);
    const parameters = new ParameterVector(space, true, false);
    const theta = parameters.pack({ ...expected, outputWarp: 'identity' });
    const data = {
      encoded: encodePoints(space, Float64Array.from(expected.points.flat())),
      targets: Float64Array.from(expected.targets),
      knownNoise: undefined,
    };
    const { value, gradient, mean } = negativeLogPosterior(algebra, data, parameters, theta);
    const ofPrior = new Float64Array(theta.length);
    const penalty = parameters.addPenalty(theta, ofPrior);
    const likelihood = gradient.map((g, i) => (ofPrior[i] as number) - g);
    // Within 1e-9 of the numbers' size: what is left is the rounding of two different orders of summation.
    const close = (actual: number, wanted: number): void =>
      expect(Math.abs(actual - wanted)).toBeLessThan(1e-9 * Math.max(1, Math.abs(wanted)));
    close(mean, expected.mean);
    close(penalty + mean ** 2 / 2 - value, expected.logLikelihood);
    expected.gradient.lengthScales.forEach((wanted, i) => close(likelihood[i] as number, wanted));
    close(likelihood[parameters.outputScale] as number, expected.gradient.outputScale);
    close(likelihood[parameters.noise as number] as number, expected.gradient.noise);
  });

  it.each([
    { name: 'mixed space', space: MIXED_SPACE, learned: true, warp: false },
    { name: 'input warp', space: MIXED_SPACE, learned: true, warp: true },
    { name: 'known noise', space: continuousSpace(3), learned: false, warp: false },
  ])('has the gradient of finite differences: $name', ({ space, learned, warp }) => {
    const n = 25;
    const points = randomPoints(space, n, 3);
    const targets = valuesAt(points, space.dimensions.length, smooth);
    const random = seededNumbers(11);
    const parameters = new ParameterVector(space, learned, warp);
    const data = {
      encoded: encodePoints(space, points),
      targets,
      knownNoise: learned ? undefined : Float64Array.from({ length: n }, () => 0.01 + 0.1 * random()),
    };
    const theta = parameters.mode().map((x) => x + random() - 0.5);
    if (parameters.noise !== undefined) theta[parameters.noise] = Math.log(0.05);
    const { gradient } = negativeLogPosterior(algebra, data, parameters, theta);
    const step = 1e-5;
    gradient.forEach((g, i) => {
      const [above, below] = [step, -step].map(
        (change) => negativeLogPosterior(algebra, data, parameters, theta.with(i, (theta[i] as number) + change)).value,
      ) as [number, number];
      expect(Math.abs((above - below) / (2 * step) - g)).toBeLessThan(1e-6 * Math.max(1, Math.abs(g)));
    });
  });

  it('has the same bits in WebAssembly and in TypeScript', () => {
    const points = randomPoints(MIXED_SPACE, 37, 5);
    const parameters = new ParameterVector(MIXED_SPACE, true, true);
    const data = {
      encoded: encodePoints(MIXED_SPACE, points),
      targets: valuesAt(points, 6, smooth),
      knownNoise: undefined,
    };
    expect(negativeLogPosterior(algebra, data, parameters, parameters.mode())).toEqual(
      negativeLogPosterior(typescriptLinearAlgebra(), data, parameters, parameters.mode()),
    );
  });

  it('is infinite where the covariance is not positive definite', () => {
    const space = continuousSpace(1);
    const parameters = new ParameterVector(space, true, false);
    const data = {
      encoded: encodePoints(space, new Float64Array(3)),
      targets: new Float64Array(3),
      knownNoise: undefined,
    };
    const theta = parameters.mode().with(0, Number.NaN);
    expect(negativeLogPosterior(algebra, data, parameters, theta).value).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('the prior of the length-scales', () => {
  it.each(reference.lengthScalePrior)('is the log-normal of SciPy in $dimensions dimensions', (expected) => {
    const parameters = new ParameterVector(continuousSpace(expected.dimensions), true, false);
    const penalties = expected.lengthScales.map((scale) => {
      const theta = parameters.mode().with(0, Math.log(scale));
      return parameters.addPenalty(theta, new Float64Array(theta.length));
    });
    // Both up to a constant.
    for (let i = 1; i < penalties.length; i++) {
      const difference = (expected.logDensity[0] as number) - (expected.logDensity[i] as number);
      expect((penalties[i] as number) - (penalties[0] as number)).toBeCloseTo(difference, 10);
    }
  });
});
