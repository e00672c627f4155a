/**
 * How many evaluations are saved: what bayes has after 30, one by one and eight at a time, beside random search after 30 and 120.
 *
 *   node -C @fettle/source bench/bayes/jobs.ts --data FOLDER [--seeds 30] [--out FILE]
 *
 * What `FILE` has of as many seeds is not measured again.
 */
import { existsSync, readFileSync } from 'node:fs';
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
interface Result {
  readonly problem: string;
  readonly regrets: Regrets;
}
const { out } = options;
const measured =
  out !== undefined && existsSync(out)
    ? (JSON.parse(readFileSync(out, 'utf8')) as { readonly results: Result[] })
    : undefined;
const results: Result[] = [];
for (const problem of problems) {
  const known = measured?.results.find((result) => result.problem === problem.name);
  if (known?.regrets['bayes 30'].length === seeds) {
    results.push(known);
    continue;
  }
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

type Choice = (regrets: readonly number[]) => readonly number[];

/** The part of what random search still lacks after 30 that a method has gained. */
function gain({ regrets }: Result, method: Method, chosen: Choice): number {
  return 1 - median(chosen(regrets[method])) / median(chosen(regrets['random 30']));
}

/** The median over the tables. */
function medianGain(method: Method, chosen: Choice): number {
  return median(results.map((result) => gain(result, method, chosen)));
}

/** The part of the median gain that is lost where eight are evaluated at the same time. */
function lost(chosen: Choice): number {
  return 1 - medianGain('bayes 30, by 8', chosen) / medianGain('bayes 30', chosen);
}

/** The part of a table's own gain that is lost there. */
function lostOn(result: Result): number {
  return 1 - gain(result, 'bayes 30, by 8', all) / gain(result, 'bayes 30', all);
}

function all(regrets: readonly number[]): readonly number[] {
  return regrets;
}

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
    ['median regret', ...METHODS, 'lost by 8'],
    ...results.map((result) => [
      result.problem,
      ...METHODS.map((name) => median(result.regrets[name]).toExponential(1)),
      percent(lostOn(result)),
    ]),
    ['median gain over random 30', ...METHODS.map((name) => percent(medianGain(name, all))), percent(lost(all))],
  ]),
);
const lostOnMedian = median(results.map(lostOn));
console.log(`\nlost by 8 of the median gain: ${percent(lost(all))} (95 %: ${interval.map(percent).join(' to ')})`);
console.log(`lost by 8 on a table, the median of them: ${percent(lostOnMedian)}`);
writeResult(out, `node -C @fettle/source bench/bayes/jobs.ts --data FOLDER --seeds ${seeds}`, {
  seeds,
  results,
  medianGain: Object.fromEntries(METHODS.map((name) => [name, medianGain(name, all)])),
  lost: lost(all),
  lost95: interval,
  lostOnMedian,
});
