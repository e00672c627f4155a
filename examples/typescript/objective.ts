// An objective in ten lines: node -C @fettle/source examples/typescript/objective.ts (in this repository; `node objective.ts` elsewhere)
import { createStudy, float, random, searchSpace } from '@fettle/core';

const study = await createStudy({
  name: 'branin',
  space: searchSpace({ x: float({ min: -5, max: 10 }), y: float({ min: 0, max: 15 }) }),
  objective: { metric: 'value', goal: 'minimize' },
  evaluate: ({ configuration: { x, y } }) => (y - 0.129 * x * x + 1.6 * x - 6) ** 2 + 9.6 * Math.cos(x) + 10,
  searcher: random(),
  budget: { trials: 200 },
  seed: 7,
});
const { best } = await study.run();
console.log(`${best?.value} at ${JSON.stringify(best?.configuration)}`);
