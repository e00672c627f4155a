import { isPromise, type MaybePromise } from '../domain/json.ts';
import { shownValue } from '../domain/shown-value.ts';
import type { AttemptId } from '../domain/trial.ts';
import { FettleError, messageOf } from '../errors.ts';
import type {
  Adoption,
  Backend,
  BackendHost,
  Launched,
  LaunchRequest,
  RecordedAttempt,
  StopRequest,
} from '../ports/backend.ts';
import { pluginError } from '../plugin-error.ts';

/**
 * Stands between the driver and a backend, so that backends may be naive: puts the plugin's name on every error that ends the
 * session, and checks what it answers. Its refusal to open says itself what is missing and is passed on as it is.
 */
export class BackendGuard {
  readonly #backend: Backend;
  readonly #who: string;

  /**
   * @param backend the plugin
   * @param name its name, for messages
   */
  constructor(backend: Backend, name: string) {
    this.#backend = backend;
    this.#who = `backend '${name}'`;
  }

  /** Whether attempts go on when the driver dies. */
  get outlivesDriver(): boolean {
    return this.#backend.outlivesDriver;
  }

  /** @throws FettleError `backend-unavailable` or another one of the backend's own; `plugin-misbehaved` */
  async open(host: BackendHost): Promise<void> {
    try {
      await this.#backend.open(host);
    } catch (thrown) {
      throw thrown instanceof FettleError ? thrown : this.#error('open', thrown);
    }
  }

  /** What became of each attempt, by its name. @throws FettleError `plugin-misbehaved` if it does not say of all */
  async adopt(attempts: readonly RecordedAttempt[]): Promise<ReadonlyMap<AttemptId, Adoption>> {
    const adoptions = new Map<AttemptId, Adoption>();
    try {
      for (const adoption of await this.#backend.adopt(attempts)) adoptions.set(adoption.attempt, adoption);
    } catch (thrown) {
      throw this.#error('adopt', thrown);
    }
    const missing = attempts.map(({ request }) => request.attempt).filter((attempt) => !adoptions.has(attempt));
    if (missing.length === 0) return adoptions;
    throw pluginError(
      this.#who,
      `did not say what became of ${missing.length === 1 ? 'attempt' : 'attempts'} ${missing.join(', ')}: its adopt() must answer once for each attempt it is asked about`,
    );
  }

  /**
   * Starts an attempt. What is thrown concerns this attempt only, and is passed on as it is.
   * @throws FettleError `plugin-misbehaved` if the answer says nothing of the launch
   */
  launch(request: LaunchRequest): MaybePromise<Launched> {
    const answer = this.#backend.launch(request);
    return isPromise(answer) ? answer.then((launched) => this.#checkLaunched(launched)) : this.#checkLaunched(answer);
  }

  /** @throws FettleError `plugin-misbehaved` */
  stop(attempt: AttemptId, request: StopRequest): MaybePromise<void> {
    try {
      const answer = this.#backend.stop(attempt, request);
      if (!isPromise(answer)) return undefined;
      return answer.catch((thrown: unknown) => {
        throw this.#error('stop', thrown);
      });
    } catch (thrown) {
      throw this.#error('stop', thrown);
    }
  }

  /** Attempts that can run at the same time now. @throws FettleError `plugin-misbehaved` if that is no such number */
  capacity(): number {
    let capacity: number;
    try {
      capacity = this.#backend.capacity();
    } catch (thrown) {
      throw this.#error('capacity', thrown);
    }
    if (Number.isInteger(capacity) && capacity >= 0) return capacity;
    throw pluginError(this.#who, `says that ${capacity} attempts can run at the same time, which is no whole number`);
  }

  #checkLaunched(launched: Launched): Launched {
    if ((Object(launched) as Partial<Launched>).handle !== undefined) return launched;
    throw pluginError(
      this.#who,
      `answered launch() with ${shownValue(launched)}: expected { handle }, which is null if the attempt's name is enough to find it again`,
    );
  }

  #error(method: string, thrown: unknown): FettleError {
    return pluginError(this.#who, `threw from ${method}(): ${messageOf(thrown)}`, thrown);
  }
}
