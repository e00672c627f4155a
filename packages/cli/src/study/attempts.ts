import type { StudyEvent } from '@fettle/core';

/** One launch of a trial, put together from its events. */
export interface AttemptSummary {
  readonly attempt: number;
  /** Milliseconds since the epoch. */
  readonly launchedAt: number;
  /** Resource from which it was to go on; 0 for a fresh start. */
  readonly resumeFrom: number;
  readonly startedAt?: number | undefined;
  readonly endedAt?: number | undefined;
  /** Why it was asked to stop, if it was. */
  readonly stopping?: string | undefined;
  /** How it ended: `finished`, `checkpointed`, `evicted`, or the class of its failure; absent while it runs. */
  readonly end?: string | undefined;
  readonly message?: string | undefined;
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  /** What the backend recorded to find it again. */
  readonly handle?: unknown;
}

/** The attempts of a trial from its history. */
export function attemptsOf(history: readonly StudyEvent[]): AttemptSummary[] {
  const attempts = new Map<number, AttemptSummary>();
  const change = (attempt: number, part: Partial<AttemptSummary>): void => {
    const before = attempts.get(attempt);
    if (before !== undefined) attempts.set(attempt, { ...before, ...part });
  };
  for (const { type, at, body } of history) {
    if (type === 'attempt:launching') {
      attempts.set(body.attempt, { attempt: body.attempt, launchedAt: at, resumeFrom: body.resumeFrom });
    } else if (type === 'attempt:started') {
      change(body.attempt, { startedAt: at, handle: body.handle });
    } else if (type === 'attempt:stopping') {
      change(body.attempt, { stopping: `${body.cause}: ${body.reason}` });
    } else if (type === 'attempt:ended') {
      const { end } = body;
      change(body.attempt, {
        endedAt: at,
        end: end.kind === 'failed' ? end.failure : end.kind,
        message: 'message' in end ? end.message : undefined,
        exitCode: end.kind === 'failed' ? end.exitCode : undefined,
        signal: end.kind === 'failed' ? end.signal : undefined,
      });
    }
  }
  return [...attempts.values()];
}
