import { parseSearchSpace, type SearchSpace } from '../domain/search-space.ts';

const FINITE = {
  parameters: {
    a: { type: 'int', min: 1, max: 3 },
    b: { type: 'categorical', values: ['p', 'q'] },
    c: { type: 'ordinal', values: [1, 2, 4], when: { b: 'q' } },
  },
  forbidden: [{ a: 2, b: 'p' }],
};

const CONTINUOUS = {
  x: { type: 'float', min: 0, max: 1 },
  y: { type: 'float', min: 1e-5, max: 1, scale: 'log' },
};

const SPACES: { readonly [name: string]: unknown } = {
  continuous: CONTINUOUS,
  finite: FINITE,
  'reverse-log': { momentum: { type: 'float', min: 0, max: 0.9999, scale: 'reverse-log' } },
  integer: { width: { type: 'int', min: 8, max: 1024, scale: 'log' }, even: { type: 'int', min: -4, max: 4, step: 2 } },
  stepped: { dropout: { type: 'float', min: 0, max: 0.5, step: 0.1 }, x: { type: 'float', min: -1e6, max: 1e6 } },
  choice: {
    activation: { type: 'categorical', values: ['relu', 'tanh', true, 3] },
    batch: { type: 'ordinal', values: [16, 32, 64] },
  },
  conditional: {
    momentum: { type: 'float', min: 0, max: 0.99, when: { optimizer: 'sgd' } },
    optimizer: { type: 'categorical', values: ['sgd', 'adam'] },
    schedule: { type: 'categorical', values: ['flat', 'step'], when: { optimizer: 'sgd' } },
    gamma: { type: 'float', min: 0.1, max: 0.9, when: { schedule: 'step' } },
  },
  forbidden: {
    parameters: { ...CONTINUOUS, n: { type: 'int', min: 1, max: 4 }, m: { type: 'int', min: 1, max: 4 } },
    forbidden: [
      { n: [1, 2, 3], m: [1, 2] },
      { n: 4, m: 4 },
    ],
  },
  constant: { x: { type: 'float', min: 0, max: 1 }, version: { type: 'constant', value: 'v1' } },
  single: { version: { type: 'constant', value: 1 } },
};

/** The spaces in which most checks are made. */
export const CONTINUOUS_SPACE = parseSearchSpace(CONTINUOUS);
export const FINITE_SPACE = parseSearchSpace(FINITE);
/** The finite space for samplers that take only plain ones. */
export const PLAIN_FINITE_SPACE = parseSearchSpace({ a: FINITE.parameters.a, b: FINITE.parameters.b });

/** The spaces that every sampler is tried on, with their names. */
export const SAMPLER_SPACES: readonly (readonly [name: string, space: SearchSpace])[] = Object.entries(SPACES).map(
  ([name, plain]) => [name, parseSearchSpace(plain)],
);

/** Whether a space has neither conditional parameters nor forbidden combinations. */
export function isPlain({ parameters, forbidden }: SearchSpace): boolean {
  return forbidden.length === 0 && parameters.every(({ conditions }) => conditions.length === 0);
}
