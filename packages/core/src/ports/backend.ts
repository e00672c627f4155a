import type { Configuration } from '../domain/configuration.ts';
import type { AttemptEnd } from '../domain/failure.ts';
import type { JsonValue, MaybePromise } from '../domain/json.ts';
import type { Objective } from '../domain/objective.ts';
import type { Report } from '../domain/report.ts';
import type { AttemptId, TrialId } from '../domain/trial.ts';
import type { Clock, Disposer } from './clock.ts';
import type { Logger } from './logger.ts';
import type { Program } from './program.ts';

/** Everything a backend needs to run one attempt. */
export interface LaunchRequest {
  readonly attempt: AttemptId;
  readonly trial: TrialId;
  readonly configuration: Configuration;
  /** Resource level to run to and stop at; absent: to the program's own end. */
  readonly until?: number | undefined;
  /**
   * Resource already reported: by earlier attempts, or by the trial that this one was forked from. 0 for a fresh start, and
   * always 0 when the program cannot resume.
   */
  readonly resumeFrom: number;
  /**
   * The trial whose checkpoint the program begins from. Said with each attempt of a forked trial until it has reported: an attempt
   * may have been lost before its copy was made. A copy that is there is not made again.
   */
  readonly forkFrom?: TrialId | undefined;
  /** A seed for the program's own randomness: an integer from 0 to 2^31 - 1, the same for all attempts of a trial. */
  readonly seed: number;
  /** When the attempt will be stopped, in milliseconds since the epoch; absent: never. */
  readonly deadline?: number | undefined;
}

/** One of the files of an attempt. */
export type AttemptFileName = 'metrics' | 'stdout' | 'stderr';

/** Files that the core reads metrics from while an attempt runs: absolute paths, created or not yet. */
export interface AttemptFiles extends Readonly<Record<AttemptFileName, string>> {
  /** Where the program appends metrics as JSON lines (`$FETTLE_METRICS`). */
  readonly metrics: string;
  /** What it printed. */
  readonly stdout: string;
  /** What it printed as errors. */
  readonly stderr: string;
  /**
   * For backends that know when the files may have grown: takes a function to call then. Apart from the first and the last
   * time, the files are only looked at on such a call; on a cluster's file system each look costs something. Absent: they are
   * looked at every 50 ms while they grow, and up to every 500 ms while they do not.
   */
  readonly onGrowth?: ((look: () => void) => Disposer) | undefined;
}

/** What a backend knows about an attempt it has launched. */
export interface Launched {
  /**
   * Whatever the backend needs to find the attempt again after a restart; stored as it is. Never a secret. `null` if the
   * attempt's name is enough: then nothing is recorded of the launch but that it was meant.
   */
  readonly handle: JsonValue;
  /** The attempt's files, for backends whose programs write files; absent when the backend calls `reported` itself. */
  readonly files?: AttemptFiles | undefined;
}

/** An attempt that the journal says was being launched or running when the last session ended. */
export interface RecordedAttempt {
  readonly request: LaunchRequest;
  /** The handle, if the launch was recorded as done. */
  readonly handle?: JsonValue | undefined;
}

/** What became of a recorded attempt. */
export type Adoption =
  /** It runs; the backend watches it from now on as if it had launched it now. */
  | { readonly attempt: AttemptId; readonly status: 'running'; readonly launched: Launched }
  /** It has ended; this is how. `launched.files` are read to their end first. */
  | {
      readonly attempt: AttemptId;
      readonly status: 'ended';
      readonly end: AttemptEnd;
      readonly launched?: Launched | undefined;
    }
  /** It never began and, by the backend's guarantee, never will: the same attempt is launched again. */
  | { readonly attempt: AttemptId; readonly status: 'never-launched' };

/** How hard an attempt is asked to stop. */
export interface StopRequest {
  /**
   * `checkpoint`: ask politely first (stop file, then the program's signal), so that it can save itself; `terminate`:
   * begin with TERM; `kill`: at once. Each is followed by the harder ones while the attempt still runs.
   */
  readonly from: 'checkpoint' | 'terminate' | 'kill';
  /** Time between one step and the next, in milliseconds. */
  readonly grace: number;
}

