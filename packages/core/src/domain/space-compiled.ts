import { FettleError } from '../errors.ts';
import type { Configuration, ParameterValue } from './configuration.ts';
import { shown } from './domain.ts';
import type { JsonObject } from './json.ts';
import type { SearchSpace } from './space.ts';
import { checkSpace, invalid, type ValuesByName } from './space-check.ts';
import { countConfigurations } from './space-count.ts';
import {
  type Condition,
  domainOf,
  evaluationOrder,
  type ForbiddenClause,
  listOf,
  type Parameter,
} from './space-parameter.ts';
import type { ParameterSpec, SpaceSpec } from './space-schema.ts';
import type { ForbiddenValues } from './space-types.ts';

/** The values of a configuration by place of the parameter; `undefined` where it is not active. */
type Values = (ParameterValue | undefined)[];

/** A condition with the place of its parent. */
interface PlacedCondition {
  readonly place: number;
  readonly values: ReadonlySet<unknown>;
}

/** A search space made ready for use: names are places in arrays, parents come before their children. */
export class CompiledSpace implements SearchSpace {
  readonly dimensions: readonly string[];
  readonly names: readonly string[];
  readonly parameters: readonly Parameter[];
  readonly forbidden: readonly ForbiddenClause[];
  readonly #places: ReadonlyMap<string, number>;
  /** Places, parents before their children. */
  readonly #order: readonly number[];
  readonly #conditions: readonly (readonly PlacedCondition[])[];
  readonly #clauses: readonly (readonly PlacedCondition[])[];
  /** By place: the coordinate of the parameter, -1 for a constant. */
  readonly #coordinates: readonly number[];
  /** The key's numbers by place, and the same memory as characters; overwritten by each call. */
  readonly #keyNumbers: Float64Array;
  readonly #keyCodes: Uint16Array;
  #cardinality: number | undefined;

