import type { AttemptEnd, FailureClass } from '../domain/failure.ts';
import type { LiveTrial } from './live-trial.ts';

/** Exit codes above this stand for a signal. */
const MOST_OWN_CODES = 128;

/** What the end of an attempt means for its trial. */
export type TrialVerdict =
  | { readonly kind: 'complete' }
  | { readonly kind: 'pause'; readonly reason: string }
  | { readonly kind: 'stop'; readonly reason: string }
  /** Goes on as soon as there is a place: it was interrupted, or asked to be resumed. */
  | { readonly kind: 'requeue'; readonly reason: string }
  /** Failed, or taken away: tried again if the retry policy allows it. */
  | { readonly kind: 'fail'; readonly failure: FailureClass; readonly message: string };

/**
 * Reads the facts of an attempt's end in the light of what was asked of it. What the driver asked for wins over how the
 * program went: a program that was told to pause may end with any exit code.
 */
export function judgeEnd(trial: LiveTrial, end: AttemptEnd): TrialVerdict {
  const stopping = trial.attempt?.stopping;
  const { decision } = trial;
  switch (stopping?.cause) {
    case 'timeout':
      // The limit passed while it was finishing: what it has done counts.
      if (end.kind === 'finished') break;
      return { kind: 'fail', failure: 'timeout', message: stopping.reason };
    case 'non-finite':
      return { kind: 'fail', failure: 'invalid-configuration', message: stopping.reason };
    case 'stop':
      return { kind: 'stop', reason: stopping.reason };
    case 'pause':
      return { kind: 'pause', reason: stopping.reason };
    case 'interrupt':
      if (decision !== undefined) return { kind: decision.kind, reason: decision.reason };
      if (end.kind === 'finished' && reachedTarget(trial)) break;
      return { kind: 'requeue', reason: stopping.reason };
    case undefined:
      break;
  }
  switch (end.kind) {
    case 'finished':
      if (trial.reports === 0) {
        return {
          kind: 'fail',
          failure: 'no-metric',
          message: `It ended well but never reported the objective.${end.note === undefined ? '' : ` ${end.note}`}`,
        };
      }
      return decision === undefined ? { kind: 'complete' } : { kind: decision.kind, reason: decision.reason };
    case 'checkpointed':
      if (decision !== undefined) return { kind: decision.kind, reason: decision.reason };
      return { kind: 'requeue', reason: 'it saved a checkpoint and asked to go on' };
    case 'evicted':
      return { kind: 'fail', failure: 'preempted', message: end.message };
    case 'failed':
      return { kind: 'fail', failure: end.failure, message: end.message };
  }
}

/** Whether the trial has come as far as it was asked to; one without a level has, if it says so itself. */
function reachedTarget(trial: LiveTrial): boolean {
  return trial.reports > 0 && (trial.view.until === undefined || trial.view.resource >= trial.view.until);
}

/** Whether the program did not come to an end of its own, with everything written that it had to write. */
export function wasCutOff(end: AttemptEnd): boolean {
  if (end.kind !== 'failed') return end.kind === 'evicted';
  return end.signal !== undefined || end.exitCode === undefined || end.exitCode > MOST_OWN_CODES;
}
