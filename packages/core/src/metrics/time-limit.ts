import { createContext, Script } from 'node:vm';

/** Runs a call and ends it when it takes too long. */
export interface TimeLimit {
  /**
   * @param milliseconds how long the call may take
   * @param call something without side effects: it can be ended anywhere
   * @returns what the call returned, in a record of its own; `undefined` if it took too long
   */
  run<T>(milliseconds: number, call: () => T): { readonly value: T } | undefined;
}

/**
 * A time limit that also ends a regular expression that backtracks for ever, which nothing else can do on the same thread
 * (the `timeout` of `node:vm`). Each run costs about a tenth of a millisecond.
 */
export function timeLimit(): TimeLimit {
  const script = new Script('call()');
  const context: { call?: () => unknown } = {};
  createContext(context);
  return {
    run<T>(milliseconds: number, call: () => T) {
      context.call = call;
      try {
        return { value: script.runInContext(context, { timeout: milliseconds }) as T };
      } catch (thrown) {
        if ((thrown as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return undefined;
        throw thrown;
      }
    },
  };
}
