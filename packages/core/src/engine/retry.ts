import type { FailureClass } from '../domain/failure.ts';
import type { RetryPolicy } from '../domain/study-spec.ts';

/**
 * The policy of a study that says nothing of retries: what the machine did to a trial is tried again, what the program did
 * is not, since it would do it again.
 */
export const DEFAULT_RETRY: RetryPolicy = {
  limits: {
    oom: 0,
    timeout: 0,
    preempted: 100,
    node: 3,
    launch: 0,
    'invalid-configuration': 0,
    'no-metric': 0,
    code: 0,
    unknown: 1,
  },
  backOff: 1000,
  maxBackOff: 60_000,
};

/** Whether a failure is tried again, and after how long. */
export type RetryVerdict = { readonly again: true; readonly wait: number } | { readonly again: false };

/**
 * @param policy the study's policy
 * @param failure the class of what happened now
 * @param before how often an attempt of this trial was tried again for this class already
 * @returns whether to try again, and the wait in milliseconds: the back-off doubled with each retry
 */
export function judgeRetry(policy: RetryPolicy, failure: FailureClass, before: number): RetryVerdict {
  if (before >= policy.limits[failure]) return { again: false };
  return { again: true, wait: Math.min(policy.maxBackOff, policy.backOff * 2 ** before) };
}
