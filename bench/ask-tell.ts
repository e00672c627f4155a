/**
 * What `ask` and `tell` cost by hand, in memory: a random search over ten parameters.
 *
 *   node -C @fettle/source bench/ask-tell.ts [trials] [runs]
 */
import { createStudy, float, random, searchSpace } from '@fettle/core';
import { describeMachine, spread } from './machine.ts';

const [trials = 50_000, runs = 5] = process.argv.slice(2).map(Number);

const unit = float({ min: 0, max: 1 });
const log = float({ min: 1e-6, max: 1, scale: 'log' });
const space = searchSpace({ a: unit, b: unit, c: unit, d: unit, e: unit, f: log, g: log, h: log, i: log, j: log });

const atEnd: number[] = [];
const onAverage: number[] = [];
for (let run = 0; run < runs; run += 1) {
  const study = await createStudy({
    name: 'ask-tell',
    space,
    objective: { metric: 'loss', goal: 'minimize' },
    searcher: random(),
    seed: run,
  });
  const began = performance.now();
  let lastThousand = began;
  for (let turn = 0; turn < trials; turn += 1) {
    if (turn === trials - 1000) lastThousand = performance.now();
    const trial = await study.ask();
    if (trial === undefined) throw new Error('no trial');
    const { a, f } = trial.configuration;
    await study.tell(trial.id, a * a + f);
  }
  const ended = performance.now();
  atEnd.push(ended - lastThousand);
  onAverage.push(((ended - began) * 1000) / trials);
  await study.close();
}
console.log(`Machine: ${describeMachine()}`);
console.log(`ask + tell, random search, 10 parameters, in memory, ${trials} trials`);
console.log(`over all trials      ${spread(onAverage, 'microseconds', 1)}`);
console.log(`over the last 1000   ${spread(atEnd, 'microseconds', 1)}`);
