import type { Configuration } from '../domain/configuration.ts';
import { parseSearchSpace, type SearchSpace } from '../domain/search-space.ts';

/** A function whose smallest value is known, to see how well a searcher does. */
export interface TestObjective {
  readonly name: string;
  readonly space: SearchSpace;
  /** The value of a configuration; less is better. */
  evaluate(configuration: Configuration): number;
  /** The smallest value, and every configuration that has it, to about six digits. */
  readonly optimum: { readonly value: number; readonly at: readonly Configuration[] };
}

/** Branin: two parameters, three equal minima. Dixon and Szegö, Towards Global Optimisation 2 (1978). */
export const branin: TestObjective = objective(
  'Branin',
  [
    [-5, 10],
    [0, 15],
  ],
  ([x1 = 0, x2 = 0]) => {
    const inner = x2 - (5.1 / (4 * Math.PI ** 2)) * x1 ** 2 + (5 / Math.PI) * x1 - 6;
    return inner ** 2 + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x1) + 10;
  },
  0.397887357729739,
  [
    [-Math.PI, 12.275],
    [Math.PI, 2.275],
    [3 * Math.PI, 2.475],
  ],
);

const HARTMANN_WEIGHTS = [1, 1.2, 3, 3.2] as const;

/** Hartmann in three parameters: four minima, one of them the smallest. */
export const hartmann3: TestObjective = objective(
  'Hartmann 3',
  cube(3, 0, 1),
  hartmann(
    [
      [3, 10, 30],
      [0.1, 10, 35],
      [3, 10, 30],
      [0.1, 10, 35],
    ],
    [
      [3689, 1170, 2673],
      [4699, 4387, 7470],
      [1091, 8732, 5547],
      [381, 5743, 8828],
    ],
  ),
  -3.86277978,
  [[0.114589, 0.555649, 0.852547]],
);

/** Hartmann in six parameters: six minima, one of them the smallest. */
export const hartmann6: TestObjective = objective(
  'Hartmann 6',
  cube(6, 0, 1),
  hartmann(
    [
      [10, 3, 17, 3.5, 1.7, 8],
      [0.05, 10, 17, 0.1, 8, 14],
      [3, 3.5, 1.7, 10, 17, 8],
      [17, 8, 0.05, 10, 0.1, 14],
    ],
    [
      [1312, 1696, 5569, 124, 8283, 5886],
      [2329, 4135, 8307, 3736, 1004, 9991],
      [2348, 1451, 3522, 2883, 3047, 6650],
      [4047, 8828, 8732, 5743, 1091, 381],
    ],
  ),
  -3.32236801,
  [[0.20169, 0.150011, 0.476874, 0.275332, 0.311652, 0.6573]],
);

/** Ackley: a funnel with many dents in it. */
export function ackley(dimensions: number): TestObjective {
  const evaluate = (x: readonly number[]): number => {
    const square = x.reduce((sum, value) => sum + value ** 2, 0) / x.length;
    const wave = x.reduce((sum, value) => sum + Math.cos(2 * Math.PI * value), 0) / x.length;
    return 20 + Math.E - 20 * Math.exp(-0.2 * Math.sqrt(square)) - Math.exp(wave);
  };
  return objective('Ackley', cube(dimensions, -32.768, 32.768), evaluate, 0, [Array<number>(dimensions).fill(0)]);
}

/** Rosenbrock: a narrow curved valley; from two dimensions on. */
export function rosenbrock(dimensions: number): TestObjective {
  const evaluate = (x: readonly number[]): number =>
    x.slice(1).reduce((sum, next, index) => sum + 100 * (next - x[index]! ** 2) ** 2 + (1 - x[index]!) ** 2, 0);
  return objective('Rosenbrock', cube(dimensions, -5, 10), evaluate, 0, [Array<number>(dimensions).fill(1)]);
}

/** Levy: waves on a bowl. */
export function levy(dimensions: number): TestObjective {
  const evaluate = (x: readonly number[]): number => {
    const w = x.map((value) => 1 + (value - 1) / 4);
    const last = w.at(-1)!;
    const middle = w
      .slice(0, -1)
      .reduce((sum, value) => sum + (value - 1) ** 2 * (1 + 10 * Math.sin(Math.PI * value + 1) ** 2), 0);
    return Math.sin(Math.PI * w[0]!) ** 2 + middle + (last - 1) ** 2 * (1 + Math.sin(2 * Math.PI * last) ** 2);
  };
  return objective('Levy', cube(dimensions, -10, 10), evaluate, 0, [Array<number>(dimensions).fill(1)]);
}

function objective(
  name: string,
  bounds: readonly (readonly [number, number])[],
  evaluate: (x: readonly number[]) => number,
  value: number,
  at: readonly (readonly number[])[],
): TestObjective {
  const names = bounds.map((_, index) => `x${index + 1}`);
  const space = parseSearchSpace(
    Object.fromEntries(bounds.map(([min, max], index) => [names[index], { type: 'float', min, max }])),
  );
  return {
    name,
    space,
    evaluate: (configuration) => evaluate(names.map((parameter) => configuration[parameter] as number)),
    optimum: {
      value,
      at: at.map((point) => space.canonical(Object.fromEntries(point.map((x, index) => [names[index], x])))),
    },
  };
}

function cube(dimensions: number, min: number, max: number): [number, number][] {
  return Array.from({ length: dimensions }, () => [min, max]);
}

/** Centres are given in units of 1e-4. */
function hartmann(
  widths: readonly (readonly number[])[],
  centres: readonly (readonly number[])[],
): (x: readonly number[]) => number {
  return (x) =>
    -HARTMANN_WEIGHTS.reduce((sum, weight, peak) => {
      const distance = x.reduce(
        (total, value, index) => total + widths[peak]![index]! * (value - centres[peak]![index]! / 10_000) ** 2,
        0,
      );
      return sum + weight * Math.exp(-distance);
    }, 0);
}
