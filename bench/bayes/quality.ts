/**
 * How good a sampler's best configuration is after so many evaluations: regret on functions and tables, ours beside others',
 * with the same first configurations for everybody.
 *
 *   node -C @fettle/source bench/bayes/quality.ts --methods bayes,random,optuna-gp,optuna-tpe --seeds 10
 *     [--data FOLDER] [--problems branin,car] [--evaluations 100] [--python PATH] [--out FILE]
 *
 * `FOLDER` holds tables in `hpolib` and `hpobench`. Runs are added to `FILE`, and those that are there already are not made
 * again: interrupted, it goes on where it was.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createRandomStream, randomConfiguration } from '@fettle/core';
import { bayes } from '@fettle/searcher-bayes';
import { describeMachine } from '../machine.ts';
import { type Method, peerMethod, randomMethod, samplerMethod } from './method.ts';
import { functionProblems, type Problem, tableProblems } from './problems.ts';

/** Configurations that everybody begins with, drawn at random. */
const FIRST = 10;
const MARKS = [20, 30, 50, 75, 100];

/** One run: the regret of the best so far after each of the marks, and the seconds of wall-clock it took. */
interface RunResult {
  readonly method: string;
  readonly problem: string;
  readonly seed: number;
  readonly regret: readonly number[];
  readonly seconds: number;
}

const { values: options } = parseArgs({
  options: {
    methods: { type: 'string', default: 'bayes,random' },
    seeds: { type: 'string', default: '10' },
    data: { type: 'string' },
    problems: { type: 'string' },
    evaluations: { type: 'string', default: '100' },
    python: { type: 'string', default: 'bench/peers/.venv/bin/python' },
    out: { type: 'string' },
  },
});

function methodOf(name: string): Method {
  if (name === 'random') return randomMethod();
  if (name === 'bayes') return samplerMethod(name, () => bayes({ initialTrials: FIRST }));
  if (name === 'bayes-exact') return samplerMethod(name, () => bayes({ initialTrials: FIRST, noise: 'none' }));
  return peerMethod(options.python, name);
}

async function once(method: Method, problem: Problem, seed: number, evaluations: number): Promise<RunResult> {
  const run = method.begin(problem.space, seed);
  const stream = createRandomStream(seed, 'first configurations');
  const began = performance.now();
  const regret: number[] = [];
  let best = Number.POSITIVE_INFINITY;
  const note = (value: number, done: number): void => {
    best = Math.min(best, value);
    if (MARKS.includes(done)) regret.push(Math.max(0, best - problem.optimum));
  };
  for (let done = 1; done <= evaluations; done += 1) {
    const given = done <= FIRST;
    const configuration = given ? randomConfiguration(problem.space, stream) : await run.ask();
    const value = problem.evaluate(configuration);
    if (given) await run.tell(configuration, value);
    else await run.answer(value);
    note(value, done);
  }
  await run.close();
  return { method: method.name, problem: problem.name, seed, regret, seconds: (performance.now() - began) / 1000 };
}

const problems = [
  ...functionProblems(),
  ...(options.data === undefined
    ? []
    : [...tableProblems(join(options.data, 'hpolib')), ...tableProblems(join(options.data, 'hpobench'))]),
].filter(({ name }) => options.problems === undefined || options.problems.split(',').includes(name));
const results: RunResult[] =
  options.out !== undefined && existsSync(options.out)
    ? (JSON.parse(readFileSync(options.out, 'utf8')) as { runs: RunResult[] }).runs
    : [];
const methods = options.methods.split(',').map(methodOf);

for (let seed = 0; seed < Number(options.seeds); seed += 1) {
  for (const problem of problems) {
    for (const method of methods) {
      const isThere = results.some(
        (run) => run.method === method.name && run.problem === problem.name && run.seed === seed,
      );
      if (isThere) continue;
      const result = await once(method, problem, seed, Number(options.evaluations));
      results.push(result);
      const last = result.regret.at(-1)?.toExponential(2);
      console.error(`${seed} ${problem.name} ${method.name}: ${last} in ${result.seconds.toFixed(1)} s`);
      if (options.out !== undefined) {
        const lines = results.map((run) => JSON.stringify(run)).join(',\n');
        const head = JSON.stringify({ machine: describeMachine(), marks: MARKS, first: FIRST });
        writeFileSync(options.out, `${head.slice(0, -1)},"runs":[\n${lines}\n]}\n`);
      }
    }
  }
}
