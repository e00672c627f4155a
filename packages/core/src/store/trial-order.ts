import type { Goal } from '../domain/objective.ts';
import type { TrialRecord } from '../domain/trial.ts';
import type { TrialQuery } from '../ports/trial-store.ts';

/**
 * The trials that a query asks for, in its order; what the reference store does by hand and SQLite by an index.
 * Equal values are in the order of their numbers; `descending` turns the whole order round.
 */
export function selectTrials(all: readonly TrialRecord[], query: TrialQuery, goal: Goal): TrialRecord[] {
  const { states, order, descending, limit, offset = 0 } = query;
  const chosen = all.filter(
    (trial) =>
      (states === undefined || states.includes(trial.state)) && (order !== 'value' || Number.isFinite(trial.value)),
  );
  const sign = goal === 'maximize' ? -1 : 1;
  if (order === 'value') chosen.sort((a, b) => sign * ((a.value ?? 0) - (b.value ?? 0)) || a.id - b.id);
  else chosen.sort((a, b) => a.id - b.id);
  if (descending === true) chosen.reverse();
  return chosen.slice(offset, limit === undefined ? undefined : offset + limit);
}
