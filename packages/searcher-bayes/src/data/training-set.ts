import type { LevelScale } from './fixed-level.ts';
import type { Observation } from './observation.ts';

/** What a model learns from. */
export interface TrainingSet {
  readonly observations: readonly Observation[];
  /** The resource at which the model is asked. */
  readonly level: number;
  /** Where the observations are of several levels: the scale on which these are a coordinate. */
  readonly scale: LevelScale | undefined;
}

/** How results at several levels of resource are learned from: all in one model, or the highest that has enough. */
export type Rungs = 'joint' | 'highest';

/** Shares of a subset that are filled with the best observations, and with the latest. */
const BEST = 0.25;
const LATEST = 0.25;

/**
 * The observations that a model learns from.
 *
 * `highest`: those at the highest level of resource that has enough of them (Falkner et al., BOHB, ICML 2018, section 4.1).
 * `joint`: those at all levels, the resource being one more coordinate (Klein et al., Model-based Asynchronous Hyperparameter
 * and Neural Architecture Search, 2020).
 *
 * Where there are too many, a subset: the best quarter, the latest quarter, and the others evenly by their rank; of several
 * levels an equal share each, what one has not going to those below.
 * @param enough how many results a level must have, failures not counted
 * @param most the largest subset
 */
export function trainingSet(
  observations: readonly Observation[],
  enough: number,
  most: number,
  rungs: Rungs = 'highest',
): TrainingSet {
  const levels = new Set(observations.filter(({ value }) => Number.isFinite(value)).map(({ level }) => level));
  const [highest, lowest] = [Math.max(...levels), Math.min(...levels)];
  if (rungs === 'joint' && levels.size > 1 && Number.isFinite(highest)) {
    const chosen = fromEach(
      [...levels].sort((a, b) => b - a),
      observations,
      most,
    );
    return { level: highest, scale: { lowest, highest }, observations: chosen };
  }
  const level = levelOf(observations, enough);
  const there = observations.filter((observation) => observation.level === level);
  return { level, scale: undefined, observations: there.length <= most ? there : subset(there, most) };
}

/** A share of each level, highest first, in the order of the observations. */
function fromEach(
  levels: readonly number[],
  observations: readonly Observation[],
  most: number,
): readonly Observation[] {
  const chosen = new Set<Observation>();
  for (const [index, level] of levels.entries()) {
    const there = observations.filter((observation) => observation.level === level);
    const share = Math.floor((most - chosen.size) / (levels.length - index));
    for (const one of there.length <= share ? there : subset(there, share)) chosen.add(one);
  }
  return observations.filter((observation) => chosen.has(observation));
}

function levelOf(observations: readonly Observation[], enough: number): number {
  const counts = new Map<number, number>();
  for (const { level, value } of observations) {
    if (Number.isFinite(value)) counts.set(level, (counts.get(level) ?? 0) + 1);
  }
  const levels = [...counts.keys()].sort((a, b) => b - a);
  // Where none has enough yet: the one that has most.
  const fullest = levels.toSorted((a, b) => counts.get(b)! - counts.get(a)!)[0];
  return levels.find((level) => counts.get(level)! >= enough) ?? fullest ?? observations[0]!.level;
}

function subset(observations: readonly Observation[], most: number): Observation[] {
  const order = [...observations.keys()].sort(
    (a, b) => compare(observations[a]!.value, observations[b]!.value) || a - b,
  );
  const best = order.slice(0, Math.floor(most * BEST));
  const firstLatest = observations.length - Math.floor(most * LATEST);
  const chosen = new Set([...best, ...Array.from(observations.keys()).slice(firstLatest)]);
  const others = order.filter((index) => !chosen.has(index));
  const wanted = most - chosen.size;
  for (let place = 0; place < wanted; place++)
    chosen.add(others[Math.floor(((place + 0.5) * others.length) / wanted)]!);
  return [...chosen].sort((a, b) => a - b).map((index) => observations[index]!);
}

/** Finite values in order, all others after them. */
function compare(a: number, b: number): number {
  if (Number.isFinite(a) && Number.isFinite(b)) return a - b;
  return Number(Number.isFinite(b)) - Number(Number.isFinite(a));
}
