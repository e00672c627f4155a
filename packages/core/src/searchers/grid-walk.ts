import type { ParameterValue } from '../domain/configuration.ts';
import type { Configuration } from '../domain/configuration.ts';
import type { SearchSpace } from '../domain/search-space.ts';
import { evaluationOrder, type Condition } from '../domain/space-parameter.ts';

/** The values of one parameter on the grid, in order. */
export interface Axis {
  readonly size: number;
  at(index: number): ParameterValue;
  /** -1 for a value that is not on the grid. */
  indexOf(value: ParameterValue): number;
}

/** A point of the grid: for each parameter the number of its value, or `INACTIVE`. */
export type GridPoint = readonly number[];

const INACTIVE = -1;

/** A condition with the position of its parent. */
interface PlacedCondition {
  readonly position: number;
  readonly values: ReadonlySet<unknown>;
}

/**
 * Walks the grid of a space in lexicographic order: the last parameter changes fastest. Each allowed configuration comes
 * once, those that differ only in inactive parameters count as one, and no list of them is ever made.
 */
export class GridWalk {
  readonly #names: readonly string[];
  readonly #axes: readonly Axis[];
  readonly #conditions: readonly (readonly PlacedCondition[])[];
  readonly #clauses: readonly { readonly last: number; readonly conditions: readonly PlacedCondition[] }[];
  /** Positions of the parameters in the order in which they were declared. */
  readonly #declared: readonly number[];

  constructor(space: SearchSpace, axes: ReadonlyMap<string, Axis>) {
    const order = evaluationOrder(space.parameters).map((place) => space.parameters[place]!);
    this.#names = order.map(({ name }) => name);
    this.#axes = this.#names.map((name) => axes.get(name)!);
    this.#declared = space.names.map((name) => this.#names.indexOf(name));
    const placed = ({ parent, values }: Condition): PlacedCondition => ({
      position: this.#names.indexOf(parent),
      values,
    });
    this.#conditions = order.map(({ conditions }) => conditions.map(placed));
    this.#clauses = space.forbidden.map((clause) => {
      const conditions = clause.map(placed);
      return { conditions, last: Math.max(...conditions.map(({ position }) => position)) };
    });
  }

  /** The point after another one, or the first point; `undefined` after the last. */
  after(point: GridPoint | undefined): GridPoint | undefined {
    let next = point === undefined ? this.#fill([]) : this.#increment(point, this.#axes.length - 1);
    while (next !== undefined) {
      const culprit = this.#culprit(next);
      if (culprit === undefined) return next;
      // Nothing after the culprit can mend a forbidden combination: skip all of it at once.
      next = this.#increment(next, culprit);
    }
    return undefined;
  }

  /** Whether a point comes after another. */
  isAfter(point: GridPoint, other: GridPoint): boolean {
    for (const [position, index] of point.entries()) if (index !== other[position]) return index > other[position]!;
    return false;
  }

  configuration(point: GridPoint): Configuration {
    const configuration: { [name: string]: ParameterValue } = {};
    for (const position of this.#declared) {
      const value = this.#value(point, position);
      if (value !== undefined) configuration[this.#names[position]!] = value;
    }
    return Object.freeze(configuration);
  }

  /** The point of a configuration; `undefined` if it is not on the grid. */
  pointOf(configuration: Configuration): GridPoint | undefined {
    const point: number[] = [];
    for (const [position, name] of this.#names.entries()) {
      const active = this.#holds(this.#conditions[position]!, point);
      const value = configuration[name];
      const index = active && value !== undefined ? this.#axes[position]!.indexOf(value) : INACTIVE;
      if (active && index < 0) return undefined;
      point.push(index);
    }
    return point;
  }

  /** The next point that differs at `position` or before, with everything after it at its beginning. */
  #increment(point: GridPoint, position: number): GridPoint | undefined {
    for (let index = position; index >= 0; index--) {
      const next = point[index]! + 1;
      if (next > 0 && next < this.#axes[index]!.size) return this.#fill([...point.slice(0, index), next]);
    }
    return undefined;
  }

  #fill(point: number[]): GridPoint {
    for (let position = point.length; position < this.#axes.length; position++) {
      point.push(this.#holds(this.#conditions[position]!, point) ? 0 : INACTIVE);
    }
    return point;
  }

  /** The first position at which the point is known to be forbidden. */
  #culprit(point: GridPoint): number | undefined {
    let culprit: number | undefined;
    for (const { conditions, last } of this.#clauses) {
      if ((culprit === undefined || last < culprit) && this.#holds(conditions, point)) culprit = last;
    }
    return culprit;
  }

  #holds(conditions: readonly PlacedCondition[], point: GridPoint): boolean {
    return conditions.every(({ position, values }) => values.has(this.#value(point, position)));
  }

  #value(point: GridPoint, position: number): ParameterValue | undefined {
    const index = point[position]!;
    return index === INACTIVE ? undefined : this.#axes[position]!.at(index);
  }
}
