import { z } from 'zod';
import { FettleError } from '../errors.ts';
import type { ParameterValue } from './configuration.ts';
import { shown } from './domain.ts';
import { decimalGrid } from './space-float.ts';
import { HIGHEST_LOG_INT, MOST_INTS } from './space-int.ts';
import { domainOf, listOf } from './space-parameter.ts';
import { NAME_PATTERN, type ParameterSpec, parameterSchema } from './space-schema.ts';

/** A space whose shape and meaning were checked, with its parameters in the order in which they were declared. */
export interface CheckedSpace {
  readonly parameters: ReadonlyMap<string, ParameterSpec>;
  readonly forbidden: readonly ValuesByName[];
}

/** For some parameters, by name, one value or several. */
export type ValuesByName = { readonly [name: string]: ParameterValue | readonly ParameterValue[] };

const clauseSchema = z.record(
  z.string(),
  z.union([z.number(), z.string(), z.boolean(), z.array(z.union([z.number(), z.string(), z.boolean()])).min(1)]),
);

/**
 * Checks a space as plain data.
 * @throws FettleError `space-invalid` with everything that is wrong in one message
 */
export function checkSpace(given: unknown): CheckedSpace {
  const problems: string[] = [];
  const { parameters, forbidden } = splitForms(given, problems);
  const specs = new Map<string, ParameterSpec>();
  const broken = new Set<string>();
  for (const [name, spec] of Object.entries(parameters)) {
    const found = [...nameProblems(name), ...specProblems(spec)];
    for (const problem of found) problems.push(`${name}: ${problem}`);
    if (found.length > 0) broken.add(name);
    else specs.set(name, parameterSchema.parse(spec));
  }
  if (Object.keys(parameters).length === 0 && problems.length === 0) problems.push('it has no parameters');
  for (const [name, spec] of specs) {
    for (const problem of referenceProblems(spec.when ?? {}, specs, broken)) problems.push(`${name}: when.${problem}`);
  }
  problems.push(...cycleProblems(specs));
  const clauses = checkForbidden(forbidden, specs, broken, problems);
  if (problems.length > 0) throw invalid(problems);
  return { parameters: specs, forbidden: clauses };
}

