import type { JsonValue } from '../domain/json.ts';
import type { Adoption, Backend, Launched, LaunchRequest, RecordedAttempt } from '../ports/backend.ts';

const NO_HANDLE: JsonValue = null;

/**
 * The backend of a study whose trials somebody else runs: a place is free when the caller asks for a trial, and an attempt
 * ends when the caller tells its result.
 */
export class ManualBackend implements Backend {
  /** What the caller holds survives this process: a session may end and another one be told the results. */
  readonly outlivesDriver = true;
  /** Places that are taken, and the one being asked for. */
  places = 0;
  #launched: LaunchRequest | undefined;

  open(): void {
    // There is nothing to check: the caller runs the trials.
  }

  adopt(attempts: readonly RecordedAttempt[]): Adoption[] {
    this.places = attempts.length;
    return attempts.map(({ request }) => ({
      attempt: request.attempt,
      status: 'running',
      launched: { handle: NO_HANDLE },
    }));
  }

  launch(request: LaunchRequest): Launched {
    this.#launched = request;
    return { handle: NO_HANDLE };
  }

  stop(): void {
    // The caller learns of decisions from what `report` answers.
  }

  capacity(): number {
    return this.places;
  }

  close(): void {
    // Nothing was opened.
  }

  /** The attempt launched last, handed out once. */
  takeLaunched(): LaunchRequest | undefined {
    const launched = this.#launched;
    this.#launched = undefined;
    return launched;
  }
}
