/**
 * How much resource each searcher needs until it has trained a configuration as good as the one that random search has
 * after a hundred whole trainings (its median over the seeds).
 *
 *   node -C @fettle/source bench/asha/to-target.ts --data FOLDER [--seeds 50] [--workers 4] [--out FILE]
 */
import { parseArgs } from 'node:util';
import { random } from '@fettle/core';
import { readCurveProblems } from './curve-problem.ts';
import { race, seedOf } from './race.ts';
import { median, table, writeResult } from './result-file.ts';
import { variants } from './variants.ts';

const { values: options } = parseArgs({
  options: {
    data: { type: 'string' },
    seeds: { type: 'string', default: '50' },
    workers: { type: 'string', default: '4' },
    out: { type: 'string' },
  },
});
if (options.data === undefined) throw new Error('--data FOLDER is missing: a folder of learning curves, *.json.gz');
const [seeds, workers] = [Number(options.seeds), Number(options.workers)];
/** Whole trainings that random search has. */
const REFERENCE = 100;
/** Whole trainings after which a searcher is given up. */
const LIMIT = 250;

interface Entry {
  /** Median whole trainings to the target, by task; the limit where most seeds did not come there. */
  readonly toTarget: { [task: string]: number };
  /** Random search's median over this one's, by task. */
  readonly gain: { [task: string]: number };
  /** Seeds that did not come to the target, over all tasks. */
  missed: number;
}

const problems = readCurveProblems(options.data);
const entries = new Map<string, Entry>();
const targets: { [task: string]: number } = {};
for (const [task, problem] of problems.entries()) {
  const draws = [];
  for (let run = 0; run < seeds; run += 1) {
    draws.push((await race({ problem, searcher: random(), seed: seedOf(task, run), workers, budget: REFERENCE })).best);
  }
  const target = median(draws);
  targets[problem.name] = target;
  let baseline = Number.NaN;
  for (const [name, searcher] of Object.entries(variants(problem.length))) {
    const entry = entries.get(name) ?? { toTarget: {}, gain: {}, missed: 0 };
    entries.set(name, entry);
    const used = [];
    for (let run = 0; run < seeds; run += 1) {
      const { best, resource } = await race({
        problem,
        searcher,
        seed: seedOf(task, run),
        workers,
        budget: LIMIT,
        target,
      });
      if (best > target) entry.missed += 1;
      used.push(best > target ? LIMIT : resource);
    }
    if (name === 'random') baseline = median(used);
    entry.toTarget[problem.name] = median(used);
    entry.gain[problem.name] = baseline / median(used);
  }
  console.error(`${problem.name}: done`);
}

const names = problems.map(({ name }) => name);
const rows = [...entries].map(([name, { toTarget, gain, missed }]) => ({
  searcher: name,
  medianGain: median(Object.values(gain)),
  leastGain: Math.min(...Object.values(gain)),
  missed: missed / (seeds * names.length),
  toTarget,
}));
console.log(
  table([
    [
      'whole trainings to the target (median)',
      ...names.map((name) => name.slice(-20)),
      'times less',
      'least',
      'missed',
    ],
    ...rows.map(({ searcher, medianGain, leastGain, missed, toTarget }) => [
      searcher,
      ...names.map((name) => toTarget[name]!.toFixed(1)),
      medianGain.toFixed(2),
      leastGain.toFixed(2),
      `${(100 * missed).toFixed(0)} %`,
    ]),
  ]),
);
writeResult(
  options.out,
  `node -C @fettle/source bench/asha/to-target.ts --data FOLDER --seeds ${seeds} --workers ${workers}`,
  { runs: seeds, workers, limit: LIMIT, targets, searchers: rows },
);
