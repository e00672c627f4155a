import type { Logger } from '../ports/logger.ts';

const nothing = (): void => undefined;

/** A logger that says nothing: what a library should do unless it is asked to speak. */
export function silentLogger(): Logger {
  return { debug: nothing, info: nothing, warn: nothing, error: nothing };
}
