import { describeSampler, SamplerSession } from '@fettle/core/testing';
import { parseSearchSpace } from '@fettle/core';
import { expect, test } from 'vitest';
import sampler from '../src/index.ts';

// Everything that is asked of a sampler, as tests: their names say what.
describeSampler('plugin-name', () => sampler());

// And what this one promises besides.
test('it leaves no corner of the space empty', async () => {
  const space = parseSearchSpace({ x: { type: 'float', min: 0, max: 1 }, y: { type: 'float', min: 0, max: 1 } });
  const session = new SamplerSession(sampler(), space, 1);
  const quarters = new Set<string>();
  for (let trial = 0; trial < 8; trial++) {
    const sample = await session.sample();
    if (sample.kind !== 'configuration') throw new Error(sample.reason);
    const { x, y } = session.start(sample.configuration).configuration;
    quarters.add(`${Number(x) < 0.5} ${Number(y) < 0.5}`);
  }
  expect(quarters.size).toBe(4);
});
