import type { TrialId, TrialState } from '../domain/trial.ts';

/** A trial that is over and whose checkpoint is still there. */
export interface HeldCheckpoint {
  readonly trial: TrialId;
  readonly state: TrialState;
  /** Normalised: less is better. One that is not finite is worth nothing. */
  readonly value: number;
}

/** What is to be kept, whatever else goes. */
export interface CheckpointNeeds {
  /** Checkpoints of the best so many; trials without a finite value are none of them, nor are failed ones. */
  readonly keepBest: number;
  /** The study's best trial, which is the first of them if it is over. */
  readonly best: TrialId | undefined;
  /** Trials that others were forked from which have not reported: a copy of the checkpoint may still have to be made. */
  readonly forkSources: ReadonlySet<TrialId>;
}

/**
 * Which checkpoints of trials that are over nobody needs any more. Completed trials go before those that were stopped on the
 * way. Trials that are not over, paused ones among them, keep theirs: they are not asked about here.
 * @returns the trials' numbers, in order
 */
export function deletableCheckpoints(
  held: readonly HeldCheckpoint[],
  { keepBest, best, forkSources }: CheckpointNeeds,
): TrialId[] {
  const kept = new Set(
    held
      .filter(({ state, value }) => state !== 'failed' && Number.isFinite(value))
      .sort(
        (a, b) =>
          Number(b.trial === best) - Number(a.trial === best) ||
          Number(b.state === 'completed') - Number(a.state === 'completed') ||
          a.value - b.value ||
          a.trial - b.trial,
      )
      .slice(0, keepBest)
      .map(({ trial }) => trial),
  );
  return held
    .map(({ trial }) => trial)
    .filter((trial) => !kept.has(trial) && !forkSources.has(trial))
    .sort((a, b) => a - b);
}
