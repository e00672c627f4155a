// Placeholder signatures; replaced by the search-space slice.
import type { Configuration } from './configuration.ts';
import type { JsonObject } from './json.ts';

/** What the engine, samplers and searchers use of a search space. */
export interface SearchSpace<C extends Configuration = Configuration> {
  /** Names of the parameters that are not constants, in order: one coordinate of the unit cube each. */
  readonly dimensions: readonly string[];
  /** All parameter names, in order. */
  readonly names: readonly string[];
  /** Every way in which a configuration does not belong to the space, as sentences; empty if it does. */
  issues(configuration: Configuration): readonly string[];
  /** The same text for two configurations exactly when they are the same point of the space. */
  key(configuration: Configuration): string;
  /** Number of different configurations; `Infinity` where a parameter is continuous. Exact otherwise. */
  cardinality(): number;
  /** A point of the unit cube for a configuration; coordinates of inactive parameters are 0.5. */
  toUnit(configuration: C): Float64Array;
  /** The configuration at a point of the unit cube `[0, 1]^d`; `undefined` if it is forbidden. */
  fromUnit(point: ArrayLike<number>): C | undefined;
  /** The space as plain data, from which it can be built again. */
  toJSON(): JsonObject;
}
