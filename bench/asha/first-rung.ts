/**
 * Whether an adaptive first rung is ever far behind the best of random search, ASHA from the lowest rung and ASHA from a
 * later one, where nobody can know beforehand which of them that is: on real curves whose first step says nothing, and on
 * made-up ones for every way to mislead.
 *
 *   node -C @fettle/source bench/asha/first-rung.ts [--data FOLDER] [--seeds 100] [--workers 4] [--budget 100] [--out FILE]
 */
import { parseArgs } from 'node:util';
import { random } from '@fettle/core';
import { asha, hyperband, rungLevels } from '@fettle/searcher-asha';
import { readCurveProblems, syntheticProblems, type CurveProblem } from './curve-problem.ts';
import { race, seedOf } from './race.ts';
import { mean, table, writeResult } from './result-file.ts';
import type { Contestant } from './variants.ts';

const { values: options } = parseArgs({
  options: {
    data: { type: 'string' },
    seeds: { type: 'string', default: '100' },
    workers: { type: 'string', default: '4' },
    budget: { type: 'string', default: '100' },
    factor: { type: 'string', default: '3' },
    out: { type: 'string' },
  },
});
const [seeds, workers, budget, reductionFactor] = [
  Number(options.seeds),
  Number(options.workers),
  Number(options.budget),
  Number(options.factor),
];

const ADAPTIVE = ['asha, adaptive', 'hyperband, adaptive'];

function contestants(maxResource: number): { readonly [name: string]: Contestant } {
  const levels = rungLevels({ minResource: 1, maxResource, reductionFactor }).slice(0, -1);
  return {
    random: random(),
    ...Object.fromEntries(
      levels.map((minResource) => [`asha from ${minResource}`, asha({ minResource, maxResource, reductionFactor })]),
    ),
    hyperband: hyperband({ maxResource, reductionFactor }),
    [ADAPTIVE[0]!]: asha({ maxResource, reductionFactor, firstRung: 'adaptive' }),
    [ADAPTIVE[1]!]: hyperband({ maxResource, reductionFactor, firstRung: 'adaptive' }),
  };
}

/** The worst loss that counts, for studies that have finished nothing: the median of a single whole training. */
function worstCounted({ curves }: CurveProblem): number {
  const finals = curves.map((curve) => curve.at(-1)!).filter(Number.isFinite);
  return finals.sort((a, b) => a - b)[finals.length >> 1]!;
}

const problems = [...(options.data === undefined ? [] : readCurveProblems(options.data)), ...syntheticProblems()];
const results = [];
for (const [task, problem] of problems.entries()) {
  const worst = worstCounted(problem);
  const optimum = Math.min(...problem.curves.map((curve) => curve.at(-1)!).filter(Number.isFinite));
  const losses: { [name: string]: number } = {};
  for (const [name, searcher] of Object.entries(contestants(problem.length))) {
    const seen = [];
    for (let run = 0; run < seeds; run += 1) {
      seen.push(Math.min(worst, (await race({ problem, searcher, seed: seedOf(task, run), workers, budget })).best));
    }
    losses[name] = mean(seen);
  }
  const fixed = Object.entries(losses).filter(([name]) => name === 'random' || name.startsWith('asha from'));
  const [best, loss] = fixed.reduce((a, b) => (b[1] < a[1] ? b : a));
  results.push({ problem: problem.name, optimum, best, loss, losses });
  console.error(`${problem.name}: done`);
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
console.log(
  table([
    [
      'mean loss at the end',
      'optimum',
      'best of those with a fixed rung',
      ...ADAPTIVE.flatMap((name) => [name, 'behind']),
      'hyperband',
      'behind',
      'random',
      'asha from 1',
    ],
    ...results.map(({ problem, optimum, best, loss, losses }) => [
      problem,
      optimum.toFixed(4),
      `${loss.toFixed(4)} ${best}`,
      ...[...ADAPTIVE, 'hyperband'].flatMap((name) => [losses[name]!.toFixed(4), percent(losses[name]! / loss - 1)]),
      percent(losses['random']! / loss - 1),
      percent(losses['asha from 1']! / loss - 1),
    ]),
  ]),
);
writeResult(
  options.out,
  `node -C @fettle/source bench/asha/first-rung.ts --data FOLDER --seeds ${seeds} --workers ${workers} --budget ${budget} --factor ${reductionFactor}`,
  { runs: seeds, workers, budget, reductionFactor, results },
);
