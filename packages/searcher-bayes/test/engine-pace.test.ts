import { createRandomStream, parseSearchSpace, randomConfiguration } from '@fettle/core';
import { expect, test } from 'vitest';
import { bayesOptions } from '../src/bayes-options.ts';
import { SpaceEncoding } from '../src/encoding/space-encoding.ts';
import { Engine } from '../src/engine/engine.ts';
import { engineSetup } from '../src/engine-setup.ts';
import { createLinearAlgebra } from '../src/linear-algebra/create-linear-algebra.ts';
import type { LinearAlgebra } from '../src/linear-algebra/types.ts';

/** Linear algebra that counts inversions, one for each evaluation of a likelihood: of n observations as (n / 300)^3. */
function counted(): { readonly algebra: LinearAlgebra; evaluations: number } {
  const algebra = createLinearAlgebra();
  const counter = {
    algebra: {
      ...algebra,
      invert(factor: Float64Array, size: number, stride: number, into: Float64Array) {
        counter.evaluations += (size / 300) ** 3;
        algebra.invert(factor, size, stride, into);
      },
    },
    evaluations: 0,
  };
  return counter;
}

test('a fit is spread evenly over the questions before it is due, the cheap comparison of warps as well as the costly rest', () => {
  const space = parseSearchSpace({ x: { type: 'float', min: 0, max: 1 }, y: { type: 'float', min: 0, max: 1 } });
  const encoding = new SpaceEncoding(space);
  const options = bayesOptions.parse({ latencyBudget: 25, outputWarp: 'auto' });
  const setup = engineSetup(options, encoding.layout, (purpose) => createRandomStream(1, purpose));
  const counter = counted();
  const engine = new Engine(setup, counter.algebra);
  const stream = createRandomStream(1, 'points');
  const tell = (trial: number): void => {
    const point = encoding.encode(randomConfiguration(space, stream));
    const value = Math.exp(Math.sin(6 * point[0]!) + Math.cos(5 * point[1]!)) + 0.01 * stream.normal();
    engine.tell([
      { kind: 'started', trial, point },
      { kind: 'observed', trial, level: Number.POSITIVE_INFINITY, value, extras: [] },
    ]);
  };
  const ask = (trial: number): void => void engine.ask({ active: [], seed: [1, 2, 3, trial] });
  // The next anchor, which compares warps on 128 observations before it is fitted to all, comes after 320.
  const [first, last] = [312, 375];
  for (let trial = 0; trial < first; trial++) tell(trial);
  ask(first);
  const costs: number[] = [];
  for (let trial = first; trial < last; trial++) {
    tell(trial);
    counter.evaluations = 0;
    ask(trial);
    costs.push(counter.evaluations);
  }
  const total = costs.reduce((sum, cost) => sum + cost, 0);
  expect(total).toBeGreaterThan(25);
  // Two likelihoods of 330 observations, where the share of a question is a little more than one.
  expect(Math.max(...costs)).toBeLessThan(2.7);
});