/** What the core offers to a backend. The three notices may be called at any time between `open` and the end of `close`. */
export interface BackendHost {
  readonly study: { readonly id: string; readonly name: string };
  /** Absolute path of a folder that belongs to this study; absent for a study that is kept in memory only. */
  readonly directory: string | undefined;
  readonly program: Program;
  readonly objective: Objective;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whether the program can resume from its checkpoint folder. */
  readonly resumable: boolean;
  /** An attempt reported; only from backends that do not hand out files. Without a resource, reports are counted. */
  reported(attempt: AttemptId, report: Pick<Report, 'metrics'> & { readonly resource?: number | undefined }): void;
  /** An attempt has ended. Said exactly once for each attempt; a platform's own retries look like one start and one end. */
  ended(attempt: AttemptId, end: AttemptEnd): void;
  /** The platform does not answer for this attempt. It has not ended: `ended` follows once the platform answers again. */
  unreachable(attempt: AttemptId, message: string): void;
  /** `capacity()` answers something else from now on. */
  capacityChanged(): void;
}

/** One thing that a backend has looked at, for a person who asks whether everything is in order. */
export interface Diagnosis {
  /** What was looked at, in a word or two. */
  readonly check: string;
  /** `none`: it is absent, which matters only to those who use it; `warn`: it costs something; `fail`: no trial can run. */
  readonly status: 'ok' | 'none' | 'warn' | 'fail';
  readonly text: string;
}

/** What a backend knows of an attempt beyond what it has told the driver. */
export interface AttemptNote {
  readonly attempt: AttemptId;
  /** Where it is or was, why it waits, how its place ended; in a few sentences. */
  readonly text: string;
  /** What can be done about it, in a sentence. */
  readonly remedy?: string | undefined;
}

/** What a backend knows of a study that the journal does not. */
export interface Recollection {
  /** Of the whole study, a line for each. */
  readonly study: readonly string[];
  /** Of the attempts that were asked for, those it knows. */
  readonly attempts: readonly AttemptNote[];
}

/**
 * Runs attempts somewhere.
 *
 * Guarantees of the caller: `open` first and once; then `adopt` once (with an empty list in a new study); then `launch` and
 * `stop` in any order; `close` last and once. No attempt is launched above `capacity()`.
 *
 * Duties of the backend: `launch` is idempotent, the same attempt runs at most once however often it is asked for and
 * whenever the driver died in between; every launched attempt ends with exactly one `ended`; "does not answer" is not an end.
 */
export interface Backend {
  /**
   * Whether attempts go on when the driver dies. If not, the engine may group commits: losing the last instant of the
   * journal is then the same as having died an instant earlier.
   */
  readonly outlivesDriver: boolean;
  /** Checks that everything it needs is there and starts nothing. @throws FettleError `backend-unavailable` */
  open(host: BackendHost): MaybePromise<void>;
  /** Finds out what became of the attempts of the last session; one answer for each, in any order. */
  adopt(attempts: readonly RecordedAttempt[]): MaybePromise<readonly Adoption[]>;
  /**
   * Starts an attempt. A failure that only concerns this attempt is said by `host.ended` (class `launch`), not thrown.
   */
  launch(request: LaunchRequest): MaybePromise<Launched>;
  /** Asks a launched attempt to stop and comes back without waiting for its end; an attempt that has ended is ignored. */
  stop(attempt: AttemptId, request: StopRequest): MaybePromise<void>;
  /** Attempts that can run at the same time now: a whole number, 0 or more. */
  capacity(): number;
  /**
   * What a person should know now, in a few words (`3 jobs wait: Priority`); `undefined` if there is nothing. It is asked
   * for often, so it answers from what it knows.
   */
  standing?(): string | undefined;
  /** Releases everything. Attempts that still run and outlive the driver are left alone. */
  close(): MaybePromise<void>;
  /** Looks at what it works with, without a study: asked for instead of all other methods, never after one. */
  diagnose?(): MaybePromise<readonly Diagnosis[]>;
  /**
   * Looks up what it knows of a study on disk, for a person who asks; a driver may be at work on it meanwhile. It is asked
   * for instead of all other methods, changes nothing, and without attempts asks nobody who might be kept from work.
   * @param directory the study's folder
   */
  recall?(directory: string, attempts: readonly AttemptId[]): MaybePromise<Recollection>;
}
