import type { JsonObject } from '../domain/json.ts';

/** Where the framework and its plugins say what people may want to know. Never used for results. */
export interface Logger {
  debug(message: string, facts?: JsonObject): void;
  info(message: string, facts?: JsonObject): void;
  warn(message: string, facts?: JsonObject): void;
  error(message: string, facts?: JsonObject): void;
}
