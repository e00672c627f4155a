import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Configuration, ParameterValue } from '../src/domain/configuration.ts';
import { createRandomStream } from '../src/domain/rng.ts';
import {
  branch,
  categorical,
  float,
  parseSearchSpace,
  searchSpace,
  type SearchSpace,
} from '../src/domain/search-space.ts';
import { domainOf } from '../src/domain/space-parameter.ts';
import type { ParameterSpec } from '../src/domain/space-schema.ts';
import { FettleError } from '../src/errors.ts';
import { anyParameter, smallSpace } from './space-arbitraries.ts';

const training = {
  parameters: {
    learningRate: { type: 'float', min: 1e-5, max: 1, scale: 'log' },
    optimizer: { type: 'categorical', values: ['sgd', 'adam', 'none'] },
    momentum: { type: 'float', min: 0, max: 0.99, when: { optimizer: 'sgd' } },
    nesterov: { type: 'categorical', values: [true, false], when: { momentum: [0.9, 0.95], optimizer: ['sgd'] } },
    batch: { type: 'ordinal', values: [16, 32, 64] },
    version: { type: 'constant', value: 'v1' },
  },
  forbidden: [{ optimizer: 'none', batch: [32, 64] }],
};

describe('a space', () => {
  const space = parseSearchSpace(training);

  it('has a coordinate for each parameter that is not constant', () => {
    expect(space.names).toEqual(['learningRate', 'optimizer', 'momentum', 'nesterov', 'batch', 'version']);
    expect(space.dimensions).toEqual(['learningRate', 'optimizer', 'momentum', 'nesterov', 'batch']);
  });

  it('leaves inactive parameters out, in configurations and at 0.5 in points', () => {
    const configuration = space.fromUnit([0.5, 0.4, 0.3, 0.2, 0.1])!;
    expect(configuration).toEqual({ learningRate: 0.00316227766017, optimizer: 'adam', batch: 16, version: 'v1' });
    expect(Object.isFrozen(configuration)).toBe(true);
    expect([...space.toUnit(configuration)]).toEqual(
      [0.5, 0.5, 0.5, 0.5, 1 / 6].map((place) => expect.closeTo(place, 12)),
    );
  });

  it('says undefined for a forbidden point', () => {
    expect(space.fromUnit([0.5, 0.9, 0, 0, 0.5])).toBeUndefined();
    expect(space.fromUnit([0.5, 0.9, 0, 0, 0.1])).toMatchObject({ optimizer: 'none', batch: 16 });
  });

  it('refuses a point of the wrong length', () => {
    expect(() => space.fromUnit([0.5])).toThrow('has 5 coordinates, got 1');
  });

  it('says everything that is wrong with a configuration', () => {
    expect(space.issues({ learningRate: 2, optimizer: 'adam', momentum: 0.5, batch: 48, seed: 1 })).toEqual([
      "'seed' is not a parameter of the space",
      "'learningRate' must lie from 0.00001 to 1, got 2",
      "'momentum' is 0.5, but is not active: it needs 'optimizer' = 'sgd'",
      "'batch' must be one of 16, 32, 64, got 48",
      "'version' is missing",
    ]);
    expect(space.issues({ learningRate: 0.1, optimizer: 'none', batch: 32, version: 'v1' })).toEqual([
      "it is forbidden: 'optimizer' = 'none' with 'batch' = 32 or 64",
    ]);
    expect(space.issues({ learningRate: 0.1, optimizer: 'sgd', momentum: 0.9, batch: 32, version: 'v1' })).toEqual([
      "'nesterov' is missing",
    ]);
  });

  it('makes a configuration canonical: rounds, adds constants, leaves inactive parameters out', () => {
    expect(space.canonical({ optimizer: 'adam', momentum: 0.5, learningRate: 1 / 300, batch: 16 })).toEqual({
      learningRate: 0.00333333333333,
      optimizer: 'adam',
      batch: 16,
      version: 'v1',
    });
    expect(() => space.canonical({ optimizer: 'sgd', learningRate: 3, batch: 16, other: 1 })).toThrow(
      "'other' is not a parameter of the space; 'learningRate' must lie from 0.00001 to 1, got 3; 'momentum' is missing",
    );
    expect(() => space.canonical({ optimizer: 'none', learningRate: 0.1, batch: 32 })).toThrow('forbidden');
  });

  it('has the same key for the same point, whatever is written at inactive parameters', () => {
    const a = { learningRate: 0.1, optimizer: 'adam', batch: 16, version: 'v1' };
    expect(space.key({ ...a, momentum: 0.3 })).toBe(space.key(a));
    expect(space.key({ ...a, learningRate: 0.1 + 1e-17 })).toBe(space.key(a));
    expect(space.key({ ...a, batch: 32 })).not.toBe(space.key(a));
    const before = space.key(a);
    space.key({ ...a, optimizer: 'sgd', momentum: 0.5 });
    expect(space.key(a)).toBe(before);
  });

  it('does not mix up what stands in which parameter', () => {
    const three = { type: 'int', min: 0, max: 111 };
    const ints = parseSearchSpace({ a: three, b: three, c: three });
    const digits = [0, 1, 11, 111];
    const keys = digits.flatMap((a) => digits.flatMap((b) => digits.map((c) => ints.key({ a, b, c }))));
    expect(new Set(keys).size).toBe(64);
  });

  it('holds -0 and 0 for the same number', () => {
    const plain = parseSearchSpace({
      x: { type: 'float', min: -1, max: 1 },
      y: { type: 'categorical', values: [0, 1] },
    });
    expect(plain.key({ x: -0, y: -0 })).toBe(plain.key({ x: 0, y: 0 }));
    expect(Object.is(plain.canonical({ x: -0, y: -0 }).y, 0)).toBe(true);
    expect(Object.is(plain.canonical({ x: -0, y: -0 }).x, 0)).toBe(true);
    expect(Object.is(plain.canonical({ x: -1e-20, y: 0 }).x, 0)).toBe(true);
  });

  it('can be built again from its plain data', () => {
    expect(space.toJSON()).toEqual(training);
    expect(parseSearchSpace(space.toJSON()).toJSON()).toEqual(training);
    expect(parseSearchSpace(JSON.parse(JSON.stringify(space))).toJSON()).toEqual(training);
  });

  it('can forbid more', () => {
    const less = parseSearchSpace(training).forbid({ batch: 64 });
    expect(less.fromUnit([0.5, 0.5, 0.5, 0.5, 0.9])).toBeUndefined();
    expect(less.toJSON().forbidden).toEqual([...training.forbidden, { batch: 64 }]);
    expect(() => space.forbid({ batch: 48 })).toThrow('forbidden[1]: batch: must be one of 16, 32, 64, got 48');
  });

  it('accepts parents that are declared after their children', () => {
    const turned = parseSearchSpace({
      momentum: { type: 'float', min: 0, max: 1, when: { optimizer: 'sgd' } },
      optimizer: { type: 'categorical', values: ['sgd', 'adam'] },
    });
    expect(Object.keys(turned.fromUnit([0.5, 0.1])!)).toEqual(['momentum', 'optimizer']);
    expect(turned.fromUnit([0.5, 0.9])).toEqual({ optimizer: 'adam' });
  });
});

