/**
 * How many evaluations are saved: what bayes has after 30, one by one and eight at a time, beside random search after 30 and 120.
 *
 *   node -C @fettle/source bench/bayes/jobs.ts --data FOLDER [--seeds 30] [--out FILE]
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Configuration, createRandomStream, randomConfiguration } from '@fettle/core';
import { SamplerSession } from '@fettle/core/testing';
import { bayes } from '@fettle/searcher-bayes';
import { median, table, writeResult } from '../asha/result-file.ts';
import { type Problem, tableProblems } from './problems.ts';

const { values: options } = parseArgs({
  options: { data: { type: 'string' }, seeds: { type: 'string', default: '30' }, out: { type: 'string' } },
});
const { data } = options;
if (data === undefined) throw new Error('--data FOLDER is missing: a folder with tables in hpolib and hpobench');
const seeds = Number(options.seeds);
const FEW = 30;
const MANY = 120;

function randomly(problem: Problem, seed: number, evaluations: number): number {
  const { space, optimum } = problem;
  const stream = createRandomStream(seed, 'first configurations');
  let best = Number.POSITIVE_INFINITY;
  for (let done = 0; done < evaluations; done += 1)
    best = Math.min(best, problem.evaluate(randomConfiguration(space, stream)));
  return best - optimum;
}

/** @param batch evaluations that are made at the same time */
async function modelled(problem: Problem, seed: number, batch: number): Promise<number> {
  const { space, optimum } = problem;
  const session = new SamplerSession(bayes(), space, seed);
  let best = Number.POSITIVE_INFINITY;
  for (let done = 0; done < FEW; ) {
    const running = [];
    for (; running.length < batch && done < FEW; done += 1) {
      const configuration = await suggestion(session);
      running.push({ trial: session.start(configuration), value: problem.evaluate(configuration) });
    }
    for (const { trial, value } of running) {
      session.report(trial, value);
      session.end(trial, { state: 'completed', value, resource: 1 });
      best = Math.min(best, value);
    }
  }
  await session.close();
  return best - optimum;
}

async function suggestion(session: SamplerSession): Promise<Configuration> {
  const sample = await session.sample();
  if (sample.kind === 'exhausted') throw new Error(sample.reason);
  return sample.configuration;
}

const problems = ['hpolib', 'hpobench'].flatMap((folder) => tableProblems(join(data, folder)));
const results: { readonly problem: string; readonly median: { readonly [method: string]: number } }[] = [];
for (const problem of problems) {
  const regret: { [method: string]: number[] } = {
    'random 30': [],
    'random 120': [],
    'bayes 30': [],
    'bayes 30, by 8': [],
  };
  for (let seed = 0; seed < seeds; seed += 1) {
    regret['random 30']!.push(randomly(problem, seed, FEW));
    regret['random 120']!.push(randomly(problem, seed, MANY));
    regret['bayes 30']!.push(await modelled(problem, seed, 1));
    regret['bayes 30, by 8']!.push(await modelled(problem, seed, 8));
  }
  const middle = Object.fromEntries(Object.entries(regret).map(([method, values]) => [method, median(values)]));
  results.push({ problem: problem.name, median: middle });
  console.error(`${problem.name}: done`);
}

const methods = ['random 30', 'random 120', 'bayes 30', 'bayes 30, by 8'];
/** The part of what random search still lacks after 30 that a method has gained. */
const gains = (method: string): number[] =>
  results.map(({ median: middle }) => 1 - middle[method]! / middle['random 30']!);
console.log(
  table([
    ['median regret', ...methods],
    ...results.map(({ problem, median: middle }) => [
      problem,
      ...methods.map((name) => middle[name]!.toExponential(1)),
    ]),
    ['median gain over random 30', ...methods.map((name) => `${(100 * median(gains(name))).toFixed(1)} %`)],
  ]),
);
writeResult(options.out, `node -C @fettle/source bench/bayes/jobs.ts --data FOLDER --seeds ${seeds}`, {
  seeds,
  results,
  medianGain: Object.fromEntries(methods.map((name) => [name, median(gains(name))])),
});
