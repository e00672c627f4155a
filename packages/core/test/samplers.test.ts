import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Configuration } from '../src/domain/configuration.ts';
import { createRandomStream } from '../src/domain/rng.ts';
import { parseSearchSpace, type SearchSpace } from '../src/domain/search-space.ts';
import { FettleError } from '../src/errors.ts';
import type { Plugin } from '../src/plugin/define.ts';
import { grid } from '../src/searchers/grid.ts';
import { randomConfiguration } from '../src/searchers/random.ts';
import { sobol } from '../src/searchers/sobol.ts';
import { SobolSequence } from '../src/searchers/sobol-sequence.ts';
import { SamplerSession } from '../src/testing/sampler-session.ts';
import { smallSpace } from './space-arbitraries.ts';

/** Everything a sampler suggests until it is exhausted, at most so many. */
async function suggestions(plugin: Plugin<'sampler'>, space: SearchSpace, most = 1000): Promise<Configuration[]> {
  const session = new SamplerSession(plugin, space, 7);
  const found: Configuration[] = [];
  while (found.length < most) {
    const sample = await session.sample();
    if (sample.kind === 'exhausted') break;
    found.push(sample.configuration);
    session.start(sample.configuration);
  }
  return found;
}

const unit = { type: 'float', min: 0, max: 1 };

describe('grid', () => {
  it('goes through the combinations in order, the last parameter fastest', async () => {
    const space = parseSearchSpace({
      a: { type: 'int', min: 1, max: 2 },
      b: { type: 'categorical', values: ['x', 'y'] },
      c: { type: 'float', min: 0, max: 0.2, step: 0.1 },
    });
    const found = await suggestions(grid(), space);
    expect(found.map((configuration) => Object.values(configuration).join(' '))).toEqual([
      '1 x 0',
      '1 x 0.1',
      '1 x 0.2',
      '1 y 0',
      '1 y 0.1',
      '1 y 0.2',
      '2 x 0',
      '2 x 0.1',
      '2 x 0.2',
      '2 y 0',
      '2 y 0.1',
      '2 y 0.2',
    ]);
  });

  it('tries every configuration of any finite space exactly once', async () => {
    await fc.assert(
      fc.asyncProperty(smallSpace, async (plain) => {
        let space: SearchSpace;
        try {
          space = parseSearchSpace(plain);
        } catch {
          return;
        }
        const found = await suggestions(grid(), space, 5000);
        expect(found).toHaveLength(space.cardinality());
        expect(new Set(found.map((configuration) => space.key(configuration))).size).toBe(found.length);
        for (const configuration of found) expect(space.issues(configuration)).toEqual([]);
      }),
      { seed: 41, numRuns: 200 },
    );
  });

  it('spreads values of continuous parameters over their scale, with both ends', async () => {
    const space = parseSearchSpace({ x: { type: 'float', min: 1e-4, max: 1, scale: 'log' } });
    expect((await suggestions(grid({ resolution: 5 }), space)).map(({ x }) => x)).toEqual([
      0.0001, 0.001, 0.01, 0.1, 1,
    ]);
    expect((await suggestions(grid({ resolution: 1 }), space)).map(({ x }) => x)).toEqual([0.01]);
  });

  it('takes a resolution by name, for ints as well', async () => {
    const space = parseSearchSpace({
      x: unit,
      n: { type: 'int', min: 1, max: 1000 },
      few: { type: 'int', min: 1, max: 2 },
    });
    const found = await suggestions(grid({ resolution: { x: 2, n: 3, few: 9 } }), space);
    expect(found).toHaveLength(2 * 3 * 2);
    expect(found.slice(0, 6).map(({ n }) => n)).toEqual([1, 1, 501, 501, 1000, 1000]);
  });

  it('says which parameters need a resolution, and which cannot have one', () => {
    const space = parseSearchSpace({ x: unit, y: unit, c: { type: 'categorical', values: [1] } });
    const session = (plugin: Plugin<'sampler'>) => () => new SamplerSession(plugin, space, 1);
    expect(session(grid())).toThrow(/x is continuous.*\n.*y is continuous/);
    expect(session(grid({ resolution: { x: 3, c: 2, z: 2 } }))).toThrow(
      /resolution.c: the values of a parameter of type categorical are all tried\n.*resolution.z: there is no.*\n.*y is cont/,
    );
    expect(() => grid({ resolution: 0 })).toThrow(FettleError);
  });

  it('goes on where it was, whatever came from elsewhere', async () => {
    const session = new SamplerSession(grid(), parseSearchSpace({ n: { type: 'int', min: 1, max: 9 } }), 1);
    for (const n of [1, 2, 3]) {
      expect(await session.sample()).toMatchObject({ configuration: { n } });
      session.start({ n });
    }
    session.start({ n: 7 }, 'first');
    session.start({ n: 2 }, 'searcher');
    expect(await session.sample()).toMatchObject({ configuration: { n: 4 } });
    expect(await session.sample(2)).toMatchObject({ configuration: { n: 6 } });
    expect(await session.sample(1)).toMatchObject({ configuration: { n: 5 } });
    session.start({ n: 6 });
    expect(await session.sample()).toMatchObject({ configuration: { n: 7 } });
  });

  it('skips a forbidden region in one step, however large', async () => {
    const many = { type: 'int', min: 1, max: 1_000_000 };
    const space = parseSearchSpace({
      parameters: { a: { type: 'int', min: 1, max: 3 }, b: many, c: many },
      forbidden: [{ a: [1, 2] }],
    });
    expect(await suggestions(grid(), space, 2)).toEqual([
      { a: 3, b: 1, c: 1 },
      { a: 3, b: 1, c: 2 },
    ]);
  });
});