describe('any space', () => {
  const anySpace = fc
    .array(anyParameter, { minLength: 1, maxLength: 6 })
    .map((specs) => parseSearchSpace(Object.fromEntries(specs.map((spec, index) => [`p${index}`, spec]))));

  it('brings every configuration back from its point, and from its plain data', () => {
    fc.assert(
      fc.property(anySpace, fc.integer(), (space, seed) => {
        const stream = createRandomStream(seed);
        const configuration = space.fromUnit(space.dimensions.map(() => stream.next()))!;
        expect(space.issues(configuration)).toEqual([]);
        expect(space.canonical(configuration)).toEqual(configuration);
        expect(space.fromUnit(space.toUnit(configuration))).toEqual(configuration);
        const stored = JSON.parse(JSON.stringify(configuration)) as Configuration;
        expect(space.key(stored)).toBe(space.key(configuration));
        expect(parseSearchSpace(space.toJSON()).key(configuration)).toBe(space.key(configuration));
      }),
      { seed: 21, numRuns: 1000 },
    );
  });

  it('counts its configurations exactly, with conditions and forbidden combinations', () => {
    fc.assert(
      fc.property(smallSpace, (plain) => {
        const list = allConfigurations(plain.parameters, plain.forbidden);
        const space = tryParse(plain);
        if (space === undefined) {
          expect(list).toEqual([]);
          return;
        }
        expect(space.cardinality()).toBe(list.length);
        expect(new Set(list.map((configuration) => space.key(configuration))).size).toBe(list.length);
        for (const configuration of list) expect(space.issues(configuration)).toEqual([]);
      }),
      { seed: 22, numRuns: 2000 },
    );
  });
});

