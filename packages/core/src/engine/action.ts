import type { LaunchRequest, StopRequest } from '../ports/backend.ts';
import type { AttemptId, TrialId } from '../domain/trial.ts';

/** What the world is asked to do after the events that ask for it have been committed. */
export type Action =
  | { readonly kind: 'launch'; readonly request: LaunchRequest }
  | { readonly kind: 'stop'; readonly attempt: AttemptId; readonly from: StopRequest['from'] }
  /** The attempt should end by itself now; if it has not after the grace, it is stopped. */
  | { readonly kind: 'expect-end'; readonly attempt: AttemptId }
  | { readonly kind: 'delete-checkpoints'; readonly trials: readonly TrialId[] }
  /** Wake the engine at this time, in milliseconds since the epoch. */
  | { readonly kind: 'wake'; readonly at: number };
