import type { Configuration } from '../domain/configuration.ts';
import type { MaybePromise } from '../domain/json.ts';
import type { Metrics } from '../domain/report.ts';
import type { TrialId } from '../domain/trial.ts';

/** What a function objective is given. */
export interface Evaluation<C extends Configuration = Configuration> {
  readonly trial: TrialId;
  readonly configuration: C;
  /** Resource level to run to; absent: as far as the function goes by itself. */
  readonly until: number | undefined;
  /** Resource already reported by earlier attempts of this trial; 0 for a fresh start. */
  readonly resumeFrom: number;
  /** A seed for the function's own randomness, an integer from 0 to 2^31 - 1. */
  readonly seed: number;
  /**
   * Aborts when the trial should stop: the searcher has decided so, a limit has passed, or the study is interrupted. A function
   * that never waits hears of it too late: let others have their turn between steps (`await setImmediate()` of
   * `node:timers/promises`), then `signal.throwIfAborted()`.
   */
  readonly signal: AbortSignal;
  /** A folder that is kept between the attempts of this trial; absent for a study that is kept in memory only. */
  readonly checkpointDirectory: string | undefined;
  /** Reports metrics at a level of resource; without a level, reports are counted 1, 2, 3 … */
  readonly report: (metrics: Metrics, resource?: number) => void;
}

/**
 * An objective as a function. It returns the objective's value, a record of metrics, or nothing when it has reported all
 * it has to say.
 */
export type Evaluate<C extends Configuration = Configuration> = (
  evaluation: Evaluation<C>,
) => MaybePromise<number | Metrics | void>;

/** A program that is run for each attempt, as a command line. */
export interface CommandProgram {
  readonly kind: 'command';
  /** Program and arguments; `{name}` stands for a parameter's value, `{resource}` for the level to run to, `{{` for `{`. */
  readonly command: readonly string[];
  /** Absolute path of the folder to run in. */
  readonly workingDirectory: string;
  /** Environment variables added to those of the driver. */
  readonly environment: { readonly [name: string]: string };
}

/** A function that is called for each attempt, in the driver's process. */
export interface FunctionProgram {
  readonly kind: 'function';
  readonly evaluate: Evaluate;
}

/** Nothing to run: a person, or the caller of `ask` and `tell`, runs the trials. */
export interface ManualProgram {
  readonly kind: 'manual';
}

/** What one trial runs. */
export type Program = CommandProgram | FunctionProgram | ManualProgram;
