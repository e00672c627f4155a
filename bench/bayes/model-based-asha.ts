/**
 * Whether a model helps early stopping, and early stopping a model: ASHA with configurations at random and with those of bayes,
 * bayes on whole trainings, and random search, on real learning curves at equal resource.
 *
 *   node -C @fettle/source bench/bayes/model-based-asha.ts --data FOLDER [--seeds 30] [--workers 4,32] [--budget 40] [--out FILE]
 *
 * Regret is that of the best whole training, in units of the distance between the best and the middle configuration of the pool.
 * Runs are added to `FILE`, and those that are there already are not made again.
 */
import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createStudy, type Plugin } from '@fettle/core';
import { curveProgram, simulated, SimulatedCluster, VirtualClock } from '@fettle/core/testing';
import { asha } from '@fettle/searcher-asha';
import { bayes } from '@fettle/searcher-bayes';
import { mean, median, table, writeResult } from '../asha/result-file.ts';
import { nearestRows, type Pool, readPools, rowsAtRandom } from './pool.ts';

const { values: options } = parseArgs({
  options: {
    data: { type: 'string' },
    seeds: { type: 'string', default: '30' },
    workers: { type: 'string', default: '4,32' },
    budget: { type: 'string', default: '40' },
    methods: { type: 'string' },
    out: { type: 'string' },
  },
});
const { data, out } = options;
if (data === undefined) throw new Error('--data FOLDER is missing: a folder of learning curves, *.json.gz');
const [seeds, budget] = [Number(options.seeds), Number(options.budget)];
/** Parts of the budget at which regret is written down. */
const MARKS = [0.1, 0.2, 0.4, 0.7, 1];

interface Run {
  readonly method: string;
  readonly workers: number;
  readonly task: string;
  readonly seed: number;
  readonly regret: readonly number[];
}

type Make = (pool: Pool) => Plugin<'searcher'> | Plugin<'sampler'>;

const ladder = (pool: Pool) => ({ minResource: 3, maxResource: pool.length });
const methods: { readonly [name: string]: Make } = {
  random: (pool) => rowsAtRandom(pool),
  asha: (pool) => asha({ ...ladder(pool), sampler: rowsAtRandom(pool) }),
  bayes: (pool) => nearestRows(pool, bayes()),
  'asha, bayes joint': (pool) => asha({ ...ladder(pool), sampler: nearestRows(pool, bayes({ rungs: 'joint' })) }),
  'asha, bayes highest': (pool) => asha({ ...ladder(pool), sampler: nearestRows(pool, bayes({ rungs: 'highest' })) }),
};

async function once(pool: Pool, method: string, workers: number, seed: number): Promise<Run> {
  const { curves, length, space } = pool;
  const finals = curves.map((curve) => curve.at(-1)!).filter(Number.isFinite);
  const [best, middle] = [Math.min(...finals), median(finals)];
  const program = curveProgram('loss', length, 1000, ({ configuration }, step) => {
    return curves[pool.rowOf(configuration)]![step - 1]!;
  });
  const study = await createStudy({
    name: 'pool',
    space,
    objective: { metric: 'loss', goal: 'minimize' },
    searcher: methods[method]!(pool),
    backend: simulated({ cluster: new SimulatedCluster({ workers, program }) }),
    budget: { resource: budget * length },
    duplicates: 'allow',
    resumable: true,
    seed,
    clock: new VirtualClock(),
  });
  const reached = new Map<number, number>();
  let [steps, least] = [0, middle];
  const regret: number[] = [];
  study.on('trial:reported', ({ body: { trial, resource, metrics } }) => {
    steps += resource - (reached.get(trial) ?? 0);
    reached.set(trial, resource);
    const loss = Number(metrics['loss']);
    if (resource >= length && loss < least) least = loss;
    while (regret.length < MARKS.length && steps >= MARKS[regret.length]! * budget * length) {
      regret.push((least - best) / (middle - best));
    }
  });
  await study.run();
  while (regret.length < MARKS.length) regret.push((least - best) / (middle - best));
  return { method, workers, task: pool.name, seed, regret };
}

const runs: Run[] =
  out !== undefined && existsSync(out) ? (JSON.parse(readFileSync(out, 'utf8')) as { runs: Run[] }).runs : [];
const wanted = options.methods?.split(';') ?? Object.keys(methods);
const crowds = options.workers.split(',').map(Number);
const pools = readPools(data);
for (let seed = 0; seed < seeds; seed += 1) {
  for (const pool of pools) {
    for (const workers of crowds) {
      for (const method of wanted) {
        const isThere = runs.some(
          (run) =>
            run.method === method && run.workers === workers && run.task === pool.name && run.seed === 1000 + seed,
        );
        if (!isThere) runs.push(await once(pool, method, workers, 1000 + seed));
      }
    }
  }
  console.error(`seed ${seed}: done`);
  writeResult(out, `node -C @fettle/source bench/bayes/model-based-asha.ts --data FOLDER --seeds ${seeds}`, {
    budget,
    marks: MARKS,
    runs,
  });
}

for (const workers of crowds) {
  const own = runs.filter((run) => run.workers === workers);
  const means = (method: string, mark: number): number[] =>
    pools.map(({ name }) =>
      mean(own.filter((run) => run.method === method && run.task === name).map(({ regret }) => regret[mark]!)),
    );
  console.log(
    `${table([
      [`${workers} workers: mean regret, median over tasks, after`, ...MARKS.map((mark) => `${mark * budget}`)],
      ...wanted.map((method) => [method, ...MARKS.map((_, mark) => median(means(method, mark)).toFixed(4))]),
    ])}\n`,
  );
}