/** The error of a space in which these things are wrong. */
export function invalid(problems: readonly string[]): FettleError {
  const text = problems.length === 1 ? ` ${problems[0]}` : `\n${problems.map((problem) => `  ${problem}`).join('\n')}`;
  return new FettleError('space-invalid', `The search space is wrong:${text}`);
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The short form is the map of parameters alone; a `parameters` that has a `type` is a parameter of that name. */
function splitForms(
  given: unknown,
  problems: string[],
): { readonly parameters: { readonly [name: string]: unknown }; readonly forbidden: unknown } {
  if (!isObject(given)) {
    problems.push(`it must be a map of parameters, got ${shown(given)}`);
    return { parameters: {}, forbidden: undefined };
  }
  if (!('parameters' in given) || (isObject(given.parameters) && typeof given.parameters.type === 'string')) {
    return { parameters: given, forbidden: undefined };
  }
  for (const key of Object.keys(given)) {
    if (key !== 'parameters' && key !== 'forbidden') {
      problems.push(`${key}: unknown key beside 'parameters'; only 'forbidden' may stand there`);
    }
  }
  if (isObject(given.parameters)) return { parameters: given.parameters, forbidden: given.forbidden };
  problems.push(`parameters: must be a map of parameters, got ${shown(given.parameters)}`);
  return { parameters: {}, forbidden: undefined };
}

function nameProblems(name: string): string[] {
  if (!NAME_PATTERN.test(name)) {
    return ['a name begins with a letter or _, and goes on with letters, digits and _ . : / -'];
  }
  // Configurations are plain objects: these names would find what every object inherits.
  return name in {} ? ['this name has a meaning in JavaScript already; choose another'] : [];
}

function specProblems(given: unknown): string[] {
  const result = parameterSchema.safeParse(given);
  if (!result.success) {
    return result.error.issues.map((issue) => {
      if (issue.code === 'unrecognized_keys') return `unknown key ${issue.keys.map(shown).join(', ')}`;
      const path = issue.path.filter((key) => key !== 'type' || issue.code !== 'invalid_union').join('.');
      return path === '' ? issue.message : `${path} ${issue.message}`;
    });
  }
  const spec = result.data;
  switch (spec.type) {
    case 'float':
      return floatProblems(spec);
    case 'int':
      return intProblems(spec);
    case 'categorical':
    case 'ordinal':
      return duplicateProblems('values', spec.values);
    case 'constant':
      return [];
  }
}

type SpecOf<T extends ParameterSpec['type']> = Extract<ParameterSpec, { readonly type: T }>;

function floatProblems(spec: SpecOf<'float'>): string[] {
  const { min, max, scale = 'linear', step } = spec;
  const problems: string[] = [];
  if (min > max) problems.push(`min ${min} is above max ${max}`);
  else if (!Number.isFinite(max - min)) problems.push(`max ${max} minus min ${min} is too large to be a number`);
  if (scale === 'log' && !(min > 0)) problems.push(`min ${min} must be above 0 on a log scale`);
  if (scale === 'reverse-log' && !(max < 1)) problems.push(`max ${max} must be below 1 on a reverse-log scale`);
  if (step !== undefined) {
    if (!(step > 0)) problems.push(`step ${step} must be above 0`);
    else if (scale !== 'linear')
      problems.push(`step ${step} needs the linear scale, not ${scale}; list values as an ordinal`);
    else if (problems.length === 0) {
      const grid = decimalGrid(min, max, step);
      if (typeof grid === 'string') problems.push(grid);
    }
  }
  return problems;
}

function intProblems(spec: SpecOf<'int'>): string[] {
  const { min, max, scale = 'linear', step } = spec;
  const problems: string[] = [];
  if (min > max) problems.push(`min ${min} is above max ${max}`);
  if (scale === 'log' && !(min > 0)) problems.push(`min ${min} must be above 0 on a log scale`);
  if (scale === 'log' && max > HIGHEST_LOG_INT) problems.push(`max ${max} is above 2^40, the highest on a log scale`);
  if (step !== undefined && !(step > 0)) problems.push(`step ${step} must be above 0`);
  else if (step !== undefined && scale === 'log') {
    problems.push(`step ${step} needs the linear scale, not log; list values as an ordinal`);
  } else if (problems.length === 0) {
    const stride = step ?? 1;
    const rest = (max - min) % stride;
    if ((max - min) / stride >= MOST_INTS) problems.push(`min ${min} to max ${max} are more than 2^50 values`);
    else if (rest !== 0) {
      const nearest = `${max - rest} and ${max - rest + stride}`;
      problems.push(
        `max ${max} is not min ${min} plus a whole number of steps of ${stride}; the nearest that are: ${nearest}`,
      );
    }
  }
  return problems;
}

function duplicateProblems(what: string, values: readonly ParameterValue[]): string[] {
  const seen = new Set<ParameterValue>();
  const twice = new Set<ParameterValue>();
  for (const value of values) (seen.has(value) ? twice : seen).add(value);
  return [...twice].map((value) => `${what} holds ${shown(value)} twice`);
}

/** What is wrong with names and values that refer to other parameters, each as `name: problem`. */
function referenceProblems(
  references: ValuesByName,
  specs: ReadonlyMap<string, ParameterSpec>,
  broken: ReadonlySet<string>,
): string[] {
  const problems: string[] = [];
  for (const [name, values] of Object.entries(references)) {
    const spec = specs.get(name);
    if (spec === undefined) {
      // A parameter that is wrong itself is reported once, there.
      if (!broken.has(name)) problems.push(`${name}: there is no parameter of this name`);
      continue;
    }
    const domain = domainOf(spec);
    const list = listOf(values);
    problems.push(...duplicateProblems(name, list));
    for (const value of list) {
      const issue = domain.issue(value);
      if (issue !== undefined) problems.push(`${name}: ${issue}`);
    }
  }
  return problems;
}

function cycleProblems(specs: ReadonlyMap<string, ParameterSpec>): string[] {
  const done = new Set<string>();
  const visit = (name: string, path: readonly string[]): string | undefined => {
    const start = path.indexOf(name);
    if (start !== -1) return [...path.slice(start), name].join(' -> ');
    if (done.has(name)) return undefined;
    for (const parent of Object.keys(specs.get(name)?.when ?? {})) {
      const cycle = visit(parent, [...path, name]);
      if (cycle !== undefined) return cycle;
    }
    done.add(name);
    return undefined;
  };
  for (const name of specs.keys()) {
    const cycle = visit(name, []);
    if (cycle !== undefined) return [`${name}: its condition depends on itself: ${cycle}`];
  }
  return [];
}

function checkForbidden(
  given: unknown,
  specs: ReadonlyMap<string, ParameterSpec>,
  broken: ReadonlySet<string>,
  problems: string[],
): readonly ValuesByName[] {
  if (given === undefined) return [];
  if (!Array.isArray(given)) {
    problems.push(`forbidden: must be a list of combinations, got ${shown(given)}`);
    return [];
  }
  return given.flatMap((clause: unknown, index) => {
    const result = clauseSchema.safeParse(clause);
    if (!result.success || Object.keys(result.data).length === 0) {
      problems.push(`forbidden[${index}]: must map at least one parameter to values, got ${shown(clause)}`);
      return [];
    }
    for (const problem of referenceProblems(result.data, specs, broken))
      problems.push(`forbidden[${index}]: ${problem}`);
    return [result.data];
  });
}
