/**
 * Why an attempt failed. The backend decides it from facts; it drives retry, node exclusion and what the searcher learns.
 *
 * - `oom`: out of memory, by the kernel, a limit or the platform
 * - `timeout`: longer than the study's time limit for one attempt
 * - `preempted`: taken away by the platform more often than the study accepts
 * - `node`: the machine under it died or was lost
 * - `launch`: it never began (program missing, not executable, image missing)
 * - `invalid-configuration`: the program refused these values, or the objective was not finite and the study says so
 * - `no-metric`: it ended well but never reported the objective
 * - `code`: the program ended with an error of its own
 * - `unknown`: it is gone and nothing says why
 */
export const FAILURE_CLASSES = [
  'oom',
  'timeout',
  'preempted',
  'node',
  'launch',
  'invalid-configuration',
  'no-metric',
  'code',
  'unknown',
] as const;

/** One of the failure classes. */
export type FailureClass = (typeof FAILURE_CLASSES)[number];

/** How one attempt ended: facts only, the engine decides what they mean for the trial. */
export type AttemptEnd =
  /** It ran to the end of what it was asked for (exit code 0). */
  | {
      readonly kind: 'finished';
      /** What it wrote that looked like metrics and could not be read, for the case that nothing could be. */
      readonly note?: string | undefined;
    }
  /** It saved a checkpoint and asks to be resumed (exit code 75). */
  | { readonly kind: 'checkpointed' }
  /** The platform took its place away, or the driver died under it: not a failure, it will run again. */
  | { readonly kind: 'evicted'; readonly message: string }
  | {
      readonly kind: 'failed';
      readonly failure: FailureClass;
      /** What is known, for a person: exit code or signal, last lines of standard error. */
      readonly message: string;
      readonly exitCode?: number | undefined;
      readonly signal?: string | undefined;
    };