describe('counting', () => {
  it('counts what is continuous as infinite, unless it can never be active', () => {
    const plain = (forbidden: object[]): SearchSpace =>
      parseSearchSpace({
        parameters: {
          a: { type: 'categorical', values: ['x', 'y'] },
          b: { type: 'float', min: 0, max: 1, when: { a: 'x' } },
          c: { type: 'int', min: 1, max: 5 },
        },
        forbidden,
      });
    expect(plain([]).cardinality()).toBe(Number.POSITIVE_INFINITY);
    expect(plain([{ a: 'x' }]).cardinality()).toBe(5);
    expect(plain([{ b: 0.5, c: [1, 2] }]).cardinality()).toBe(Number.POSITIVE_INFINITY);
  });

  it('counts nothing that is not there', () => {
    const space = parseSearchSpace({
      a: { type: 'categorical', values: ['x', 'y'] },
      b: { type: 'float', min: 0, max: 1, when: { a: 'x' } },
      c: { type: 'float', min: 0, max: 1, when: { a: 'y' } },
      d: { type: 'float', min: 0, max: 1 },
    });
    expect(space.cardinality()).toBe(Number.POSITIVE_INFINITY);
  });

  it('counts forty switches, each with a part of its own, at once', () => {
    const switches = Array.from({ length: 40 }, (_, index) => [
      `use${index}`,
      { type: 'categorical', values: [true, false] },
    ]);
    const parts = Array.from({ length: 40 }, (_, index) => [
      `part${index}`,
      { type: 'int', min: 1, max: 2, when: { [`use${index}`]: true } },
    ]);
    const space = parseSearchSpace(Object.fromEntries([...switches, ...parts]));
    expect(space.cardinality()).toBe(3 ** 40);
  });

  it('refuses a space in which everything is forbidden', () => {
    const plain = { parameters: { a: { type: 'int', min: 1, max: 2 } }, forbidden: [{ a: 1 }, { a: 2 }] };
    expect(() => parseSearchSpace(plain)).toThrow('the forbidden combinations leave no configuration at all');
  });
});

describe('branches', () => {
  const space = searchSpace({
    learningRate: float({ min: 0, max: 1 }),
    optimizer: branch({
      sgd: {
        momentum: float({ min: 0, max: 0.9 }),
        schedule: branch({ step: { gamma: float({ min: 0, max: 1 }) }, flat: {} }),
      },
      adam: { beta: float({ min: 0.9, max: 0.999, scale: 'reverse-log' }) },
      rmsprop: { momentum: float({ min: 0, max: 0.9 }) },
    }),
    activation: categorical(['relu', 'tanh']),
  });

  it('are conditions in plain data; what stands in two cases is one parameter', () => {
    expect(space.toJSON()).toEqual({
      parameters: {
        learningRate: { type: 'float', min: 0, max: 1 },
        optimizer: { type: 'categorical', values: ['sgd', 'adam', 'rmsprop'] },
        momentum: { type: 'float', min: 0, max: 0.9, when: { optimizer: ['sgd', 'rmsprop'] } },
        schedule: { type: 'categorical', values: ['step', 'flat'], when: { optimizer: 'sgd' } },
        gamma: { type: 'float', min: 0, max: 1, when: { optimizer: 'sgd', schedule: 'step' } },
        beta: { type: 'float', min: 0.9, max: 0.999, scale: 'reverse-log', when: { optimizer: 'adam' } },
        activation: { type: 'categorical', values: ['relu', 'tanh'] },
      },
    });
  });

  it('refuse two different parameters of the same name', () => {
    expect(() =>
      searchSpace({ a: branch({ x: { depth: float({ min: 0, max: 1 }) }, y: { depth: float({ min: 0, max: 2 }) } }) }),
    ).toThrow('depth: declared twice, differently');
  });
});

function tryParse(plain: unknown): SearchSpace | undefined {
  try {
    return parseSearchSpace(plain);
  } catch (error) {
    if (error instanceof FettleError && error.message.includes('leave no configuration')) return undefined;
    throw error;
  }
}

/** Every configuration, by trying all combinations of all values: slow and plain. */
function allConfigurations(
  parameters: { readonly [name: string]: ParameterSpec },
  forbidden: readonly { readonly [name: string]: readonly ParameterValue[] }[],
): Configuration[] {
  const names = Object.keys(parameters);
  let combinations: { [name: string]: ParameterValue }[] = [{}];
  for (const name of names) {
    const domain = domainOf(parameters[name]!);
    const list = Array.from({ length: domain.size }, (_, index) => domain.at(index));
    combinations = combinations.flatMap((combination) => list.map((value) => ({ ...combination, [name]: value })));
  }
  const isActive = (combination: Configuration, name: string): boolean =>
    Object.entries(parameters[name]!.when ?? {}).every(
      ([parent, values]) =>
        isActive(combination, parent) && (values as ParameterValue[]).includes(combination[parent]!),
    );
  const found = new Map<string, Configuration>();
  for (const combination of combinations) {
    const active = Object.fromEntries(
      names.flatMap((name) => (isActive(combination, name) ? [[name, combination[name]!]] : [])),
    );
    const clash = forbidden.some((clause) =>
      Object.entries(clause).every(([name, values]) => active[name] !== undefined && values.includes(active[name])),
    );
    if (!clash) found.set(JSON.stringify(active), active);
  }
  return [...found.values()];
}
