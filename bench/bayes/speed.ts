/**
 * What a suggestion costs, fits included, in ten dimensions: CPU time beside Optuna's GPSampler in one run; how long `ask` takes
 * and how long it blocks the event loop; and how many suggestions a second there are with 500 evaluations under way.
 *
 *   node -C @fettle/source bench/bayes/speed.ts [--python PATH] [--peer optuna-gp] [--sizes 100,500,1000] [--asks 10] [--out FILE]
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { createRandomStream, randomConfiguration } from '@fettle/core';
import { ackley, SamplerSession } from '@fettle/core/testing';
import { bayes } from '@fettle/searcher-bayes';
import { median, table, writeResult } from '../asha/result-file.ts';
import { type Method, peerMethod, samplerMethod } from './method.ts';
import { quantile } from './statistics.ts';

const { values: options } = parseArgs({
  options: {
    python: { type: 'string', default: 'bench/peers/.venv/bin/python' },
    peer: { type: 'string', default: 'optuna-gp' },
    sizes: { type: 'string', default: '100,500,1000' },
    asks: { type: 'string', default: '10' },
    out: { type: 'string' },
  },
});
const problem = ackley(10);
const { space } = problem;
const asks = Number(options.asks);

/** CPU seconds of each suggestion after so many evaluations at random. */
async function cost(method: Method, evaluations: number, warm: number): Promise<number[]> {
  const run = method.begin(space, 1);
  const stream = createRandomStream(1, 'history');
  for (let done = 0; done < evaluations; done += 1) {
    const configuration = randomConfiguration(space, stream);
    await run.tell(configuration, problem.evaluate(configuration));
  }
  const costs: number[] = [];
  // The first one fits everything from the beginning; ours is compiled as it runs, and a study asks often enough.
  for (let turn = 1; turn <= asks + warm; turn += 1) {
    const before = await run.cpu();
    const configuration = await run.ask();
    if (turn > warm) costs.push((await run.cpu()) - before);
    await run.answer(problem.evaluate(configuration));
  }
  await run.close();
  return costs;
}

/** Milliseconds of wall-clock of each `ask`, and the longest time that the event loop was blocked meanwhile. */
async function latency(evaluations: number): Promise<{ readonly times: number[]; readonly blocked: number }> {
  const run = samplerMethod('bayes', () => bayes()).begin(space, 2);
  const stream = createRandomStream(2, 'history');
  for (let done = 0; done < evaluations; done += 1) {
    const configuration = randomConfiguration(space, stream);
    await run.tell(configuration, problem.evaluate(configuration));
  }
  await run.answer(problem.evaluate(await run.ask()));
  const times: number[] = [];
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  for (let turn = 0; turn < 100; turn += 1) {
    const began = performance.now();
    const configuration = await run.ask();
    times.push(performance.now() - began);
    await run.answer(problem.evaluate(configuration));
  }
  delay.disable();
  await run.close();
  return { times, blocked: delay.percentile(99) / 1e6 };
}

/** Suggestions a second while 500 others are under way. */
async function rate(): Promise<number> {
  const session = new SamplerSession(bayes(), space, 3);
  const stream = createRandomStream(3, 'history');
  const running = Array.from({ length: 500 }, () => session.start(randomConfiguration(space, stream)));
  const turn = async (): Promise<void> => {
    const trial = running.shift()!;
    const value = problem.evaluate(trial.configuration);
    session.report(trial, value);
    session.end(trial, { state: 'completed', value, resource: 1 });
    const sample = await session.sample();
    if (sample.kind === 'configuration') running.push(session.start(sample.configuration));
  };
  for (let warm = 0; warm < 50; warm += 1) await turn();
  const began = performance.now();
  for (let count = 0; count < 200; count += 1) await turn();
  const seconds = (performance.now() - began) / 1000;
  await session.close();
  return 200 / seconds;
}

const costs = [];
for (const size of options.sizes.split(',').map(Number)) {
  const ours = await cost(
    samplerMethod('bayes', () => bayes()),
    size,
    20,
  );
  const theirs = await cost(peerMethod(options.python, options.peer), size, 1);
  costs.push({ evaluations: size, bayes: median(ours), bayesMost: Math.max(...ours), peer: median(theirs) });
  console.error(`${size} evaluations: done`);
}
const latencies = [];
for (const size of [20, 100, 500, 1000, 2000]) {
  const { times, blocked } = await latency(size);
  latencies.push({ evaluations: size, median: median(times), p99: quantile(times, 0.99), blocked99: blocked });
}
const suggestionsPerSecond = await rate();

console.log(
  table([
    ['CPU seconds a suggestion', 'bayes', 'most', options.peer, 'ratio'],
    ...costs.map(({ evaluations, bayes: own, bayesMost, peer }) => [
      `${evaluations} evaluations`,
      own.toFixed(4),
      bayesMost.toFixed(4),
      peer.toFixed(3),
      (peer / own).toFixed(1),
    ]),
  ]),
);
console.log(
  `\n${table([
    ['milliseconds of ask', 'median', '99 %', 'event loop blocked, 99 %'],
    ...latencies.map(({ evaluations, median: middle, p99, blocked99 }) => [
      `${evaluations} evaluations`,
      middle.toFixed(1),
      p99.toFixed(1),
      blocked99.toFixed(1),
    ]),
  ])}`,
);
console.log(`\n${suggestionsPerSecond.toFixed(0)} suggestions a second with 500 evaluations under way`);
writeResult(options.out, `node -C @fettle/source bench/bayes/speed.ts --peer ${options.peer} --asks ${asks}`, {
  dimensions: 10,
  peer: options.peer,
  costs,
  latencies,
  suggestionsPerSecond,
});
