/**
 * Learning curves of a pool of configurations as something to tune: a space of their hyperparameters, and samplers that only
 * suggest configurations of the pool, each once.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  API_VERSION,
  type Configuration,
  type ConfigurationSampler,
  defineSampler,
  parseSearchSpace,
  type Plugin,
  type Sample,
  type SearchSpace,
} from '@fettle/core';
import { z } from 'zod';

/** A task of TaskSet: every configuration with a loss for each checkpoint, `null` where it was not finite. */
interface PoolFile {
  readonly task: string;
  readonly parameters: readonly string[];
  readonly configurations: readonly (readonly number[])[];
  readonly curves: readonly (readonly (number | null)[])[];
}

/** A pool of configurations with their learning curves. */
export interface Pool {
  readonly name: string;
  readonly space: SearchSpace;
  /** In the space's own terms. */
  readonly configurations: readonly Configuration[];
  /** Places of the configurations in the unit cube. */
  readonly points: readonly Float64Array[];
  /** A loss for each configuration and step; `NaN` where the training had diverged. */
  readonly curves: readonly (readonly number[])[];
  readonly length: number;
  /** Row of a configuration of the pool. */
  rowOf(configuration: Configuration): number;
}

/** Reads every task of a folder. */
export function readPools(folder: string): readonly Pool[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.json.gz'));
  return names
    .sort()
    .map((name) => poolOf(JSON.parse(gunzipSync(readFileSync(join(folder, name))).toString()) as PoolFile));
}

function poolOf({ task, parameters, configurations: rows, curves }: PoolFile): Pool {
  // What momentum lacks to one is what matters, over decades, as all of these parameters do.
  const columns = parameters.map((name, index) => {
    const isShare = name.startsWith('beta');
    const values = rows.map((row) => Number((isShare ? 1 - row[index]! : row[index]!).toPrecision(9)));
    return { name: isShare ? `oneMinus${name.replace('b', 'B')}` : name, values };
  });
  const space = parseSearchSpace(
    Object.fromEntries(
      columns.map(({ name, values }) => [
        name,
        { type: 'float', min: Math.min(...values), max: Math.max(...values), scale: 'log' },
      ]),
    ),
  );
  const configurations = rows.map((_, row) =>
    Object.fromEntries(columns.map(({ name, values }) => [name, values[row]!])),
  );
  const points = configurations.map((configuration) => space.toUnit(configuration));
  const places = new Map(configurations.map((configuration, row) => [space.key(configuration), row]));
  return {
    name: task,
    space,
    configurations,
    points,
    curves: curves.map((curve) => curve.map((value) => value ?? Number.NaN)),
    length: curves[0]!.length,
    rowOf: (configuration) => places.get(space.key(configuration))!,
  };
}

/** Rows of the pool at random, each once. */
export function rowsAtRandom(pool: Pool): Plugin<'sampler'> {
  return fromPool(pool, undefined);
}

/** What a sampler suggests, replaced by the nearest configuration of the pool that was not suggested yet. */
export function nearestRows(pool: Pool, sampler: Plugin<'sampler'>): Plugin<'sampler'> {
  return fromPool(pool, sampler);
}

function fromPool(pool: Pool, inner: Plugin<'sampler'> | undefined): Plugin<'sampler'> {
  return defineSampler({
    name: 'pool',
    version: '1.0.0',
    apiVersion: API_VERSION,
    options: z.strictObject({}),
    create(_options, context): ConfigurationSampler {
      const sampler = inner?.create(context);
      const used = new Set<number>();
      return {
        async sample(offer): Promise<Sample> {
          if (used.size === pool.configurations.length) return { kind: 'exhausted', reason: 'the pool is empty' };
          const sample = await sampler?.sample(offer);
          if (sample?.kind === 'exhausted') return sample;
          const row =
            sample === undefined
              ? offer.random('row').integer(pool.configurations.length)
              : nearest(pool, pool.space.toUnit(sample.configuration), used);
          const configuration = pool.configurations[nextFree(row, used, pool.configurations.length)]!;
          return { kind: 'configuration', configuration, reason: sample?.reason ?? 'drawn at random' };
        },
        started(trial) {
          used.add(pool.rowOf(trial.configuration));
          sampler?.started?.(trial);
        },
        reported: (trial, report) => sampler?.reported?.(trial, report),
        ended: (trial, outcome) => sampler?.ended?.(trial, outcome),
        close: () => sampler?.close?.(),
      };
    },
  })();
}

function nextFree(row: number, used: ReadonlySet<number>, count: number): number {
  let free = row;
  while (used.has(free)) free = (free + 1) % count;
  return free;
}

function nearest({ points }: Pool, to: Float64Array, used: ReadonlySet<number>): number {
  let [best, least] = [0, Number.POSITIVE_INFINITY];
  for (const [row, point] of points.entries()) {
    if (used.has(row)) continue;
    let distance = 0;
    for (let index = 0; index < to.length; index += 1) distance += (point[index]! - to[index]!) ** 2;
    if (distance < least) [best, least] = [row, distance];
  }
  return best;
}
