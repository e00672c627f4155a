import type { MetricPosition } from '../domain/event.ts';
import type { AttemptEnd } from '../domain/failure.ts';
import type { JsonValue } from '../domain/json.ts';
import type { Metrics } from '../domain/report.ts';
import type { AttemptId, TrialId } from '../domain/trial.ts';

/** What the world tells the engine. */
export type Input =
  | {
      readonly kind: 'reported';
      readonly attempt: AttemptId;
      readonly metrics: Metrics;
      /** Absent: one more than the report before. */
      readonly resource?: number | undefined;
      readonly position?: MetricPosition | undefined;
    }
  | { readonly kind: 'launched'; readonly attempt: AttemptId; readonly handle: JsonValue }
  | { readonly kind: 'ended'; readonly attempt: AttemptId; readonly end: AttemptEnd }
  | { readonly kind: 'unreachable'; readonly attempt: AttemptId; readonly message: string }
  /** The time limit of the attempt has passed. */
  | { readonly kind: 'deadline'; readonly attempt: AttemptId }
  /** The attempt was expected to end by itself and has not. */
  | { readonly kind: 'overdue'; readonly attempt: AttemptId }
  | { readonly kind: 'checkpoints-deleted'; readonly trials: readonly TrialId[] }
  /** Time has passed: look again at the queue and the budget. */
  | { readonly kind: 'wake' }
  /** A person wants the session to end. */
  | { readonly kind: 'interrupt'; readonly reason: string; readonly kill: boolean };
