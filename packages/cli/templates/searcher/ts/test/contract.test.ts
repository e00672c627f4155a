import { branin, curveProgram, describeSearcher, simulateStudy } from '@fettle/core/testing';
import { expect, test } from 'vitest';
import searcher from '../src/index.ts';

// Everything that is asked of a searcher, as tests: their names say what.
describeSearcher('plugin-name', () => searcher());

// And what this one promises besides. A whole study on a virtual clock takes milliseconds.
test('it comes close to the minimum of the Branin function', async () => {
  const { result } = await simulateStudy({
    searcher: searcher(),
    space: branin.space,
    objective: { metric: 'value', goal: 'minimize' },
    program: curveProgram('value', 1, 1000, ({ configuration }) => branin.evaluate(configuration)),
    workers: 2,
    budget: { trials: 150 },
    seed: 1,
  });
  expect(result.best?.value).toBeLessThan(branin.optimum.value + 0.1);
});
