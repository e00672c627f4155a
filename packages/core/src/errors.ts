/**
 * Every code a {@link FettleError} can carry. Codes are stable: programs may depend on them, messages may be reworded.
 */
export const ERROR_CODES = [
  'space-invalid',
  'configuration-invalid',
  'options-invalid',
  'study-file-invalid',
  'template-invalid',
  'plugin-unknown',
  'plugin-api-version',
  'plugin-invalid',
  'plugin-misbehaved',
  'capability-missing',
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
  'replay-mismatch',
  'runtime-too-old',
  'file-inaccessible',
  'usage',
] as const;

/** One of the stable error codes. */
export type ErrorCode = (typeof ERROR_CODES)[number];

/** What a {@link FettleError} is made of beside its message. */
export interface FettleErrorOptions {
  /** What the person can do about it; one sentence, imperative. */
  readonly remedy?: string;
  /** Where it is: a file with its line (`study.yaml:4:3`), a parameter, a trial. */
  readonly place?: string;
  /** The error that led to this one. */
  readonly cause?: unknown;
}

const marker = Symbol.for('@fettle/core/1/FettleError');

/**
 * The one root of every error that Fettle raises on purpose: what was wrong (with the value), where, why, and what to do.
 *
 * `instanceof` holds between two installed copies of this package, because it looks at a global symbol and not at the
 * prototype chain.
 */
export class FettleError extends Error {
  /** The stable code of the error. */
  readonly code: ErrorCode;
  /** What the person can do about it, if anything is known. */
  readonly remedy: string | undefined;
  /** Where it is, if it has a place. */
  readonly place: string | undefined;

  /**
   * @param code the stable code
   * @param message what was wrong, with the value, and why
   * @param options remedy, place and cause
   */
  constructor(code: ErrorCode, message: string, options: FettleErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'FettleError';
    this.code = code;
    this.remedy = options.remedy;
    this.place = options.place;
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
