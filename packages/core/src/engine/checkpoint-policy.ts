import type { TrialId } from '../domain/trial.ts';

/**
 * Which checkpoints of trials that are over nobody needs any more.
 * @param held trials that are over and whose checkpoint is still there, with their values (normalised, less is better)
 * @param keepBest keep those of the best so many; trials without a finite value are none of them
 * @param forkSources trials that a trial not yet launched will begin from
 * @returns their numbers, in order
 */
export function deletableCheckpoints(
  held: ReadonlyMap<TrialId, number>,
  keepBest: number,
  forkSources: ReadonlySet<TrialId>,
): TrialId[] {
  const best = [...held]
    .filter(([, value]) => Number.isFinite(value))
    .sort(([idA, a], [idB, b]) => a - b || idA - idB)
    .slice(0, keepBest);
  const kept = new Set(best.map(([id]) => id));
  return [...held.keys()].filter((id) => !kept.has(id) && !forkSources.has(id)).sort((a, b) => a - b);
}
