import { isTerminal, type TrialId, type TrialRecord } from '../domain/trial.ts';

/** Which checkpoints of trials that are over are kept. Those of trials that may go on always are. */
export interface CheckpointPolicy {
  /** Keep those of the best so many trials. */
  readonly keepBest: number;
}

/**
 * Which trials' checkpoints nobody needs any more.
 * @param trials every trial of the study, best first among those with a value
 * @param forkSources trials that a trial not yet launched will begin from
 */
export function deletableCheckpoints(
  trials: readonly TrialRecord[],
  policy: CheckpointPolicy,
  forkSources: ReadonlySet<TrialId>,
): TrialId[] {
  const kept = new Set(
    trials
      .filter(({ state, value }) => state !== 'failed' && value !== undefined && Number.isFinite(value))
      .slice(0, policy.keepBest)
      .map(({ id }) => id),
  );
  return trials
    .filter(({ id, state }) => isTerminal(state) && !kept.has(id) && !forkSources.has(id))
    .map(({ id }) => id)
    .sort((a, b) => a - b);
}
