import type { MaybePromise } from '../domain/json.ts';
import type { AttemptId } from '../domain/trial.ts';
import type { Backend } from '../ports/backend.ts';
import type { Clock } from '../ports/clock.ts';
import type { Program } from '../ports/program.ts';

/**
 * What a program does, for the checks of a backend. Each notes its start where the harness can count it.
 *
 * - `finish`: ends well at once
 * - `exit-3`: ends at once with exit code 3 (a function: throws)
 * - `sleep`: runs for a minute or more, ends soon after a polite request (TERM, an aborted signal)
 * - `ignore-stop`: like `sleep`, but ignores everything that can be ignored
 * - `print`: prints `hello` and ends well
 * - `report`: reports a `loss` of 0.5 and ends well
 * - `missing`: cannot be started, because there is no such program
 */
export const BEHAVIOURS = ['finish', 'exit-3', 'sleep', 'ignore-stop', 'print', 'report', 'missing'] as const;

/** One of the behaviours. */
export type Behaviour = (typeof BEHAVIOURS)[number];

/** A fresh place where attempts run: a folder, a cluster, an account. Made anew for each check. */
export interface BackendPlace {
  /** Folder of the study; absent if the backend needs none. */
  readonly directory: string | undefined;
  readonly clock: Clock;
  /** Makes a backend for this place, not opened yet. A second one stands for the next driver. */
  make(workers: number): Backend;
  /** A program that behaves so; `undefined` where there can be none (a function that is missing). Declare it in `lacks`. */
  program(behaviour: Behaviour): Program | undefined;
  /** How often the program of an attempt was begun. */
  starts(attempt: AttemptId): MaybePromise<number>;
  /** Processes of an attempt that still run, for a person to read; empty if none. */
  leftOvers?(attempt: AttemptId): MaybePromise<readonly string[]>;
  /** Cuts the platform off, or connects it again; only for places that can. */
  connect?(connected: boolean): void;
  /** Removes the place with everything in it. */
  close(): MaybePromise<void>;
}

/** How the checks get their places. */
export interface BackendHarness {
  /** Makes a fresh place. */
  open(): MaybePromise<BackendPlace>;
  /** Behaviours for which there is no program. The checks that need them are left out. */
  readonly lacks?: readonly Behaviour[] | undefined;
  /** Whether attempts go on when the driver dies. */
  readonly outlivesDriver: boolean;
  /** Whether places can be cut off. */
  readonly canLoseContact?: boolean | undefined;
  /** Grace between two steps of a stop in the checks, in milliseconds; default 100. */
  readonly grace?: number | undefined;
  /** Longest wait for anything, in milliseconds; default 20 000. */
  readonly patience?: number | undefined;
}
