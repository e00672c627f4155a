import type { PlanHorizon, SearcherPlan } from '@fettle/core';
import type { RoundBracket } from './bracket-rounds.ts';
import { costOf, summary, type PlanBasis } from './plan.ts';

/** What a plan of synchronous brackets is made from. */
export interface RoundsPlan extends PlanBasis {
  /** The brackets of one round. */
  readonly cycle: readonly RoundBracket[];
  /** How many rounds there are in all; absent: as many as the study's budget allows. */
  readonly rounds?: number | undefined;
}

/**
 * What synchronous brackets do within a study's budget, one after another. A bracket that the budget of trials cuts short
 * never fills its first rung, so none of its trials goes on.
 */
export function planRounds(basis: RoundsPlan, horizon: PlanHorizon): SearcherPlan {
  const { cycle, rounds } = basis;
  const notes = [...basis.notes];
  const limited = horizon.trials !== undefined || horizon.resource !== undefined;
  if (!limited && rounds === undefined) {
    notes.push('the study has no budget of trials or resource: this is one round of all brackets');
  }
  let trials = horizon.trials ?? Number.POSITIVE_INFINITY;
  let resource = horizon.resource ?? Number.POSITIVE_INFINITY;
  const trialsPerRound = cycle.reduce((sum, { places }) => sum + places[0]!, 0);
  const costPerRound = cycle.reduce((sum, { levels, places }) => sum + costOf(basis, levels, places), 0);
  const most = rounds ?? (limited ? Number.POSITIVE_INFINITY : 1);
  const whole = Math.min(most, Math.floor(trials / trialsPerRound), Math.floor(resource / costPerRound));
  const counts = cycle.map(({ places }) => places.map((count) => count * whole));
  trials -= whole * trialsPerRound;
  resource -= whole * costPerRound;
  if (whole < most) {
    for (const [index, { name, levels, places }] of cycle.entries()) {
      const cut = trials < places[0]!;
      const reached = cut ? levels.map((_, rung) => (rung === 0 ? trials : 0)) : places;
      const cost = costOf(basis, levels, reached);
      if (trials === 0 || cost > resource) break;
      resource -= cost;
      trials -= reached[0]!;
      for (const [rung, count] of reached.entries()) counts[index]![rung]! += count;
      if (cut)
        notes.push(`the budget ends while bracket ${name} has ${reached[0]} of ${places[0]} trials: none goes on`);
    }
  }
  const all = counts.reduce((sum, [first = 0]) => sum + first, 0);
  const brackets = cycle.map(({ name, levels }, index) => ({
    name,
    levels,
    share: all === 0 ? 0 : counts[index]![0]! / all,
  }));
  return summary(basis, brackets, counts, horizon, notes);
}
