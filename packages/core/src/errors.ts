/**
 * Every code a {@link FettleError} can carry. Codes are stable: programs may depend on them, messages may be reworded.
 *
 * Something that was written is wrong:
 * - `space-invalid`: the search space, or nearly all of it is forbidden
 * - `configuration-invalid`: a configuration lies outside the search space
 * - `options-invalid`: options of the study or of a plugin
 * - `study-file-invalid`: the study file; the message has every problem with its line
 * - `template-invalid`: a placeholder in the command, or in what a backend makes of it
 * - `metric-source-invalid`: a metric source, such as a regular expression that does not cover the objective
 * - `usage`: the command line
 *
 * A plugin cannot be used, or has failed:
 * - `plugin-api-version`: it was written for another version of the plugin contract, or of the searcher protocol
 * - `plugin-invalid`: what was found is not a plugin
 * - `plugin-misbehaved`: it threw, or broke its contract
 * - `capability-missing`: it needs something that the study does not offer
 *
 * The program of a `process` searcher:
 * - `program-missing`: not found, or it cannot be started
 * - `program-timeout`: did not answer, or did not keep reading, in time
 * - `program-answer-invalid`: wrote what is not an answer: not JSON, wrong shape, outside the space, unasked, too long
 * - `program-ended`: ended when it should have answered, more often than it is started again
 * - `program-refused`: says itself that it cannot answer, and why
 *
 * A study, or a trial of it:
 * - `study-changed`: the study on disk was begun with another definition
 * - `study-missing`: there is no study
 * - `study-state`: the study cannot do that now, or at all
 * - `trial-missing`: the study has no such trial
 * - `trial-state`: the trial is not in a state in which that can be done
 *
 * Where a study is kept:
 * - `store-locked`: another driver holds it
 * - `store-newer`: a newer version of Fettle wrote it
 * - `store-corrupt`: the file is damaged, or not one of Fettle's
 * - `store-unwritable`: the file or its folder cannot be written or made
 * - `store-fenced`: another driver took it over meanwhile; this one writes nothing more
 *
 * Where trials and commands run:
 * - `backend-unavailable`: the backend lacks something it works with
 * - `launch-failed`: an attempt could not be started
 * - `file-inaccessible`: a file or folder cannot be read, written or made
 */
export const ERROR_CODES = [
  'space-invalid',
  'configuration-invalid',
  'options-invalid',
  'study-file-invalid',
  'template-invalid',
  'plugin-api-version',
  'plugin-invalid',
  'plugin-misbehaved',
  'capability-missing',
  'program-missing',
  'program-timeout',
  'program-answer-invalid',
  'program-ended',
  'program-refused',
  'study-changed',
  'study-missing',
  'study-state',
  'trial-missing',
  'trial-state',
  'store-locked',
  'store-newer',
  'store-corrupt',
  'store-unwritable',
  'store-fenced',
  'backend-unavailable',
  'launch-failed',
  'metric-source-invalid',
  'file-inaccessible',
  'usage',
] as const;

/** One of the stable error codes. */
export type ErrorCode = (typeof ERROR_CODES)[number];

/** What a {@link FettleError} consists of besides its message. */
export interface FettleErrorOptions {
  /** What the person can do about it; one sentence, imperative. */
  readonly remedy?: string;
  /** Where it is: a file with its line (`study.yaml:4:3`), a parameter, a trial. */
  readonly place?: string;
  /** Kind and name of the plugin that has failed: `sampler 'mine'`. */
  readonly plugin?: string;
  /** The error that led to this one. */
  readonly cause?: unknown;
}

const marker = Symbol.for('@fettle/core/1/FettleError');

/**
 * The root of every error that Fettle raises on purpose: what was wrong (with the value), where, why, and what to do.
 *
 * `instanceof` holds between two installed copies of this package, because it looks at a global symbol and not at the
 * prototype chain.
 */
export class FettleError extends Error {
  /** The stable code of the error. */
  readonly code: ErrorCode;
  /** What the person can do about it, if anything is known. */
  declare readonly remedy: string | undefined;
  /** Where it is, if it has a place. */
  declare readonly place: string | undefined;
  /** Kind and name of the plugin that has failed, if it was one: `sampler 'mine'`. */
  declare readonly plugin: string | undefined;

  /**
   * @param code the stable code
   * @param message what was wrong, with the value, and why
   * @param options remedy, place, plugin and cause
   */
  constructor(code: ErrorCode, message: string, options: FettleErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'FettleError';
    this.code = code;
    // What is not known is not there: an error that nobody catches is printed with all that it has.
    const { remedy, place, plugin } = options;
    Object.assign(
      this,
      remedy !== undefined && { remedy },
      place !== undefined && { place },
      plugin !== undefined && { plugin },
    );
    Object.defineProperty(this, marker, { value: true, enumerable: false });
  }

  /** The whole error as a person should read it: place, message, remedy. */
  toHuman(): string {
    const where = this.place === undefined ? '' : `${this.place}: `;
    const remedy = this.remedy === undefined ? '' : `\n  ${this.remedy}`;
    return `${where}${this.message}${remedy}`;
  }

  /** Errors of any installed copy of this package are known by their mark. */
  static override [Symbol.hasInstance](value: unknown): value is FettleError {
    return typeof value === 'object' && value !== null && marker in value;
  }
}

/** Says that a branch was reached which the code holds to be impossible. */
export function bug(what: string): never {
  throw new Error(
    `This is a bug in Fettle: ${what}. Please report it with the study's journal (fettle export --journal).`,
  );
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
