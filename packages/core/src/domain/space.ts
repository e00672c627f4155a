import type { Configuration } from './configuration.ts';
import type { JsonObject } from './json.ts';
import type { ForbiddenClause, Parameter } from './space-parameter.ts';
import type { ForbiddenValues } from './space-types.ts';

/** The set of configurations a study may try. Immutable. */
export interface SearchSpace<C extends Configuration = Configuration> {
  /** Names of the parameters that are not constants, in order: one coordinate of the unit cube each. */
  readonly dimensions: readonly string[];
  /** All parameter names, in order. */
  readonly names: readonly string[];
  /** All parameters, in the order of `names`. */
  readonly parameters: readonly Parameter[];
  /** The combinations that are never tried. */
  readonly forbidden: readonly ForbiddenClause[];
  /** Every way in which a configuration does not belong to the space, as sentences; empty if it does. */
  issues(configuration: Configuration): readonly string[];
  /**
   * A configuration as the space keeps it: numbers rounded to their digits, constants added, inactive parameters left out.
   * @throws FettleError `configuration-invalid` if it does not belong to the space even so
   */
  canonical(configuration: Configuration): C;
  /**
   * The same text for two configurations of the space exactly when they are the same point of it, whatever is written at
   * inactive parameters. Opaque: for sets and maps of one process, not to be shown or stored.
   */
  key(configuration: Configuration): string;
  /**
   * Number of different configurations; `Infinity` where a parameter is continuous. Exact otherwise, as far as doubles go;
   * `Infinity` too where the conditions are too entangled to count.
   */
  cardinality(): number;
  /** A point of the unit cube for a configuration; coordinates of inactive parameters are 0.5. */
  toUnit(configuration: C): Float64Array;
  /** The configuration at a point of the unit cube `[0, 1]^d`; `undefined` if it is forbidden. */
  fromUnit(point: ArrayLike<number>): C | undefined;
  /** The space without the configurations in which all these parameters have (one of) these values. */
  forbid(clause: ForbiddenValues<C>): SearchSpace<C>;
  /** The space as plain data, from which it can be built again. */
  toJSON(): JsonObject;
}

/** The type of a space's configurations: `ConfigurationOf<typeof space>`. */
export type ConfigurationOf<S> = S extends SearchSpace<infer C> ? C : never;
