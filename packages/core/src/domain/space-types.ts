import type { Configuration, ParameterValue } from './configuration.ts';

/** Only for the compiler: the values of a parameter declaration. */
declare const valueType: unique symbol;

/** One parameter of a typed space: made by `float`, `int`, `categorical`, `ordinal` and `constant`. */
export interface ParameterDeclaration<V extends ParameterValue = ParameterValue> {
  readonly kind: 'parameter';
  readonly spec: { readonly type: string };
  readonly [valueType]?: V;
}

/** A categorical parameter, each of whose values brings parameters of its own: made by `branch`. */
export interface BranchDeclaration<Cases extends BranchCases = BranchCases> {
  readonly kind: 'branch';
  readonly cases: Cases;
}

/** The cases of a branch: by value, the parameters that are active with it. */
export type BranchCases = { readonly [value: string]: Declarations };

/** The parameters of a typed space, by name. */
export type Declarations = { readonly [name: string]: ParameterDeclaration | BranchDeclaration };

/** The configurations of declared parameters; with branches, a union told apart by the branches' values. */
export type ConfigurationFrom<D extends Declarations> = Flat<
  PlainPart<D> & IntersectionOf<{ [K in BranchNames<D>]: CasesOf<K, D[K]> }>
>;

/** Values that must not come together, by name of the parameter: one value or several. */
export type ForbiddenValues<C extends Configuration> = {
  readonly [K in NamesOf<C>]?: ValueOf<C, K> | readonly ValueOf<C, K>[];
};

type NamesOf<C> = C extends unknown ? keyof C : never;
type ValueOf<C, K extends PropertyKey> = C extends { readonly [P in K]: infer V } ? V : never;

type BranchNames<D extends Declarations> = { [K in keyof D]: D[K] extends BranchDeclaration ? K : never }[keyof D];

type PlainPart<D extends Declarations> = {
  readonly [K in keyof D as D[K] extends BranchDeclaration ? never : K]: D[K] extends ParameterDeclaration<infer V>
    ? V
    : never;
};

type CasesOf<Name extends PropertyKey, B> =
  B extends BranchDeclaration<infer Cases>
    ? { [Value in keyof Cases]: { readonly [N in Name]: Value } & ConfigurationFrom<Cases[Value]> }[keyof Cases]
    : never;

/** The intersection of the members of a record of types; each is wrapped so that unions stay whole. */
type IntersectionOf<T> = [keyof T] extends [never]
  ? unknown
  : { [K in keyof T]: (member: { whole: T[K] }) => void }[keyof T] extends (member: infer I) => void
    ? I extends { whole: infer Whole }
      ? Whole
      : never
    : never;

type Flat<T> = T extends unknown ? { readonly [K in keyof T]: T[K] } : never;
