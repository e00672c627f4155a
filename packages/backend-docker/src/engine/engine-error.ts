/**
 * - `unreachable`: no answer, or half of one: what was asked for may have happened
 * - `not-found`: there is no such container, image or path
 * - `name-taken`: a container of this name exists
 * - `conflict`: not in this state of the container
 * - `refused`: the engine found the request wrong, and will again
 * - `failed`: the engine failed to do it, which may be different the next time
 */
export type EngineErrorKind = 'unreachable' | 'not-found' | 'name-taken' | 'conflict' | 'refused' | 'failed';

/** What went wrong between this backend and the engine. Never leaves the package: it becomes an end, a notice or a `FettleError`. */
export class EngineError extends Error {
  readonly kind: EngineErrorKind;
  /** The system's or the transport's code, such as `ECONNREFUSED`. */
  readonly code: string | undefined;

  constructor(
    kind: EngineErrorKind,
    message: string,
    options: { readonly cause?: unknown; readonly code?: string } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'EngineError';
    this.kind = kind;
    this.code = options.code;
  }
}

/** Whether something that was thrown is an engine's error, of one of these kinds if any are named. */
export function isEngineError(thrown: unknown, ...kinds: readonly EngineErrorKind[]): thrown is EngineError {
  return thrown instanceof EngineError && (kinds.length === 0 || kinds.includes(thrown.kind));
}

/** The error that an engine's answer stands for. @param text the engine's own words */
export function errorOfAnswer(status: number, text: string): EngineError {
  return new EngineError(kindOf(status, text), text);
}

function kindOf(status: number, text: string): EngineErrorKind {
  // Podman answers 500 where Docker answers 409.
  if (/name .*already in use/i.test(text)) return 'name-taken';
  if (status === 404) return 'not-found';
  if (status === 409) return 'conflict';
  return status >= 500 ? 'failed' : 'refused';
}
