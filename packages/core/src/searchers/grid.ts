import { z } from 'zod';
import type { ParameterValue } from '../domain/configuration.ts';
import type { Domain } from '../domain/domain.ts';
import type { SearchSpace } from '../domain/search-space.ts';
import { FettleError } from '../errors.ts';
import { API_VERSION } from '../plugin/api-version.ts';
import { defineSampler, type FactoryOf, type OptionSchemas } from '../plugin/define.ts';
import type { ConfigurationSampler, Sample } from '../ports/configuration-sampler.ts';
import type { Offer, TrialView } from '../ports/searcher.ts';
import { VERSION } from '../version.ts';
import { type Axis, type GridPoint, GridWalk } from './grid-walk.ts';

const count = z.int().min(1);

/** Options of `grid`. */
export interface GridOptions {
  /**
   * How many values of a continuous parameter to try, evenly spread on its scale with both ends: one number for all of them, or
   * one for each by name. By name, it thins out ints as well. Needed where a parameter is continuous.
   */
  resolution?: number | { [parameter: string]: number } | undefined;
}

/** Tries every combination once, in order, and is then exhausted. */
export const grid: FactoryOf<'sampler', GridOptions> = defineSampler({
  name: 'grid',
  version: VERSION,
  apiVersion: API_VERSION,
  options: z.strictObject({
    resolution: z.union([count, z.record(z.string(), count)]).optional(),
  } satisfies OptionSchemas<GridOptions>),
  create: ({ resolution }, { space }) => new GridSampler(new GridWalk(space, axesOf(space, resolution))),
});

class GridSampler implements ConfigurationSampler {
  readonly #walk: GridWalk;
  /** The last point that was started: the only state. */
  #last: GridPoint | undefined;
  /** Where the last question led; it could be asked again at any time. */
  #ahead: { readonly draw: number; readonly point: GridPoint | undefined } | undefined;

  constructor(walk: GridWalk) {
    this.#walk = walk;
  }

  sample({ draw }: Offer): Sample {
    const from = this.#ahead !== undefined && this.#ahead.draw <= draw ? this.#ahead : undefined;
    let point = from === undefined ? this.#walk.after(this.#last) : from.point;
    for (let step = from?.draw ?? 0; step < draw && point !== undefined; step++) point = this.#walk.after(point);
    this.#ahead = { draw, point };
    if (point === undefined) return { kind: 'exhausted', reason: 'every point of the grid was tried' };
    return {
      kind: 'configuration',
      configuration: this.#walk.configuration(point),
      reason: 'the next point of the grid',
    };
  }

  started({ origin, configuration }: TrialView): void {
    if (origin !== 'searcher') return;
    const point = this.#walk.pointOf(configuration);
    // A trial that another sampler of the same searcher thought of may lie off the grid, or behind.
    if (point === undefined || (this.#last !== undefined && !this.#walk.isAfter(point, this.#last))) return;
    this.#last = point;
    this.#ahead = undefined;
  }
}

type Resolution = number | { readonly [name: string]: number } | undefined;

function axesOf(space: SearchSpace, resolution: Resolution): ReadonlyMap<string, Axis> {
  const byName = typeof resolution === 'object' ? resolution : {};
  const problems: string[] = [];
  const domains = new Map(space.parameters.map(({ name, domain }) => [name, domain]));
  for (const name of Object.keys(byName)) {
    const domain = domains.get(name);
    if (domain === undefined) problems.push(`resolution.${name}: there is no parameter of this name`);
    else if (domain.type !== 'float' && domain.type !== 'int') {
      problems.push(`resolution.${name}: the values of a parameter of type ${domain.type} are all tried`);
    }
  }
  const axes = new Map<string, Axis>();
  for (const [name, domain] of domains) {
    const continuous = domain.size === Number.POSITIVE_INFINITY;
    const values = byName[name] ?? (continuous && typeof resolution === 'number' ? resolution : undefined);
    if (values !== undefined && values < domain.size) axes.set(name, evenly(domain, values));
    else if (continuous) problems.push(`${name} is continuous: say with resolution how many of its values to try`);
    else axes.set(name, domain);
  }
  if (problems.length > 0) {
    throw new FettleError(
      'options-invalid',
      `grid does not fit the space:\n${problems.map((text) => `  ${text}`).join('\n')}`,
      {
        remedy: 'Give one resolution for all continuous parameters, or one for each by name.',
      },
    );
  }
  return axes;
}

/** Some values of a domain, evenly spread on its scale; fewer than asked for where two fall together. */
function evenly(domain: Domain, count: number): Axis {
  const values = new Set<ParameterValue>();
  for (let index = 0; index < count; index++) values.add(domain.fromUnit(count === 1 ? 0.5 : index / (count - 1)));
  const list = [...values];
  const numbers = new Map(list.map((value, number) => [value, number]));
  return {
    size: list.length,
    at: (index) => list[index] as ParameterValue,
    indexOf: (value) => numbers.get(value) ?? -1,
  };
}
