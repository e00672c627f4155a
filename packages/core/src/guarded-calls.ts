import { isPromise } from './domain/json.ts';
import { messageOf, type FettleError } from './errors.ts';
import { pluginError } from './plugin-error.ts';

/** Calls the methods of a plugin and puts its name on every error. */
export class GuardedCalls {
  readonly #who: string;

  /** @param who kind and name of the plugin, for messages: `searcher 'asha'` */
  constructor(who: string) {
    this.#who = who;
  }

  /** Calls a method. @throws FettleError what it throws, with its name */
  call<T>(method: string, call: () => T): T {
    try {
      return call();
    } catch (thrown) {
      throw this.error(`threw from ${method}(): ${messageOf(thrown)}`, thrown);
    }
  }

  /** Waits for what a method has promised. @throws FettleError what it rejects with, with its name */
  settle<T>(method: string, promise: Promise<T>): Promise<T> {
    return promise.catch((thrown: unknown) => {
      throw this.error(`rejected the promise of ${method}(): ${messageOf(thrown)}`, thrown);
    });
  }

  /**
   * Tells it something. What it is told it must know before it is asked anything else: nobody waits for a promise.
   * @throws FettleError what it throws, with its name; `plugin-misbehaved` if it answers with a promise
   */
  tell(method: string, call: () => unknown): void {
    const answer = this.call(method, call);
    if (!isPromise(answer)) return;
    // What it may still throw would end the process.
    answer.then(undefined, () => undefined);
    throw this.error(`answered ${method}() with a promise, which nobody waits for: make ${method}() synchronous`);
  }

  /** @param what the end of a sentence that begins with the plugin's name */
  error(what: string, cause?: unknown): FettleError {
    return pluginError(this.#who, what, cause);
  }
}
