import type { Condition, Configuration, Domain, Parameter, ParameterValue, SearchSpace } from '@fettle/core';
import type { Dimension } from '../model/types.ts';
import type { Requirement, SpaceLayout } from './space-layout.ts';

/** Most values that a parameter may have for each of them to be a coordinate of its own; more are taken as continuous. */
const MOST_LEVELS = 1024;

/** Nothing fulfils it. */
const NEVER: Requirement = { dimension: 0, coordinates: [], tolerance: 0 };

/** Translates between the configurations of a search space and the points that the model works with. */
export class SpaceEncoding {
  readonly layout: SpaceLayout;
  readonly #space: SearchSpace;
  readonly #codes: readonly Code[];

  constructor(space: SearchSpace) {
    this.#space = space;
    const byName = new Map(space.parameters.map((parameter) => [parameter.name, parameter]));
    const parameters = space.dimensions.map((name) => byName.get(name)!);
    this.#codes = parameters.map(({ name, domain }) => codeOf(name, domain));
    const places = new Map(space.dimensions.map((name, place) => [name, place]));
    const required = (conditions: readonly Condition[]): Requirement[] =>
      conditions.flatMap(({ parent, values }) => {
        const dimension = places.get(parent);
        const { domain, conditions: own } = byName.get(parent)!;
        // A constant has its value wherever it is active.
        if (dimension === undefined) return values.has(domain.at(0)) ? required(own) : [NEVER];
        const { grid, encode } = this.#codes[dimension]!;
        const tolerance = grid === undefined ? 0.5 / Math.max(domain.size, 1e12) : 0;
        return [{ dimension, coordinates: [...values].map(encode), tolerance }];
      });
    this.layout = {
      dimensions: this.#codes.map((code, place) => dimensionOf(code, parameters[place]!)),
      grids: this.#codes.map(({ grid }) => grid),
      bins: this.#codes.map(({ grid, even, domain }) => (grid === undefined && even ? domain.size : undefined)),
      even: this.#codes.map(({ even }) => even),
      order: parentsFirst(parameters.map((parameter) => required(parameter.conditions))),
      conditions: parameters.map((parameter) => required(parameter.conditions)),
      forbidden: space.forbidden.map(required),
      cardinality: space.cardinality(),
    };
  }

  /** Number of coordinates of a point. */
  get size(): number {
    return this.#codes.length;
  }

  /** The point of a configuration of the space. */
  encode(configuration: Configuration): Float64Array {
    return Float64Array.from(this.#codes, ({ name, encode }) => {
      const value = configuration[name];
      return value === undefined ? Number.NaN : encode(value);
    });
  }

  /** The value of a parameter at a coordinate. */
  valueAt(dimension: number, coordinate: number): ParameterValue {
    const { place, domain } = this.#codes[dimension]!;
    return domain.fromUnit(place(coordinate));
  }

  /** The configuration at a point; undefined if it is forbidden. */
  decode(point: Float64Array): Configuration | undefined {
    return this.#space.fromUnit(this.#codes.map(({ place }, index) => place(point[index]!)));
  }
}

/** How one parameter's values are coordinates. */
interface Code {
  readonly name: string;
  readonly domain: Domain;
  readonly ordered: boolean;
  readonly grid: readonly number[] | undefined;
  readonly even: boolean;
  readonly encode: (value: ParameterValue) => number;
  /** The place on the space's own unit interval for a coordinate. */
  readonly place: (coordinate: number) => number;
}

function codeOf(name: string, domain: Domain): Code {
  const { ordered } = domain;
  if (domain.size > MOST_LEVELS) {
    return {
      name,
      domain,
      ordered,
      grid: undefined,
      even: Math.abs(domain.toUnit(domain.fromUnit(0)) - 0.5 / domain.size) < 1e-9 / domain.size,
      encode: (value) => domain.toUnit(domain.canonical(value)),
      place: (coordinate) => (Number.isNaN(coordinate) ? 0.5 : coordinate),
    };
  }
  const middles = Array.from({ length: domain.size }, (_, index) => domain.toUnit(domain.at(index)));
  const even = middles.every((middle, index) => Math.abs(middle - (index + 0.5) / domain.size) < 1e-9);
  const last = Math.max(1, domain.size - 1);
  const grid = even ? middles.map((_, index) => (ordered ? index / last : index)) : middles;
  const numbers = new Map(grid.map((coordinate, index) => [coordinate, index]));
  return {
    name,
    domain,
    ordered,
    grid,
    even,
    encode: (value) => grid[domain.indexOf(domain.canonical(value))]!,
    place: (coordinate) => middles[numbers.get(coordinate) ?? 0]!,
  };
}

function dimensionOf({ grid, even, ordered }: Code, { conditions }: Parameter): Dimension {
  const conditional = conditions.length > 0;
  if (!ordered) return { kind: 'categorical', choices: grid!.length, conditional };
  if (grid === undefined) return { kind: 'continuous', conditional };
  return { kind: 'continuous', levels: even && grid.length > 1 ? grid.length : grid, conditional };
}

/** The dimensions with every parent before its children. */
function parentsFirst(conditions: readonly (readonly Requirement[])[]): number[] {
  const order = new Set<number>();
  const visit = (place: number): void => {
    if (order.has(place)) return;
    for (const requirement of conditions[place]!) if (requirement !== NEVER) visit(requirement.dimension);
    order.add(place);
  };
  for (const place of conditions.keys()) visit(place);
  return [...order];
}
