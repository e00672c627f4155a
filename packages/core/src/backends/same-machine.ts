import type { AttemptId } from '../domain/trial.ts';
import { FettleError } from '../errors.ts';
import type { Machine } from './process-table.ts';

/** An attempt that a launcher has claimed and that has left no exit code. */
export interface OpenAttempt {
  readonly id: AttemptId;
  /** The machine that the claim names. */
  readonly host: string;
  /** Path of the missing exit record. */
  readonly exit: string;
}

/**
 * Refuses to judge attempts of another machine: its processes cannot be seen, and to guess that they are gone could run
 * an attempt twice.
 * @throws FettleError `backend-unavailable`
 */
export function requireSameMachine(machine: Machine, open: readonly OpenAttempt[]): void {
  const elsewhere = open.filter(({ host }) => host !== machine.host);
  const [first] = elsewhere;
  if (first === undefined) return;
  const ids = elsewhere.map(({ id }) => id).join(', ');
  throw new FettleError(
    'backend-unavailable',
    `Attempt ${ids} was started on the machine '${first.host}' and has not ended; this is '${machine.host}'.`,
    {
      remedy: `Continue the study on '${first.host}'. If that machine is gone, say so for each attempt: echo 137 > '${first.exit}'`,
    },
  );
}
