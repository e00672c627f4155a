/**
 * Fettle's early stopping beside Optuna's pruners and Ray Tune's scheduler, in one run: the same learning curves, the same
 * number of simulated workers, the same budget, random configurations everywhere; and what a decision costs.
 *
 *   python3 -m venv bench/peers/.venv && bench/peers/.venv/bin/pip install -r bench/peers/requirements.txt
 *   node -C @fettle/source bench/asha/peers.ts --data FOLDER [--seeds 10] [--workers 4] [--budget 100] [--trials 10000]
 *     [--python bench/peers/.venv/bin/python] [--out FILE]
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { asha, hyperband, rungLevels } from '@fettle/searcher-asha';
import { readCurveProblems, type CurveProblem } from './curve-problem.ts';
import { driveSearcher } from './drive-searcher.ts';
import { race, seedOf } from './race.ts';
import { mean, median, table, writeResult } from './result-file.ts';
import { variants } from './variants.ts';

const { values: options } = parseArgs({
  options: {
    data: { type: 'string' },
    seeds: { type: 'string', default: '10' },
    workers: { type: 'string', default: '4' },
    budget: { type: 'string', default: '100' },
    trials: { type: 'string', default: '10000' },
    python: { type: 'string', default: join(import.meta.dirname, '../peers/.venv/bin/python') },
    out: { type: 'string' },
  },
});
const { data } = options;
if (data === undefined) throw new Error('--data FOLDER is missing: a folder of learning curves, *.json.gz');
const [seeds, workers, budget, trials] = [
  Number(options.seeds),
  Number(options.workers),
  Number(options.budget),
  Number(options.trials),
];

interface PeerAnswer<T> {
  readonly versions: { readonly [framework: string]: string };
  readonly results: { readonly [name: string]: T };
}

/** Runs the Python side, on one thread as ours. */
function askPeers<T>(...args: readonly string[]): PeerAnswer<T> {
  const script = join(import.meta.dirname, '../peers/asha-peers.py');
  const env = { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' };
  const answer = execFileSync(options.python, [script, ...args], { env, maxBuffer: 2 ** 26 });
  return JSON.parse(answer.toString()) as PeerAnswer<T>;
}

type Losses = { [task: string]: readonly (number | null)[] };

/** What each has at the end: mean regret in units of the spread between the best and the middle configuration. */
function regret({ curves }: CurveProblem, losses: readonly (number | null)[]): number {
  const finals = curves.map((curve) => curve.at(-1)!).filter(Number.isFinite);
  const [best, middle] = [Math.min(...finals), median(finals)];
  return mean(losses.map((loss) => (Math.min(loss ?? middle, middle) - best) / (middle - best)));
}

const problems = readCurveProblems(data);
const all = new Map<string, Losses>();
for (const [task, problem] of problems.entries()) {
  for (const [name, searcher] of Object.entries(variants(problem.length))) {
    const losses = [];
    for (let run = 0; run < seeds; run += 1) {
      losses.push((await race({ problem, searcher, seed: seedOf(task, run), workers, budget })).best);
    }
    const known = all.get(name) ?? {};
    all.set(name, { ...known, [problem.name]: losses });
  }
}
const shared = ['--seeds', `${seeds}`, '--workers', `${workers}`, '--budget', `${budget}`];
const { versions, results } = askPeers<Losses>('race', '--data', data, ...shared);
for (const [name, losses] of Object.entries(results)) all.set(name, losses);

const rows = [...all]
  .map(([name, losses]) => {
    const regrets = problems.map((problem) => regret(problem, losses[problem.name]!));
    return { searcher: name, regrets, median: median(regrets) };
  })
  .sort((a, b) => a.median - b.median);
console.log(
  table([
    ['normalized regret at the end', ...problems.map(({ name }) => name.slice(-20)), 'median'],
    ...rows.map((row) => [row.searcher, ...row.regrets.map((each) => each.toFixed(4)), row.median.toFixed(4)]),
  ]),
);

const shape = { minResource: 1, maxResource: 256, reductionFactor: 3 };
const costs: { [name: string]: { readonly median: number; readonly mean: number } } = {};
for (const [name, searcher] of Object.entries({
  'asha, promotion': asha({ ...shape, variant: 'promotion' }),
  'asha, stopping': asha({ ...shape, variant: 'stopping' }),
  'hyperband, asynchronous': hyperband(shape),
})) {
  const { trials: counts, report } = await driveSearcher(searcher, trials, rungLevels(shape));
  const last = report.slice(counts.findIndex((count) => count > trials - 500));
  costs[name] = { median: median(last), mean: mean(last) };
}
Object.assign(costs, askPeers<{ median: number; mean: number }>('decisions', '--trials', `${trials}`).results);
const ours = costs['asha, stopping']!.mean;
console.log(
  `\n${table([
    [`a decision at ${trials} trials`, 'median µs', 'mean µs', 'times ours (stopping)'],
    ...Object.entries(costs).map(([name, cost]) => [
      name,
      cost.median.toFixed(1),
      cost.mean.toFixed(1),
      (cost.mean / ours).toFixed(1),
    ]),
  ])}`,
);
writeResult(
  options.out,
  `node -C @fettle/source bench/asha/peers.ts --data FOLDER --seeds ${seeds} --workers ${workers} --budget ${budget} --trials ${trials}`,
  {
    versions,
    runs: seeds,
    workers,
    budget,
    tasks: problems.map(({ name }) => name),
    regret: rows,
    decisions: { trials, unit: 'microseconds', costs },
  },
);
