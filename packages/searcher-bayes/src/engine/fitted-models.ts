import { FixedLevel, type LevelScale, withLevel } from '../data/fixed-level.ts';
import { type Observation, pointsOf, valuesOf } from '../data/observation.ts';
import type { TrainingSet } from '../data/training-set.ts';
import type { LinearAlgebra } from '../linear-algebra/types.ts';
import { fitInSteps } from '../model/fit.ts';
import type { GaussianProcess, Hyperparameters, Noise } from '../model/types.ts';
import type { EngineSetup } from './protocol.ts';

/** The model of the objective and those of the other metrics, with what they learned from. */
export interface FittedModels {
  /** Observations that there were when they were fitted. */
  readonly fittedAt: number;
  /** The resource at which the models are asked. */
  readonly level: number;
  readonly scale: LevelScale | undefined;
  /** The rows of the objective's model, in order. */
  readonly observations: readonly Observation[];
  readonly objective: GaussianProcess;
  /** One for each constraint, then one for the logarithm of the cost; undefined while nothing is known of it. */
  readonly extras: readonly (GaussianProcess | undefined)[];
}

/** The hyperparameters of fitted models: where a later fit may start. */
export interface StartingPoint {
  readonly objective: Hyperparameters;
  readonly extras: readonly (Hyperparameters | undefined)[];
}

/** Iterations of a fit that starts afresh, and of one that starts from an anchor. */
const ITERATIONS = { fresh: 45, warm: 30 } as const;
/** Up to so many observations a fit costs next to nothing: it starts afresh as well. */
const CHEAP = 40;

/**
 * Fits all models to a training set, one evaluation of a likelihood from yield to yield; it yields of how many observations.
 * With a starting point the warps are those of that fit: to choose them anew costs more than the fit itself, and they change
 * seldom.
 */
export function* fitModels(
  algebra: LinearAlgebra,
  setup: EngineSetup,
  fittedAt: number,
  { level, scale, observations }: TrainingSet,
  given: StartingPoint | undefined,
): Generator<number, FittedModels> {
  const { inputWarp, outputWarp } = setup;
  const space = scale === undefined ? setup.layout : withLevel(setup.layout);
  const seen = (model: GaussianProcess): GaussianProcess => (scale === undefined ? model : new FixedLevel(model));
  // Where there was a single level then, and there are several now, the dimensions are not the same.
  const start = given?.objective.lengthScales.length === space.dimensions.length ? given : undefined;
  const objective = yield* fitInSteps(algebra, {
    space,
    points: pointsOf(observations, scale),
    values: valuesOf(observations),
    noise: noiseOf(setup, observations.length),
    inputWarp,
    maxIterations: start === undefined ? ITERATIONS.fresh : ITERATIONS.warm,
    freshStart: observations.length <= CHEAP,
    ...(start === undefined ? { outputWarp } : { previous: start.objective, outputWarp: start.objective.outputWarp }),
  });
  const extras: (GaussianProcess | undefined)[] = [];
  const count = setup.limits.length + Number(setup.cost);
  for (let index = 0; index < count; index++) {
    const known = observations.filter(({ extras: numbers }) => Number.isFinite(numbers[index]));
    if (known.length === 0) {
      extras.push(undefined);
      continue;
    }
    const previous = start?.extras[index];
    const model = yield* fitInSteps(algebra, {
      space,
      points: pointsOf(known, scale),
      values: Float64Array.from(known, ({ extras: numbers }) => numbers[index]!),
      ...(previous === undefined ? {} : { previous, freshStart: false }),
      maxIterations: previous === undefined ? ITERATIONS.fresh : ITERATIONS.warm,
      // The cost comes as a logarithm, and its unit must stay one.
      outputWarp: index < setup.limits.length ? (previous?.outputWarp ?? 'auto') : 'identity',
    });
    extras.push(seen(model));
  }
  return { fittedAt, level, scale, observations, objective: seen(objective), extras };
}

/** The models with more observations, their hyperparameters unchanged. */
export function extended(models: FittedModels, more: readonly Observation[]): FittedModels {
  const added = more.filter(({ level }) => models.scale !== undefined || level === models.level);
  if (added.length === 0) return models;
  return {
    ...models,
    observations: [...models.observations, ...added],
    objective: models.objective.append(pointsOf(added, models.scale), valuesOf(added)),
    extras: models.extras.map((model, index) => {
      const known = added.filter(({ extras }) => Number.isFinite(extras[index]));
      if (known.length === 0) return model;
      return model?.append(
        pointsOf(known, models.scale),
        known.map(({ extras }) => extras[index]!),
      );
    }),
  };
}

/** Where a later fit may start. */
export function startingPoint({ objective, extras }: FittedModels): StartingPoint {
  return { objective: objective.hyperparameters, extras: extras.map((model) => model?.hyperparameters) };
}

function noiseOf({ noise }: EngineSetup, count: number): Noise {
  if (typeof noise !== 'number') return { kind: noise };
  return { kind: 'known', variances: new Float64Array(count).fill(noise) };
}
