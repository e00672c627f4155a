import type { Configuration, ParameterValue } from './configuration.ts';
import type { JsonObject } from './json.ts';
import { checkSpace, invalid } from './space-check.ts';
import { CompiledSpace } from './space-compiled.ts';
import type { FloatRange } from './space-float.ts';
import type { IntRange } from './space-int.ts';
import { type ForbiddenClause, listOf, type Parameter } from './space-parameter.ts';
import type { ParameterSpec } from './space-schema.ts';
import type {
  BranchCases,
  BranchDeclaration,
  ConfigurationFrom,
  Declarations,
  ForbiddenValues,
  ParameterDeclaration,
} from './space-types.ts';

export type { ConfigurationOf } from './space-types.ts';

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

/**
 * Builds a search space from plain data, in either of its forms.
 * @throws FettleError `space-invalid` with everything that is wrong in one message
 */
export function parseSearchSpace(given: unknown): SearchSpace {
  const { parameters, forbidden } = checkSpace(given);
  return new CompiledSpace(parameters, forbidden);
}

/** A real number from `min` to `max`, both included; spread over `scale`, or in steps. */
export function float(range: FloatRange): ParameterDeclaration<number> {
  return declare({ type: 'float', ...range });
}

/** An integer from `min` to `max`, both included. */
export function int(range: IntRange): ParameterDeclaration<number> {
  return declare({ type: 'int', ...range });
}

/** One of these values; their order means nothing. */
export function categorical<const V extends ParameterValue>(values: readonly V[]): ParameterDeclaration<V> {
  return declare({ type: 'categorical', values: [...values] });
}

/** One of these values, whose order means something: neighbours are alike. */
export function ordinal<const V extends ParameterValue>(values: readonly V[]): ParameterDeclaration<V> {
  return declare({ type: 'ordinal', values: [...values] });
}

/** Always this value. */
export function constant<const V extends ParameterValue>(value: V): ParameterDeclaration<V> {
  return declare({ type: 'constant', value });
}

/**
 * One of several texts, each with parameters of its own that are active only then:
 * `optimizer: branch({ sgd: { momentum: float({ min: 0, max: 0.99 }) }, adam: {} })`. Branches nest.
 */
export function branch<const Cases extends BranchCases>(cases: Cases): BranchDeclaration<Cases> {
  return { kind: 'branch', cases };
}

/**
 * Builds a search space whose configurations have an exact type.
 * @throws FettleError `space-invalid` with everything that is wrong in one message
 */
export function searchSpace<const D extends Declarations>(declarations: D): SearchSpace<ConfigurationFrom<D>> {
  const parameters = new Map<string, ParameterSpec>();
  const problems: string[] = [];
  const add = (name: string, spec: ParameterSpec, when: When): void => {
    const before = parameters.get(name);
    const own = Object.keys(when).length === 0 ? spec : { ...spec, when };
    const merged = before === undefined ? own : merge(before, own);
    if (merged === undefined) {
      problems.push(`${name}: declared twice, differently; give the parameters different names`);
    } else parameters.set(name, merged);
  };
  const declareAll = (level: Declarations, when: When): void => {
    for (const [name, declaration] of Object.entries(level)) {
      if (declaration.kind === 'parameter') {
        add(name, declaration.spec as ParameterSpec, when);
        continue;
      }
      add(name, { type: 'categorical', values: Object.keys(declaration.cases) }, when);
      for (const [value, inner] of Object.entries(declaration.cases)) declareAll(inner, { ...when, [name]: value });
    }
  };
  declareAll(declarations, {});
  if (problems.length > 0) throw invalid(problems);
  return parseSearchSpace({ parameters: Object.fromEntries(parameters) }) as unknown as SearchSpace<
    ConfigurationFrom<D>
  >;
}

type When = { readonly [name: string]: ParameterValue };

function declare<V extends ParameterValue>(spec: ParameterSpec): ParameterDeclaration<V> {
  return { kind: 'parameter', spec };
}

/**
 * The same parameter in two cases of a branch is one parameter, active in both; `undefined` if the two differ in more
 * than one condition.
 */
function merge(a: ParameterSpec, b: ParameterSpec): ParameterSpec | undefined {
  if (JSON.stringify({ ...a, when: undefined }) !== JSON.stringify({ ...b, when: undefined })) return undefined;
  const whenA = a.when ?? {};
  const whenB = b.when ?? {};
  if (Object.keys(whenA).join('\n') !== Object.keys(whenB).join('\n')) return undefined;
  const differing = Object.keys(whenA).filter((name) => JSON.stringify(whenA[name]) !== JSON.stringify(whenB[name]));
  const [name] = differing;
  if (name === undefined || differing.length > 1) return undefined;
  return { ...a, when: { ...whenA, [name]: [...listOf(whenA[name]!), ...listOf(whenB[name]!)] } };
}
