import { normalQuantile, type RandomStream, SobolSequence } from '@fettle/core';
import type { CheckedBayesOptions } from './bayes-options.ts';
import type { SpaceLayout } from './encoding/space-layout.ts';
import type { EngineSetup } from './engine/protocol.ts';

/** Numbers in the table of spread points, about; a power of two of points. */
const SPREAD_NUMBERS = 16_384;
const MOST_SPREAD_POINTS = 1024;
/** Pending points taken into account, and fantasies of them. */
const MOST_PENDING = 48;
const FANTASIES = 32;

/** What the engine is made from. */
export function engineSetup(
  options: CheckedBayesOptions,
  layout: SpaceLayout,
  random: (purpose: string) => RandomStream,
): EngineSetup {
  const size = layout.order.length;
  const points = Math.min(MOST_SPREAD_POINTS, 2 ** Math.floor(Math.log2(SPREAD_NUMBERS / Math.max(1, size))));
  const draws = sobolTable(MOST_PENDING, FANTASIES, random('bayes-fantasies'));
  return {
    layout,
    spread: sobolTable(size, points, random('bayes-search')),
    // A coordinate may be 0, which has no finite quantile.
    fantasies: draws.map((place) => normalQuantile(place || 2 ** -33)),
    mostPending: MOST_PENDING,
    noise: typeof options.noise === 'number' ? options.noise ** 2 : options.noise,
    inputWarp: options.inputWarp,
    outputWarp: options.outputWarp,
    rungs: options.rungs,
    repeats: options.repeats,
    limits: options.constraints.map((constraint) => ('atMost' in constraint ? constraint.atMost : -constraint.atLeast)),
    cost: options.costMetric !== undefined,
    latencyBudget: options.latencyBudget,
  };
}

/** Points of a scrambled Sobol sequence, row after row. */
function sobolTable(dimensions: number, count: number, scramble: RandomStream): Float64Array {
  const sequence = new SobolSequence(dimensions, scramble);
  const table = new Float64Array(dimensions * count);
  for (let index = 0; index < count; index++) {
    sequence.point(index, table.subarray(index * dimensions, (index + 1) * dimensions));
  }
  return table;
}
