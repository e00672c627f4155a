import type { DifferentiablePrediction, GaussianProcess, GaussianProcessData, ModelSpace } from '../model/types.ts';

/** The resource as one more coordinate, on a logarithmic scale: 0 at the lowest level known and 1 at the highest. */
export interface LevelScale {
  readonly lowest: number;
  readonly highest: number;
}

/** The place of a level on the scale. */
export function levelCoordinate({ lowest, highest }: LevelScale, level: number): number {
  return Math.log(level / lowest) / Math.log(highest / lowest);
}

/** A space with the resource as its last coordinate. */
export function withLevel(space: ModelSpace): ModelSpace {
  return { dimensions: [...space.dimensions, { kind: 'continuous' }] };
}

/** Rows with one more coordinate each, the same for all. */
function widened(points: Float64Array, size: number, coordinate: number): Float64Array {
  const count = points.length / size;
  const wide = new Float64Array(count * (size + 1));
  for (let row = 0; row < count; row++) {
    wide.set(points.subarray(row * size, (row + 1) * size), row * (size + 1));
    wide[row * (size + 1) + size] = coordinate;
  }
  return wide;
}

/**
 * A model of configuration and resource together, seen at one level of resource: what it expects there, learned from the results
 * at all levels. Only {@link GaussianProcess.append} and {@link GaussianProcess.toData} see the last coordinate.
 */
export class FixedLevel implements GaussianProcess {
  readonly #joint: GaussianProcess;
  readonly #size: number;
  readonly space: ModelSpace;

  constructor(joint: GaussianProcess) {
    this.#joint = joint;
    this.#size = joint.space.dimensions.length - 1;
    this.space = { dimensions: joint.space.dimensions.slice(0, -1) };
  }

  get observations(): number {
    return this.#joint.observations;
  }

  get pending(): number {
    return this.#joint.pending;
  }

  get targets(): Float64Array {
    return this.#joint.targets;
  }

  get hyperparameters(): GaussianProcess['hyperparameters'] {
    return this.#joint.hyperparameters;
  }

  predict(points: Float64Array): ReturnType<GaussianProcess['predict']> {
    return this.#joint.predict(this.#there(points));
  }

  differentiate(points: Float64Array): DifferentiablePrediction {
    const prediction = this.#joint.differentiate(this.#there(points));
    const { mean, variance, sensitivity } = prediction;
    return {
      mean,
      variance,
      sensitivity,
      gradient: (weights) => {
        const wide = prediction.gradient(weights);
        return wide.filter((_, index) => index % (this.#size + 1) < this.#size);
      },
    };
  }

  covariance(points: Float64Array): Float64Array {
    return this.#joint.covariance(this.#there(points));
  }

  leaveOneOut(): ReturnType<GaussianProcess['leaveOneOut']> {
    return this.#joint.leaveOneOut();
  }

  append(points: Float64Array, values: ArrayLike<number>): GaussianProcess {
    return new FixedLevel(this.#joint.append(points, values));
  }

  withPending(points: Float64Array): GaussianProcess {
    return new FixedLevel(this.#joint.withPending(this.#there(points)));
  }

  toModel(value: number): number {
    return this.#joint.toModel(value);
  }

  toUser(value: number): number {
    return this.#joint.toUser(value);
  }

  toData(): GaussianProcessData {
    return this.#joint.toData();
  }

  #there(points: Float64Array): Float64Array {
    return widened(points, this.#size, 1);
  }
}
