import type { JsonObject } from '../domain/json.ts';

/** Where the framework and its plugins say what people may want to know. Never used for results. */
export interface Logger {
  /** For who looks for a fault. */
  debug(message: string, facts?: JsonObject): void;
  /** What happens, as it should. */
  info(message: string, facts?: JsonObject): void;
  /** What costs something, or may. */
  warn(message: string, facts?: JsonObject): void;
  /** What went wrong. */
  error(message: string, facts?: JsonObject): void;
}