describe('random', () => {
  it('draws uniformly on each scale, and only what is allowed', () => {
    const space = parseSearchSpace({
      parameters: {
        x: { type: 'float', min: 1e-4, max: 1, scale: 'log' },
        n: { type: 'int', min: 1, max: 4 },
        c: { type: 'categorical', values: ['a', 'b'] },
      },
      forbidden: [{ n: [3, 4], c: 'b' }],
    });
    const stream = createRandomStream(9);
    const draws = Array.from({ length: 6000 }, () => randomConfiguration(space, stream));
    const share = (test: (configuration: Configuration) => boolean): number => draws.filter(test).length / draws.length;
    expect(share(({ x }) => (x as number) < 1e-2)).toBeCloseTo(0.5, 1);
    expect(share(({ n, c }) => n === 1 && c === 'b')).toBeCloseTo(1 / 6, 1);
    expect(share(({ n, c }) => n === 4 && c === 'a')).toBeCloseTo(1 / 6, 1);
    expect(share(({ n, c }) => n === 4 && c === 'b')).toBe(0);
  });

  it('gives up with a remedy where nearly everything is forbidden', () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const space = parseSearchSpace({
      parameters: Object.fromEntries(names.map((name) => [name, { type: 'int', min: 0, max: 99 }])),
      forbidden: names.map((name) => ({ [name]: Array.from({ length: 99 }, (_, index) => index) })),
    });
    expect(space.cardinality()).toBe(1);
    expect(() => randomConfiguration(space, createRandomStream(1))).toThrow(
      '10000 configurations in a row were forbidden',
    );
  });
});

