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
import { quantile } from './statistics.ts';

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
const METHODS = ['random 30', 'random 120', 'bayes 30', 'bayes 30, by 8'] as const;
type Method = (typeof METHODS)[number];
/** The regret of each method with each seed. */
type Regrets = { readonly [method in Method]: number[] };
const results: { readonly problem: string; readonly regrets: Regrets }[] = [];
for (const problem of problems) {
  const regrets: Regrets = { 'random 30': [], 'random 120': [], 'bayes 30': [], 'bayes 30, by 8': [] };
  for (let seed = 0; seed < seeds; seed += 1) {
    regrets['random 30'].push(randomly(problem, seed, FEW));
    regrets['random 120'].push(randomly(problem, seed, MANY));
    regrets['bayes 30'].push(await modelled(problem, seed, 1));
    regrets['bayes 30, by 8'].push(await modelled(problem, seed, 8));
  }
  results.push({ problem: problem.name, regrets });
  console.error(`${problem.name}: done`);
}

/** The part of what random search still lacks after 30 that a method has gained: the median over the tables. */
function medianGain(method: Method, chosen: (regrets: readonly number[]) => readonly number[]): number {
  const middle = (regrets: Regrets, name: Method): number => median(chosen(regrets[name]));
  return median(results.map(({ regrets }) => 1 - middle(regrets, method) / middle(regrets, 'random 30')));
}

/** The part of the gain that is lost where eight are evaluated at the same time. */
function lost(chosen: (regrets: readonly number[]) => readonly number[]): number {
  return 1 - medianGain('bayes 30, by 8', chosen) / medianGain('bayes 30', chosen);
}

const all = (regrets: readonly number[]): readonly number[] => regrets;
const stream = createRandomStream(1, 'bootstrap');
/** What the loss would have been with other seeds: drawn from these with repetition, the same for all methods. */
const resampled = Array.from({ length: 2000 }, () => {
  const drawn = Array.from({ length: seeds }, () => stream.integer(seeds));
  return lost((regrets) => drawn.map((seed) => regrets[seed]!));
});
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const interval = [quantile(resampled, 0.025), quantile(resampled, 0.975)] as const;

console.log(
  table([
    ['median regret', ...METHODS],
    ...results.map(({ problem, regrets }) => [
      problem,
      ...METHODS.map((name) => median(regrets[name]).toExponential(1)),
    ]),
    ['median gain over random 30', ...METHODS.map((name) => percent(medianGain(name, all)))],
  ]),
);
console.log(`\nlost by 8: ${percent(lost(all))} (95 %: ${interval.map(percent).join(' to ')})`);
writeResult(options.out, `node -C @fettle/source bench/bayes/jobs.ts --data FOLDER --seeds ${seeds}`, {
  seeds,
  results,
  medianGain: Object.fromEntries(METHODS.map((name) => [name, medianGain(name, all)])),
  lost: lost(all),
  lost95: interval,
});
