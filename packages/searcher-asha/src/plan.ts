import type { PlanHorizon, SearcherPlan } from '@fettle/core';
import { survivors } from './places.ts';

/** A bracket as it is planned. */
export interface PlannedBracket {
  readonly name: string;
  /** Resource of each rung, lowest first. */
  readonly levels: readonly number[];
  /** Share of the new trials that begin here. */
  readonly share: number;
}

/** What every plan of the family is made from. */
export interface PlanBasis {
  readonly variant: 'promotion' | 'stopping';
  /** Whether a resumed trial goes on where it paused; otherwise it begins again at 0. */
  readonly resumable: boolean;
  readonly notes: readonly string[];
}

/** What a plan of asynchronous brackets is made from. */
export interface AsynchronousPlan extends PlanBasis {
  /** Their shares add up to 1. */
  readonly brackets: readonly PlannedBracket[];
  readonly reductionFactor: number;
  readonly maxTrials?: number | undefined;
}

/**
 * What is expected of brackets that let one trial in `reductionFactor` go on from each rung: how many trials reach which
 * rung, and what that costs. It is the long-run shape; a study may end on the way.
 */
export function planAsynchronous(basis: AsynchronousPlan, horizon: PlanHorizon): SearcherPlan {
  const { brackets, maxTrials, reductionFactor } = basis;
  const notes = [...basis.notes];
  let trials = Math.min(maxTrials ?? Number.POSITIVE_INFINITY, horizon.trials ?? Number.POSITIVE_INFINITY);
  if (horizon.resource !== undefined) trials = Math.min(trials, mostWithin(basis, horizon.resource));
  if (trials === Number.POSITIVE_INFINITY) {
    const tallest = Math.max(...brackets.map(({ levels }) => levels.length));
    trials = Math.ceil(reductionFactor ** (tallest - 1));
    notes.push('the study has no budget of trials or resource: this is what it takes to bring one trial to the top');
  }
  return summary(basis, brackets, climb(basis, trials), horizon, notes);
}

/** Puts a plan's numbers together. @param counts trials that reach each rung of each bracket */
export function summary(
  basis: PlanBasis,
  brackets: readonly PlannedBracket[],
  counts: readonly (readonly number[])[],
  horizon: PlanHorizon,
  notes: readonly string[],
): SearcherPlan {
  const trials = counts.reduce((sum, [first = 0]) => sum + first, 0);
  return {
    brackets: brackets.map(({ name, share, levels }, bracket) => ({
      name,
      share,
      rungs: levels.map((resource, rung) => ({ resource, trials: counts[bracket]![rung]! })),
    })),
    trials,
    resource: brackets.reduce((sum, { levels }, bracket) => sum + costOf(basis, levels, counts[bracket]!), 0),
    // A paused trial may be promoted as long as the study goes on, so its checkpoint is kept.
    checkpoints: !basis.resumable ? 0 : basis.variant === 'promotion' ? trials : Math.min(trials, horizon.workers),
    notes,
  };
}

/** Resource that it takes to bring so many trials to each rung. */
export function costOf(
  { variant, resumable }: Pick<PlanBasis, 'variant' | 'resumable'>,
  levels: readonly number[],
  counts: readonly number[],
): number {
  const restarts = variant === 'promotion' && !resumable;
  let cost = 0;
  for (const [rung, level] of levels.entries()) {
    const before = rung === 0 || restarts ? 0 : levels[rung - 1]!;
    cost += counts[rung]! * (level - before);
  }
  return cost;
}

/** Trials that reach each rung of each bracket when so many are started in all. */
function climb({ brackets, reductionFactor }: AsynchronousPlan, trials: number): number[][] {
  let rest = trials;
  return brackets.map(({ share, levels }, index) => {
    const first = index === brackets.length - 1 ? rest : Math.min(rest, Math.round(trials * share));
    rest -= first;
    return survivors(first, levels.length, reductionFactor);
  });
}

/** The largest number of trials that costs no more than so much resource. */
function mostWithin(basis: AsynchronousPlan, resource: number): number {
  const affordable = (trials: number): boolean => {
    const counts = climb(basis, trials);
    const cost = basis.brackets.reduce((sum, { levels }, index) => sum + costOf(basis, levels, counts[index]!), 0);
    return cost <= resource;
  };
  let low = 0;
  let high = 1;
  while (affordable(high)) [low, high] = [high, high * 2];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (affordable(middle)) low = middle;
    else high = middle;
  }
  return low;
}
