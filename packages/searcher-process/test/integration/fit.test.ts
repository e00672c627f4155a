import { categorical, float, parseSearchSpace, searchSpace } from '@fettle/core';
import { describe, expect, it } from 'vitest';
import { ProcessSampler } from '../../src/process-sampler.ts';
import { ProcessSearcher } from '../../src/process-searcher.ts';
import { contextOf, odd, offer } from './odd-program.ts';

const x = float({ min: 0, max: 1 });
const CONDITIONAL = parseSearchSpace({
  x: { type: 'float', min: 0, max: 1 },
  how: { type: 'categorical', values: ['a', 'b'] },
  y: { type: 'float', min: 0, max: 1, when: { how: 'a' } },
});
const FORBIDDEN = searchSpace({ x, how: categorical(['a', 'b', 'c']) }).forbid({ how: 'a', x: 0 });

describe('a program that does not fit the study', () => {
  it.each([
    ['no conditional parameters', CONDITIONAL, {}, /takes no conditional parameters, such as y/],
    ['no forbidden combinations', FORBIDDEN, {}, /takes no forbidden combinations/],
    ['trials that resume', searchSpace({ x }), { needs: ['resume'] }, /needs trials that go on from their checkpoint/],
    [
      'another version',
      searchSpace({ x }),
      { protocol: 2 },
      /speaks version 2 of the searcher protocol; this is version 1/,
    ],
  ])('is refused before it is asked anything: %s', async (_, space, ready, message) => {
    const { context } = contextOf(space, false);
    const searcher = new ProcessSearcher(odd({ ready }), context);
    await expect(searcher.ask(offer())).rejects.toThrow(message);
    await searcher.close();
  });

  it('because it is a whole searcher is refused as a sampler inside another', async () => {
    const { context } = contextOf();
    const sampler = new ProcessSampler(odd({ ready: { role: 'searcher' } }), context);
    await expect(sampler.sample(offer())).rejects.toThrow(/it is a whole searcher/);
    await sampler.close();
  });
});

describe('a program that fits', () => {
  it('is told the space in one form: the values of conditions and of what is forbidden are lists', async () => {
    const space = parseSearchSpace({
      parameters: {
        how: { type: 'categorical', values: ['a', 'b'] },
        y: { type: 'float', min: 0, max: 1, scale: 'linear', when: { how: 'a' } },
      },
      forbidden: [{ how: 'a', y: 0 }],
    });
    const { context } = contextOf(space);
    const ready = { space: ['conditional', 'forbidden'] };
    // Values of parameters that are not active are left out, digits that the space does not keep are rounded.
    const searcher = new ProcessSearcher(odd({ ready, asked: 'space', configuration: { how: 'b', y: 0.5 } }), context);
    expect(await searcher.ask(offer())).toEqual({
      kind: 'start',
      configuration: { how: 'b' },
      reason: 's',
      details: {
        space: {
          parameters: {
            how: { type: 'categorical', values: ['a', 'b'] },
            y: { type: 'float', min: 0, max: 1, scale: 'linear', when: { how: ['a'] } },
          },
          forbidden: [{ how: ['a'], y: [0] }],
        },
      },
    });
    await searcher.close();
  });

  it('may give more digits than the space keeps', async () => {
    const { context } = contextOf();
    const searcher = new ProcessSearcher(odd({ asked: 'space', configuration: { x: 0.1234567890123456 } }), context);
    expect(await searcher.ask(offer())).toMatchObject({ configuration: { x: 0.12345678901 } });
    await searcher.close();
  });
});
