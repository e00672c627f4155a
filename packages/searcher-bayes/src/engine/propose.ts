import type { Acquisition } from '../acquisition/acquisition.ts';
import { sumOf } from '../acquisition/acquisition.ts';
import { Cheapness } from '../acquisition/cheapness.ts';
import { ExpectedImprovement } from '../acquisition/expected-improvement.ts';
import { Exploration, pessimistic } from '../acquisition/exploration.ts';
import { Feasibility } from '../acquisition/feasibility.ts';
import type { Observation } from '../data/observation.ts';
import type { GaussianProcess } from '../model/types.ts';
import type { Candidate } from '../search/candidate-pool.ts';
import { joined } from '../search/refine-continuous.ts';
import { searchAcquisition } from '../search/search-acquisition.ts';
import { SeededNumbers, type Seed } from '../search/seeded-numbers.ts';
import type { FittedModels } from './fitted-models.ts';
import type { Answer, Belief, EngineSetup, Proposal } from './protocol.ts';

/** From so many pending results on, part of the suggestions explore. */
const PARALLEL = 7;
/** That part. */
const EXPLORING = 0.5;
/** Observations of each level among which the incumbent is looked for, and levels. */
const CONTENDERS = 8;
const LEVELS = 3;
/** Points around which the search looks. */
const CENTRES = 5;

/** What a proposal rests on. */
export interface Situation {
  readonly models: FittedModels;
  /** Points whose results are pending. */
  readonly pending: readonly Float64Array[];
  /** How many results are pending in all. */
  readonly parallel: number;
  readonly taken: ReadonlySet<string>;
  readonly seed: Seed;
  /** Points at which the acquisition may be evaluated. */
  readonly evaluations: number;
}

/** Finds the point to try next. */
export function propose(setup: EngineSetup, situation: Situation): Answer {
  const { models, taken, evaluations } = situation;
  const numbers = new SeededNumbers(situation.seed);
  const exploring = situation.parallel >= PARALLEL && numbers.next() < EXPLORING;
  const pending = joined(situation.pending);
  const objective = situation.pending.length === 0 ? models.objective : models.objective.withPending(pending);
  const standing = standingOf(models, setup.limits);
  const { acquisition, aim } = acquisitionOf(setup, models, objective, pending, standing, exploring);
  const found = searchAcquisition({
    layout: setup.layout,
    acquisition,
    spread: setup.spread,
    incumbents: standing.best.slice(0, CENTRES).map(({ point }) => point),
    lengthScales: models.objective.hyperparameters.lengthScales,
    taken,
    evaluations,
    numbers,
  });
  let first: Candidate | undefined;
  let other: Candidate | undefined;
  for (const candidate of found) {
    first ??= candidate;
    other = isElsewhere(candidate.point, first.point) ? candidate : undefined;
    if (other !== undefined) break;
  }
  return {
    proposal: first && proposalOf(models.objective, first),
    alternative: other && proposalOf(models.objective, other),
    aim,
    incumbent: standing.incumbent === undefined ? undefined : models.objective.toUser(standing.incumbent),
    observations: models.observations.length,
    fittedAt: models.fittedAt,
    pending: situation.pending.length,
    level: models.level,
  };
}

function acquisitionOf(
  setup: EngineSetup,
  models: FittedModels,
  objective: GaussianProcess,
  pending: Float64Array,
  { incumbent, threshold }: Standing,
  exploring: boolean,
): { readonly acquisition: Acquisition; readonly aim: Answer['aim'] } {
  const feasibility = setup.limits.flatMap((limit, index) => {
    const model = models.extras[index];
    return model === undefined ? [] : [new Feasibility(model, model.toModel(limit))];
  });
  if (incumbent === undefined) {
    return {
      acquisition: sumOf(feasibility.length > 0 ? feasibility : [new Exploration(objective, threshold)]),
      aim: 'become feasible',
    };
  }
  if (exploring) return { acquisition: sumOf([new Exploration(objective, threshold), ...feasibility]), aim: 'explore' };
  const count = setup.fantasies.length / setup.mostPending;
  const draws = new Float64Array(count * objective.pending);
  for (let row = 0; row < count; row++) {
    const start = row * setup.mostPending;
    draws.set(setup.fantasies.subarray(start, start + objective.pending), row * objective.pending);
  }
  const improvement = new ExpectedImprovement(objective, pending, incumbent, { draws, count });
  const cost = setup.cost ? models.extras.at(-1) : undefined;
  return {
    acquisition: sumOf([improvement, ...feasibility, ...(cost === undefined ? [] : [new Cheapness(cost)])]),
    aim: 'improve',
  };
}

/** Where the search stands, in the model's units. */
interface Standing {
  /** The best observations, as the model believes. */
  readonly best: readonly Observation[];
  /** What the model believes of the best feasible one; undefined if none is. */
  readonly incumbent: number | undefined;
  /** A value that is surely reached. */
  readonly threshold: number;
}

/**
 * Looks for the incumbent among the best observations at each of the highest levels, by what the model believes of them at the
 * level where it is asked: noise may have flattered them, and where they were not observed there, that is all there is.
 */
function standingOf({ objective, observations }: FittedModels, limits: readonly number[]): Standing {
  const feasible = ({ extras }: Observation): boolean => limits.every((limit, index) => extras[index]! <= limit);
  const order = [...observations.keys()].sort((a, b) => objective.targets[a]! - objective.targets[b]! || b - a);
  const levels = [...new Set(observations.map(({ level }) => level))].sort((a, b) => b - a).slice(0, LEVELS);
  const contenders = levels.flatMap((level) => {
    const there = order.map((index) => observations[index]!).filter((one) => one.level === level);
    const fit = there.filter(feasible);
    return (fit.length > 0 ? fit : there).slice(0, CONTENDERS);
  });
  const { mean, variance } = objective.predict(joined(contenders.map(({ point }) => point)));
  const ranked = [...contenders.keys()].sort((a, b) => mean[a]! - mean[b]! || a - b);
  const incumbent = ranked.find((index) => feasible(contenders[index]!));
  return {
    best: ranked.map((index) => contenders[index]!),
    incumbent: incumbent === undefined ? undefined : mean[incumbent],
    threshold: Math.min(...mean.map((value, index) => pessimistic(value, variance[index]!))),
  };
}

function proposalOf(model: GaussianProcess, { point, value }: Candidate): Proposal {
  const deviation = Math.sqrt(model.predict(point).variance[0]! / model.hyperparameters.outputScale);
  return { point, uncertainty: Math.min(1, deviation), acquisition: value, ...beliefsAt(model, point)[0]! };
}

/** What a model believes at points, row after row, in the objective's own unit. */
export function beliefsAt(model: GaussianProcess, points: Float64Array): Belief[] {
  const { mean, variance } = model.predict(points);
  return [...mean].map((centre, index) => {
    const reach = 1.96 * Math.sqrt(variance[index]!);
    return { mean: model.toUser(centre), lower: model.toUser(centre - reach), upper: model.toUser(centre + reach) };
  });
}

/** Whether two points differ by more than a twentieth of a range somewhere. */
function isElsewhere(a: Float64Array, b: Float64Array): boolean {
  return a.some(
    (coordinate, index) =>
      Number.isNaN(coordinate) !== Number.isNaN(b[index]!) || Math.abs(coordinate - b[index]!) > 0.05,
  );
}
