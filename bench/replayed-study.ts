// A study of every kind of parameter, which scripts/check-node-versions.mjs runs on one Node and replays on others.
import { branch, float, int, searchSpace, sobol, type StudyOptions } from '@fettle/core';

const space = searchSpace({
  a: float({ min: 1e-6, max: 1, scale: 'log' }),
  b: float({ min: 0.5, max: 0.999, scale: 'reverse-log' }),
  c: int({ min: 1, max: 4096, scale: 'log' }),
  d: branch({ p: { e: float({ min: 0, max: 1, step: 0.1 }) }, q: {} }),
});

export default {
  name: 'replayed',
  space,
  objective: { metric: 'loss', goal: 'minimize' },
  searcher: sobol(),
  evaluate: ({ configuration: { a, c } }) => a * c,
  budget: { trials: 300 },
  seed: 11,
} satisfies StudyOptions<typeof space>;
