import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  branch,
  categorical,
  type ConfigurationOf,
  constant,
  float,
  int,
  ordinal,
  parseSearchSpace,
  searchSpace,
  type SearchSpace,
} from '../src/domain/search-space.ts';
import type { Configuration } from '../src/domain/configuration.ts';

// What counts here is what the compiler says; the tests only see to it that the values are as the types say.
describe('the type of a configuration', () => {
  it('has the exact values of each parameter', () => {
    const space = searchSpace({
      learningRate: float({ min: 1e-4, max: 1, scale: 'log' }),
      layers: int({ min: 1, max: 4 }),
      activation: categorical(['relu', 'tanh']),
      batch: ordinal([16, 32]),
      mixed: categorical(['auto', 8, true]),
      version: constant('v1'),
    });
    expectTypeOf<ConfigurationOf<typeof space>>().toEqualTypeOf<{
      readonly learningRate: number;
      readonly layers: number;
      readonly activation: 'relu' | 'tanh';
      readonly batch: 16 | 32;
      readonly mixed: 'auto' | 8 | true;
      readonly version: 'v1';
    }>();
    expectTypeOf(space.fromUnit([0, 0, 0, 0, 0])).toEqualTypeOf<ConfigurationOf<typeof space> | undefined>();
    expect(space.names).toHaveLength(6);
  });

  it('is a union told apart by the value of a branch', () => {
    const space = searchSpace({
      learningRate: float({ min: 0, max: 1 }),
      optimizer: branch({
        sgd: {
          momentum: float({ min: 0, max: 0.9 }),
          schedule: branch({ step: { gamma: float({ min: 0, max: 1 }) }, flat: {} }),
        },
        adam: {},
      }),
    });
    type C = ConfigurationOf<typeof space>;
    expectTypeOf<C>().toEqualTypeOf<
      | { readonly learningRate: number; readonly optimizer: 'adam' }
      | {
          readonly learningRate: number;
          readonly optimizer: 'sgd';
          readonly momentum: number;
          readonly schedule: 'step';
          readonly gamma: number;
        }
      | {
          readonly learningRate: number;
          readonly optimizer: 'sgd';
          readonly momentum: number;
          readonly schedule: 'flat';
        }
    >();
    const momentumOf = (configuration: C): number => {
      // @ts-expect-error: there is no momentum before the branch is known
      void configuration.momentum;
      return configuration.optimizer === 'sgd' ? configuration.momentum : 0;
    };
    expect(momentumOf(space.fromUnit([0, 0, 1, 0, 0])!)).toBe(0.9);
  });

  it('is every pair of cases for two branches', () => {
    const space = searchSpace({
      a: branch({ x: { ax: int({ min: 0, max: 1 }) }, y: {} }),
      b: branch({ p: {}, q: { bq: constant(true) } }),
    });
    expectTypeOf<ConfigurationOf<typeof space>>().toEqualTypeOf<
      | { readonly a: 'x'; readonly ax: number; readonly b: 'p' }
      | { readonly a: 'x'; readonly ax: number; readonly b: 'q'; readonly bq: true }
      | { readonly a: 'y'; readonly b: 'p' }
      | { readonly a: 'y'; readonly b: 'q'; readonly bq: true }
    >();
    expect(space.cardinality()).toBe(6);
  });

  it('is any configuration for a space from plain data, and a typed space is a space', () => {
    const plain = parseSearchSpace({ x: { type: 'float', min: 0, max: 1 } });
    expectTypeOf<ConfigurationOf<typeof plain>>().toEqualTypeOf<Configuration>();
    const typed = searchSpace({ x: float({ min: 0, max: 1 }) });
    expectTypeOf(typed).toExtend<SearchSpace>();
    expect(typed.toJSON()).toEqual(plain.toJSON());
  });

  it('is checked in forbidden combinations', () => {
    const space = searchSpace({
      size: categorical(['small', 'large']),
      device: branch({ cpu: { threads: int({ min: 1, max: 8 }) }, gpu: {} }),
    });
    const less = space.forbid({ size: 'large', device: ['cpu'], threads: [1, 2] });
    expectTypeOf(less).toEqualTypeOf(space);
    expect(less.cardinality()).toBe(18 - 2);
    // @ts-expect-error: 'huge' is not a value of size
    expect(() => space.forbid({ size: 'huge' })).toThrow("got 'huge'");
    // @ts-expect-error: there is no such parameter
    expect(() => space.forbid({ colour: 'red' })).toThrow('there is no parameter of this name');
  });
});
