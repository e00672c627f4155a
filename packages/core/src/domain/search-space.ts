import type { ParameterValue } from './configuration.ts';
import { checkSpace, invalid } from './space-check.ts';
import type { SearchSpace } from './space.ts';
import { CompiledSpace } from './space-compiled.ts';
import type { FloatRange } from './space-float.ts';
import type { IntRange } from './space-int.ts';
import { listOf } from './space-parameter.ts';
import type { ParameterSpec } from './space-schema.ts';
import type {
  BranchCases,
  BranchDeclaration,
  ConfigurationFrom,
  Declarations,
  ParameterDeclaration,
} from './space-types.ts';

export type { ConfigurationOf, SearchSpace } from './space.ts';

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