  constructor(specs: ReadonlyMap<string, ParameterSpec>, forbidden: readonly ValuesByName[]) {
    const domains = new Map([...specs].map(([name, spec]) => [name, domainOf(spec)]));
    const conditionsOf = (values: ValuesByName): Condition[] =>
      Object.entries(values).map(([parent, list]) => ({
        parent,
        values: new Set(listOf(list).map((value) => domains.get(parent)!.canonical(value))),
      }));
    this.parameters = Object.freeze(
      [...specs].map(([name, spec]) =>
        Object.freeze({ name, domain: domains.get(name)!, conditions: conditionsOf(spec.when ?? {}), spec }),
      ),
    );
    this.forbidden = Object.freeze(forbidden.map(conditionsOf));
    this.names = Object.freeze(this.parameters.map(({ name }) => name));
    this.dimensions = Object.freeze(this.names.filter((name) => domains.get(name)!.type !== 'constant'));
    this.#places = new Map(this.names.map((name, place) => [name, place]));
    const placed = ({ parent, values }: Condition): PlacedCondition => ({ place: this.#places.get(parent)!, values });
    this.#conditions = this.parameters.map(({ conditions }) => conditions.map(placed));
    this.#clauses = this.forbidden.map((clause) => clause.map(placed));
    this.#order = evaluationOrder(this.parameters);
    this.#keyNumbers = new Float64Array(this.names.length);
    this.#keyCodes = new Uint16Array(this.#keyNumbers.buffer);
    this.#coordinates = this.names.map((name) => this.dimensions.indexOf(name));
    if (forbidden.length > 0 && this.cardinality() === 0) {
      throw invalid(['the forbidden combinations leave no configuration at all']);
    }
  }

  issues(configuration: Configuration): readonly string[] {
    const issues: string[] = [];
    for (const name of Object.keys(configuration)) {
      if (!this.#places.has(name)) issues.push(`'${name}' is not a parameter of the space`);
    }
    const values: Values = [];
    for (const place of this.#order) {
      const { name, domain } = this.parameters[place]!;
      const value = configuration[name];
      if (!allHold(this.#conditions[place]!, values)) {
        if (value !== undefined) issues.push(`'${name}' is ${shown(value)}, but is not active: ${this.#why(place)}`);
      } else if (value === undefined) {
        issues.push(`'${name}' is missing`);
      } else {
        const issue = domain.issue(value);
        if (issue === undefined) values[place] = domain.canonical(value);
        else issues.push(`'${name}' ${issue}`);
      }
    }
    for (const [index, clause] of this.#clauses.entries()) {
      if (allHold(clause, values)) issues.push(`it is forbidden: ${this.#clauseText(index)}`);
    }
    return issues;
  }

  canonical(configuration: Configuration): Configuration {
    const values: Values = [];
    for (const place of this.#order) {
      if (!allHold(this.#conditions[place]!, values)) continue;
      const { name, domain } = this.parameters[place]!;
      const value = configuration[name];
      if (domain.type === 'constant' && value === undefined) values[place] = domain.at(0);
      else if (value !== undefined) values[place] = domain.issue(value) === undefined ? domain.canonical(value) : value;
    }
    const canonical = this.#build(values);
    const unknown = Object.keys(configuration).filter((name) => !this.#places.has(name));
    const issues = [...unknown.map((name) => `'${name}' is not a parameter of the space`), ...this.issues(canonical)];
    if (issues.length === 0) return canonical;
    throw new FettleError('configuration-invalid', `The configuration does not fit the space: ${issues.join('; ')}.`);
  }

  key(configuration: Configuration): string {
    const values: Values = [];
    // Never a value, and never the number of one: what inactive parameters have in common.
    this.#keyNumbers.fill(Number.POSITIVE_INFINITY);
    for (const place of this.#order) {
      if (!allHold(this.#conditions[place]!, values)) continue;
      const { name, domain } = this.parameters[place]!;
      const value = domain.canonical(configuration[name] as ParameterValue);
      values[place] = value;
      this.#keyNumbers[place] = domain.size === Number.POSITIVE_INFINITY ? (value as number) : domain.indexOf(value);
    }
    // The bits as they are: several times faster than writing numbers in decimal.
    return Reflect.apply(String.fromCharCode, undefined, this.#keyCodes);
  }

  cardinality(): number {
    this.#cardinality ??= countConfigurations(this.parameters, this.forbidden);
    return this.#cardinality;
  }

  toUnit(configuration: Configuration): Float64Array {
    const point = new Float64Array(this.dimensions.length).fill(0.5);
    const values: Values = [];
    for (const place of this.#order) {
      if (!allHold(this.#conditions[place]!, values)) continue;
      const { name, domain } = this.parameters[place]!;
      const value = domain.canonical(configuration[name] as ParameterValue);
      values[place] = value;
      const coordinate = this.#coordinates[place]!;
      if (coordinate >= 0) point[coordinate] = domain.toUnit(value);
    }
    return point;
  }

  fromUnit(point: ArrayLike<number>): Configuration | undefined {
    if (point.length !== this.dimensions.length) {
      throw new RangeError(`A point of this space has ${this.dimensions.length} coordinates, got ${point.length}.`);
    }
    const values: Values = [];
    for (const place of this.#order) {
      if (!allHold(this.#conditions[place]!, values)) continue;
      const coordinate = this.#coordinates[place]!;
      values[place] = this.parameters[place]!.domain.fromUnit(coordinate < 0 ? 0 : point[coordinate]!);
    }
    for (const clause of this.#clauses) if (allHold(clause, values)) return undefined;
    return this.#build(values);
  }

  forbid(clause: ForbiddenValues<Configuration>): SearchSpace {
    const checked = checkSpace({ ...this.#spec(), forbidden: [...this.forbidden.map(clauseSpec), clause] });
    return new CompiledSpace(checked.parameters, checked.forbidden);
  }

  toJSON(): JsonObject {
    return JSON.parse(JSON.stringify(this.#spec())) as JsonObject;
  }

  #spec(): SpaceSpec {
    const parameters = Object.fromEntries(this.parameters.map(({ name, spec }) => [name, spec]));
    if (this.forbidden.length === 0) return { parameters };
    return { parameters, forbidden: this.forbidden.map(clauseSpec) };
  }

  /** The configuration of these values: in the order of the parameters, frozen. */
  #build(values: Values): Configuration {
    const configuration: { [name: string]: ParameterValue } = {};
    for (let place = 0; place < this.names.length; place++) {
      const value = values[place];
      if (value !== undefined) configuration[this.names[place]!] = value;
    }
    return Object.freeze(configuration);
  }

  #why(place: number): string {
    return `it needs ${this.parameters[place]!.conditions.map(conditionText).join(' and ')}`;
  }

  #clauseText(index: number): string {
    return this.forbidden[index]!.map(conditionText).join(' with ');
  }
}

function allHold(conditions: readonly PlacedCondition[], values: Values): boolean {
  for (const { place, values: allowed } of conditions) if (!allowed.has(values[place])) return false;
  return true;
}

function conditionText({ parent, values }: Condition): string {
  const list = [...values].map(shown);
  return `'${parent}' = ${list.join(' or ')}`;
}

function clauseSpec(clause: ForbiddenClause): { [name: string]: ParameterValue | ParameterValue[] } {
  return Object.fromEntries(
    clause.map(({ parent, values }) => {
      const [first, ...others] = values;
      return [parent, others.length === 0 && first !== undefined ? first : [...values]];
    }),
  );
}
