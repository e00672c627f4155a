import type { ParameterValue } from './configuration.ts';
import { type Domain } from './domain.ts';
import { choiceDomain, constantDomain } from './space-choice.ts';
import { floatDomain } from './space-float.ts';
import { intDomain } from './space-int.ts';
import type { ParameterSpec } from './space-schema.ts';

/** A parameter of a space: its name, its domain and when it is active. */
export interface Parameter {
  readonly name: string;
  readonly domain: Domain;
  /** All must hold; none for a parameter that is always active. */
  readonly conditions: readonly Condition[];
  /** The parameter as plain data. */
  readonly spec: ParameterSpec;
}

/** A condition: the parent is active and has one of these values. */
export interface Condition {
  readonly parent: string;
  readonly values: ReadonlySet<ParameterValue>;
}

/** A combination that is never tried: every one of these parameters active, with one of these values. */
export type ForbiddenClause = readonly Condition[];

/** Makes the domain of a parameter whose spec was checked. */
export function domainOf(spec: ParameterSpec): Domain {
  switch (spec.type) {
    case 'float':
      return floatDomain(spec);
    case 'int':
      return intDomain(spec);
    case 'categorical':
      return choiceDomain(spec.values, false);
    case 'ordinal':
      return choiceDomain(spec.values, true);
    case 'constant':
      return constantDomain(spec.value);
  }
}

/** The values a condition names: one value stands for a list of one. */
export function listOf(values: ParameterValue | readonly ParameterValue[]): readonly ParameterValue[] {
  return typeof values === 'object' ? values : [values];
}

/** The places of the parameters with every parent before its children, otherwise in order. For conditions without a cycle. */
export function evaluationOrder(parameters: readonly Parameter[]): readonly number[] {
  const places = new Map(parameters.map(({ name }, place) => [name, place]));
  const order = new Set<number>();
  const visit = (place: number): void => {
    if (order.has(place)) return;
    for (const { parent } of parameters[place]!.conditions) visit(places.get(parent)!);
    order.add(place);
  };
  for (const place of parameters.keys()) visit(place);
  return [...order];
}
