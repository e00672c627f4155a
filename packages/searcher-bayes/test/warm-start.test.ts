import { random, warmStart } from '@fettle/core';
import { branin, curveProgram, simulateStudy } from '@fettle/core/testing';
import { expect, test } from 'vitest';
import { bayes } from '../src/bayes.ts';

const simulation = {
  space: branin.space,
  objective: { metric: 'value', goal: 'minimize' },
  program: curveProgram('value', 1, 1000, ({ configuration }) => branin.evaluate(configuration)),
  workers: 1,
  seed: 1,
} as const;

test('what other studies saw takes the place of the initial design', async () => {
  const { store } = await simulateStudy({ ...simulation, searcher: random(), budget: { trials: 30 } });
  const known = store
    .trials()
    .flatMap(({ configuration, value }) => (value === undefined ? [] : [{ configuration, value }]));
  const past = { name: 'before', metric: 'value', goal: 'minimize', trials: known } as const;
  const searcher = warmStart({ studies: [past], first: 1, sampler: bayes({ thread: 'main' }) });
  const { store: warm, result } = await simulateStudy({ ...simulation, searcher, budget: { trials: 8 } });
  const reasons = warm.trials().map(({ reason }) => reason);
  expect(reasons[0]).toMatch(/^value was \S+ in 'before'$/);
  for (const reason of reasons) expect(reason).not.toContain('initial design');
  expect(result.best?.value).toBeLessThan(branin.optimum.value + 0.05);
});
