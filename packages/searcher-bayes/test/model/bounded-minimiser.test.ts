import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Minimum, type MinimiserOptions, minimise } from '../../src/model/bounded-minimiser.ts';

type Objective = (x: Float64Array) => { value: number; gradient: Float64Array };

/** Runs a search to its end, and counts the evaluations. */
function run(
  objective: Objective,
  start: number[],
  bounds: [number, number],
  options: MinimiserOptions = {},
): Minimum & { evaluations: number } {
  const fill = (x: number): Float64Array => new Float64Array(start.length).fill(x);
  const search = minimise(Float64Array.from(start), fill(bounds[0]), fill(bounds[1]), options);
  let evaluations = 0;
  let step = search.next();
  while (!step.done) {
    expect(step.value.every((x) => x >= bounds[0] && x <= bounds[1])).toBe(true);
    evaluations++;
    step = search.next(objective(step.value));
  }
  return { ...step.value, evaluations };
}

/** Rosenbrock's function in any dimension. */
const rosenbrock: Objective = (x) => {
  let value = 0;
  const gradient = new Float64Array(x.length);
  for (let i = 0; i + 1 < x.length; i++) {
    const [a, b] = [x[i] as number, x[i + 1] as number];
    value += 100 * (b - a * a) ** 2 + (1 - a) ** 2;
    gradient[i] = (gradient[i] as number) - 400 * a * (b - a * a) - 2 * (1 - a);
    gradient[i + 1] = (gradient[i + 1] as number) + 200 * (b - a * a);
  }
  return { value, gradient };
};

describe('minimise', () => {
  it('finds the minimum of Rosenbrock in 10 dimensions', () => {
    const { point, value, evaluations } = run(rosenbrock, Array(10).fill(-1.2), [-5, 5], {
      maxIterations: 500,
      valueTolerance: 0,
    });
    expect(value).toBeLessThan(1e-8);
    expect([...point]).toEqual(Array(10).fill(expect.closeTo(1, 3)));
    expect(evaluations).toBeLessThan(250);
  });

  it('stops on the bound where the minimum lies outside', () => {
    const { point } = run(rosenbrock, [-1, -1, 0.2], [-2, 0.5], { maxIterations: 200 });
    expect(point[0]).toBeCloseTo(0.5, 6);
    expect(point[1]).toBeCloseTo(0.2608, 2);
  });

  it('finds the minimum of any convex quadratic function within bounds', () => {
    const number = fc.double({ min: -3, max: 3, noNaN: true });
    const scale = fc.double({ min: 0.01, max: 100, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(number, scale), { minLength: 1, maxLength: 8 }), (terms) => {
        const objective: Objective = (x) => ({
          value: terms.reduce((sum, [centre, weight], i) => sum + (weight * ((x[i] as number) - centre) ** 2) / 2, 0),
          gradient: x.map((xi, i) => (terms[i]?.[1] ?? 0) * (xi - (terms[i]?.[0] ?? 0))),
        });
        const { point } = run(
          objective,
          terms.map(() => 0.1),
          [-1, 1],
          { maxIterations: 300, valueTolerance: 0 },
        );
        terms.forEach(([centre], i) => expect(point[i]).toBeCloseTo(Math.min(1, Math.max(-1, centre)), 2));
      }),
      { seed: 2 },
    );
  });

  it('backs off from where the function is not defined', () => {
    const logarithm: Objective = (x) => {
      const [a] = x as unknown as [number];
      return { value: a > 0 ? a - Math.log(a) : Number.NaN, gradient: Float64Array.of(1 - 1 / a) };
    };
    expect(run(logarithm, [4], [-10, 10]).point[0]).toBeCloseTo(1, 4);
  });

  it('ends at once where the start is not allowed, a constant is asked for, or no iteration is', () => {
    const never: Objective = (x) => ({ value: Number.POSITIVE_INFINITY, gradient: x });
    expect(run(never, [1], [0, 2])).toMatchObject({ value: Number.POSITIVE_INFINITY, evaluations: 1 });
    const constant: Objective = (x) => ({ value: 3, gradient: new Float64Array(x.length) });
    expect(run(constant, [1, 1], [0, 2])).toMatchObject({ value: 3, evaluations: 1 });
    expect(run(rosenbrock, [0, 0], [-1, 1], { maxIterations: 0 }).evaluations).toBe(1);
  });

  it('ends although a gradient lies', () => {
    const lie: Objective = (x) => ({ value: (x[0] as number) ** 2, gradient: Float64Array.of(-(x[0] as number)) });
    expect(run(lie, [0.5], [-1, 1]).point[0]).toBe(0.5);
  });
});