describe('the Sobol sequence', () => {
  const point = (sequence: SobolSequence, dimensions: number, index: number): number[] => {
    const into = new Float64Array(dimensions);
    sequence.point(index, into);
    return [...into];
  };

  it('has the known first points', () => {
    // scipy.stats.qmc.Sobol(1111, scramble=False, bits=32), scipy 1.17.1, in these dimensions.
    const dimensions = [0, 1, 2, 3, 7, 20, 99, 500, 1000, 1110];
    const sequence = new SobolSequence(1111);
    const rows = [0, 1, 2, 6, 19].map((index) => {
      const whole = point(sequence, 1111, index);
      return dimensions.map((dimension) => whole[dimension]);
    });
    expect(rows).toEqual([
      [0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
      [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5],
      [0.75, 0.25, 0.25, 0.25, 0.75, 0.25, 0.75, 0.25, 0.25, 0.75],
      [0.625, 0.125, 0.875, 0.625, 0.125, 0.375, 0.125, 0.125, 0.625, 0.125],
      [0.34375, 0.71875, 0.71875, 0.40625, 0.59375, 0.46875, 0.28125, 0.71875, 0.34375, 0.15625],
    ]);
    const late = point(sequence, 1111, 1_000_003);
    expect(dimensions.map((dimension) => late[dimension]! * 2 ** 32)).toEqual([
      1187450880, 2413424640, 334991360, 1796354048, 1145868288, 3393581056, 213045248, 1209020416, 998191104,
      665669632,
    ]);
  });

  it('has all 1,111 dimensions right', () => {
    // A checksum over the first 64 points, from the same source.
    const sequence = new SobolSequence(1111);
    let sum = 0n;
    for (let index = 0; index < 64; index++) {
      for (const coordinate of point(sequence, 1111, index))
        sum = (sum * 31n + BigInt(coordinate * 2 ** 32)) % 4294967291n;
    }
    expect(sum).toBe(1988123069n);
  });

  it.each([
    ['plain', undefined],
    ['scrambled', 1],
    ['scrambled otherwise', 2],
  ])('hits every interval of every axis exactly once, %s', (_name, seed) => {
    const sequence = new SobolSequence(100, seed === undefined ? undefined : createRandomStream(seed));
    const points = Array.from({ length: 64 }, (_, index) => point(sequence, 100, index));
    for (let dimension = 0; dimension < 100; dimension++) {
      const cells = points.map((coordinates) => Math.floor(coordinates[dimension]! * 64));
      expect(new Set(cells).size).toBe(64);
    }
    // The first two dimensions together are a (0, m, 2)-net: each box of every shape of area 1/64 holds one point.
    for (const [rows, columns] of [
      [2, 32],
      [8, 8],
      [32, 2],
    ] as const) {
      const boxes = points.map(([x = 0, y = 0]) => Math.floor(x * rows) * columns + Math.floor(y * columns));
      expect(new Set(boxes).size).toBe(64);
    }
  });

  it('swaps the halves of each half on its own when scrambled', () => {
    // Whether the second digit is flipped must depend on the first: in half of all dimensions, it differs.
    const plain = new SobolSequence(400);
    const scrambled = new SobolSequence(400, createRandomStream(3));
    const flips = (index: number): number[] => {
      const after = point(scrambled, 400, index);
      return point(plain, 400, index).map((coordinate, dimension) => {
        const digit = (value: number): number => Math.floor(value * 4) % 2;
        return digit(coordinate) ^ digit(after[dimension]!);
      });
    };
    const [low, high] = [flips(0), flips(1)];
    const differing = low.filter((flip, dimension) => flip !== high[dimension]).length;
    expect(Math.abs(differing - 200)).toBeLessThan(50);
  });

  it('is uniform at each point when scrambled, over seeds', () => {
    const counts = Array<number>(16).fill(0);
    for (let seed = 0; seed < 3200; seed++) {
      const [, second = 0] = point(new SobolSequence(2, createRandomStream(seed)), 2, 5);
      counts[Math.floor(second * 16)]! += 1;
    }
    expect(counts.reduce((sum, count) => sum + (count - 200) ** 2 / 200, 0)).toBeLessThan(45);
  });
});

describe('sobol', () => {
  it('is plain without scrambling, and leaves forbidden points out', async () => {
    const space = parseSearchSpace({
      parameters: { n: { type: 'int', min: 0, max: 7 }, x: unit },
      forbidden: [{ n: 4 }],
    });
    expect(await suggestions(sobol({ scramble: false }), space, 4)).toEqual([
      { n: 0, x: 0 },
      { n: 6, x: 0.25 },
      { n: 2, x: 0.75 },
      { n: 3, x: 0.375 },
    ]);
  });

  it('goes on where it was, whatever was refused or came from elsewhere', async () => {
    const space = parseSearchSpace({ x: unit, y: unit });
    const [first, second, third] = await suggestions(sobol(), space, 3);
    const session = new SamplerSession(sobol(), space, 7);
    session.start({ x: 0.123, y: 0.456 }, 'first');
    session.start(second!, 'first');
    expect(await session.sample(0)).toMatchObject({ configuration: first });
    expect(await session.sample(1)).toMatchObject({ configuration: second });
    session.start(second!);
    session.start({ x: 0.5, y: 0.25 }, 'searcher');
    expect(await session.sample(0)).toMatchObject({ configuration: third });
    expect(await session.rebuilt().sample(0)).toMatchObject({ configuration: third });
  });

  it('says so when there is nothing left to give', async () => {
    const session = new SamplerSession(
      sobol(),
      parseSearchSpace({ c: { type: 'categorical', values: ['a', 'b'] } }),
      1,
    );
    expect(await session.sample(1)).toMatchObject({ kind: 'configuration' });
    expect(await session.sample(2)).toMatchObject({ kind: 'exhausted' });
  });

  it('refuses more dimensions than it has numbers for', () => {
    const many = Object.fromEntries(Array.from({ length: 1112 }, (_, index) => [`x${index}`, unit]));
    expect(() => new SamplerSession(sobol(), parseSearchSpace(many), 1)).toThrow('of up to 1111');
  });
});
