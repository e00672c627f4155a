/**
 * A real study on this machine: how long it takes until a network of three layers is right 96 times in 100, for ASHA,
 * Hyperband, Bayesian optimisation and random search on two workers. The program is examples/fully-connected/train.py; it needs
 * PyTorch. Runs are added to `FILE`, and those that are there already are not made again.
 *
 *   node -C @fettle/source bench/asha/real-study.ts [--python python3] [--seeds 10] [--minutes 30] [--out FILE]
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createStudy, float, int, local, random, searchSpace, silentLogger } from '@fettle/core';
import { asha, hyperband } from '@fettle/searcher-asha';
import { bayes } from '@fettle/searcher-bayes';
import { mean, median, table, writeResult } from './result-file.ts';
import type { Contestant } from './variants.ts';

const { values: options } = parseArgs({
  options: {
    python: { type: 'string', default: 'python3' },
    seeds: { type: 'string', default: '10' },
    minutes: { type: 'string', default: '30' },
    out: { type: 'string' },
  },
});
const [seeds, minutes] = [Number(options.seeds), Number(options.minutes)];
const EPOCHS = 27;
const TARGET = 0.96;

const space = searchSpace({
  units1: int({ min: 10, max: 1000 }),
  units2: int({ min: 10, max: 1000 }),
  units3: int({ min: 10, max: 1000 }),
  learningRate: float({ min: 1e-4, max: 0.1, scale: 'log' }),
  l2: float({ min: 1e-6, max: 2, scale: 'log' }),
  batch: int({ min: 10, max: 200 }),
});

const searchers: { readonly [name: string]: Contestant } = {
  asha: asha({ maxResource: EPOCHS }),
  hyperband: hyperband({ maxResource: EPOCHS }),
  random: random(),
  bayes: bayes(),
  'asha, bayes inside': asha({ maxResource: EPOCHS, sampler: bayes() }),
};

interface Run {
  readonly seed: number;
  readonly seconds: number;
  readonly reached: boolean;
  readonly accuracy: number;
  readonly trials: number;
  readonly epochs: number;
}

async function once(searcher: Contestant, seed: number): Promise<Run> {
  const directory = mkdtempSync(join(tmpdir(), 'fettle-bench-'));
  const study = await createStudy({
    name: 'fully-connected',
    space,
    objective: { metric: 'accuracy', goal: 'maximize', resource: 'epoch' },
    searcher,
    command: [options.python, 'train.py', '{seed}'],
    workingDirectory: join(import.meta.dirname, '../../examples/fully-connected'),
    backend: local({ workers: 2 }),
    budget: { any: [{ target: TARGET }, { wallClock: minutes * 60_000 }] },
    resumable: true,
    checkpoints: { keepBest: 0 },
    seed,
    directory,
    logger: silentLogger(),
  });
  let [accuracy, epochs, trials] = [0, 0, 0];
  let reachedAt: number | undefined;
  const began = performance.now();
  study.on('trial:created', () => {
    trials += 1;
  });
  study.on('trial:reported', ({ body: { metrics } }) => {
    epochs += 1;
    accuracy = Math.max(accuracy, Number(metrics['accuracy']));
    if (accuracy >= TARGET) reachedAt ??= performance.now();
  });
  await study.run();
  const seconds = ((reachedAt ?? performance.now()) - began) / 1000;
  await study.close();
  rmSync(directory, { recursive: true });
  return { seed, seconds, reached: reachedAt !== undefined, accuracy, trials, epochs };
}

const { out } = options;
const earlier =
  out !== undefined && existsSync(out)
    ? (JSON.parse(readFileSync(out, 'utf8')) as { searchers: readonly { searcher: string; runs: Run[] }[] }).searchers
    : [];
const runs: { [name: string]: Run[] } = Object.fromEntries(earlier.map((row) => [row.searcher, row.runs]));
for (let seed = 1; seed <= seeds; seed += 1) {
  // Side by side, seed by seed: what else the machine does meets all of them.
  for (const [name, searcher] of Object.entries(searchers)) {
    const own = (runs[name] ??= []);
    if (own.some((run) => run.seed === seed)) continue;
    const run = await once(searcher, seed);
    own.push(run);
    console.error(`${name}, seed ${seed}: ${run.seconds.toFixed(0)} s, ${run.trials} trials, ${run.accuracy}`);
    writeResult(out, `node -C @fettle/source bench/asha/real-study.ts --seeds ${seeds} --minutes ${minutes}`, {
      target: TARGET,
      epochs: EPOCHS,
      workers: 2,
      searchers: summary(),
    });
  }
}

function summary() {
  const baseline = median(runs['random']?.map(({ seconds }) => seconds) ?? []);
  return Object.entries(runs).map(([searcher, each]) => {
    const seconds = each.map((run) => run.seconds);
    return {
      searcher,
      median: median(seconds),
      mean: mean(seconds),
      least: Math.min(...seconds),
      most: Math.max(...seconds),
      overRandom: median(seconds) / baseline,
      reached: each.filter(({ reached }) => reached).length,
      runs: each,
    };
  });
}

const rows = summary();
console.log(
  table([
    ['seconds to 96 %', 'median', 'mean', 'least', 'most', 'over random', 'reached', 'trials', 'epochs'],
    ...rows.map((row) => [
      row.searcher,
      ...[row.median, row.mean, row.least, row.most].map((seconds) => seconds.toFixed(0)),
      row.overRandom.toFixed(2),
      `${row.reached} of ${seeds}`,
      median(row.runs.map(({ trials }) => trials)).toFixed(0),
      median(row.runs.map(({ epochs }) => epochs)).toFixed(0),
    ]),
  ]),
);
