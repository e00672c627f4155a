import { parseSearchSpace, type SearchSpace } from '@fettle/core';

/** A space of each kind, by name. */
export const SPACES: { readonly [name: string]: SearchSpace } = {
  continuous: parseSearchSpace({
    x: { type: 'float', min: 0, max: 1 },
    rate: { type: 'float', min: 1e-5, max: 1, scale: 'log' },
  }),
  mixed: parseSearchSpace({
    x: { type: 'float', min: -3, max: 3 },
    units: { type: 'int', min: 8, max: 256, scale: 'log' },
    seeds: { type: 'int', min: 0, max: 1_000_000 },
    dropout: { type: 'float', min: 0, max: 0.5, step: 0.1 },
    activation: { type: 'categorical', values: ['relu', 'tanh', 'gelu'] },
    batch: { type: 'ordinal', values: [16, 32, 64] },
    version: { type: 'constant', value: 3 },
  }),
  conditional: parseSearchSpace({
    momentum: { type: 'float', min: 0, max: 0.99, when: { optimizer: 'sgd' } },
    optimizer: { type: 'categorical', values: ['sgd', 'adam'] },
    schedule: { type: 'categorical', values: ['flat', 'step'], when: { optimizer: 'sgd' } },
    gamma: { type: 'float', min: 0.1, max: 0.9, when: { schedule: 'step' } },
  }),
  forbidden: parseSearchSpace({
    parameters: {
      x: { type: 'float', min: 0, max: 1 },
      n: { type: 'int', min: 1, max: 4 },
      m: { type: 'int', min: 1, max: 4 },
    },
    forbidden: [
      { n: [1, 2, 3], m: [1, 2] },
      { n: 4, m: 4 },
    ],
  }),
  finite: parseSearchSpace({
    parameters: {
      a: { type: 'int', min: 1, max: 3 },
      kind: { type: 'constant', value: 'k' },
      b: { type: 'categorical', values: ['p', 'q'] },
      c: { type: 'ordinal', values: [1, 2, 4], when: { b: 'q', kind: 'k' } },
    },
    forbidden: [{ a: 2, b: 'p' }],
  }),
};
