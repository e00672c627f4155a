import type { TrialId } from '../domain/trial.ts';

/** Where checkpoints lie, as far as the engine is concerned: it only ever says which are not needed any more. */
export interface CheckpointFiles {
  /** Deletes the checkpoints of these trials; those that are gone already are none of its worries. */
  delete(trials: readonly TrialId[]): Promise<void>;
}
