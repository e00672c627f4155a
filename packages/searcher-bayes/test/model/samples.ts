import type { Dimension, ModelSpace } from '../../src/model/types.ts';
import { seededNumbers } from '../linear-algebra/matrices.ts';

/** A space of so many continuous dimensions. */
export function continuousSpace(dimensions: number): ModelSpace {
  return { dimensions: Array.from({ length: dimensions }, (): Dimension => ({ kind: 'continuous' })) };
}

/** A space with one dimension of every sort. */
export const MIXED_SPACE: ModelSpace = {
  dimensions: [
    { kind: 'continuous' },
    { kind: 'continuous', levels: 5 },
    { kind: 'continuous', levels: [0, 0.1, 0.7, 1] },
    { kind: 'continuous', conditional: true },
    { kind: 'categorical', choices: 3 },
    { kind: 'categorical', choices: 2, conditional: true },
  ],
};

/** Random points of a space, inactive now and then where they may be. */
export function randomPoints(space: ModelSpace, count: number, seed: number): Float64Array {
  const random = seededNumbers(seed);
  return Float64Array.from({ length: count * space.dimensions.length }, (_, at) => {
    const dimension = space.dimensions[at % space.dimensions.length] as Dimension;
    const number = random();
    if (random() < 0.3 && dimension.conditional) return Number.NaN;
    return dimension.kind === 'categorical' ? Math.floor(number * dimension.choices) : number;
  });
}

/** A smooth function of a point, whatever its space. */
export function smooth(point: Float64Array): number {
  return point.reduce((sum, x, index) => sum + (Number.isNaN(x) ? 0.3 : Math.sin(2 * x + index) * (1 + index / 3)), 0);
}

/** The value of a function at each point. */
export function valuesAt(
  points: Float64Array,
  dimensions: number,
  objective: (point: Float64Array) => number,
): Float64Array {
  return Float64Array.from({ length: points.length / dimensions }, (_, row) =>
    objective(points.subarray(row * dimensions, (row + 1) * dimensions)),
  );
}
