/**
 * The table of what `quality.ts` has measured: regret at the end for each problem and method, mean ranks, and whether a method
 * differs from the first one by more than chance.
 *
 *   node -C @fettle/source bench/bayes/compare.ts FILE... [--first bayes] [--mark 100] [--json]
 *
 * Only seeds that all methods have of a problem count. Regret is ranked for each problem and seed, ties sharing the middle rank;
 * the test is Wilcoxon's signed ranks over seeds, two-sided, with the normal approximation and its correction for ties.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { normalCdf, quantile, signedRankScore } from './statistics.ts';
import { mean, table } from '../asha/result-file.ts';

interface Run {
  readonly method: string;
  readonly problem: string;
  readonly seed: number;
  readonly regret: readonly number[];
  readonly seconds: number;
}

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { first: { type: 'string', default: 'bayes' }, mark: { type: 'string' }, json: { type: 'boolean' } },
});
const files = positionals.map((path) => JSON.parse(readFileSync(path, 'utf8')) as { marks: number[]; runs: Run[] });
const marks = files[0]?.marks ?? [];
const at = options.mark === undefined ? marks.length - 1 : marks.indexOf(Number(options.mark));
const runs = files.flatMap((file) => file.runs);
const methods = [...new Set(runs.map(({ method }) => method))].sort((a, b) =>
  a === options.first ? -1 : b === options.first ? 1 : a.localeCompare(b),
);
const first = methods[0]!;

/** Regret at the mark, by method, of the seeds that all methods have. */
function regrets(problem: string): { readonly [method: string]: readonly number[] } {
  const of = (method: string): Map<number, number> =>
    new Map(
      runs
        .filter((run) => run.method === method && run.problem === problem)
        // Means of the same numbers in another order differ in their last digits.
        .map(({ seed, regret }) => [seed, regret[at]! < 1e-12 ? 0 : regret[at]!]),
    );
  const tables = methods.map(of);
  const seeds = [...tables[0]!.keys()].filter((seed) => tables.every((each) => each.has(seed)));
  return Object.fromEntries(methods.map((method, index) => [method, seeds.map((seed) => tables[index]!.get(seed)!)]));
}

const problems = [...new Set(runs.map(({ problem }) => problem))]
  .map((problem) => ({ problem, regret: regrets(problem) }))
  .filter(({ regret }) => regret[first]!.length > 0);

const rows = problems.map(({ problem, regret }) => {
  const seeds = regret[first]!.length;
  const ranks = methods.map((method) =>
    mean(
      Array.from({ length: seeds }, (_, seed) => {
        const own = regret[method]![seed]!;
        const others = methods.map((other) => regret[other]![seed]!);
        const better = others.filter((value) => value < own).length;
        return 1 + better + (others.filter((value) => value === own).length - 1) / 2;
      }),
    ),
  );
  const own = regret[first]!;
  const spread = quantile(own, 0.75) - quantile(own, 0.25);
  const rivals = methods.slice(1).map((method) => {
    const theirs = regret[method]!;
    const won = own.map((value, seed): number => (value < theirs[seed]! ? 1 : value === theirs[seed]! ? 0.5 : 0));
    return {
      method,
      /** How often the first one is better, ties counting half. */
      superiority: mean(won),
      p: 2 * normalCdf(-Math.abs(signedRankScore(own.map((value, seed) => value - theirs[seed]!)))),
      /** Whether the first one is worse by more than its own spread. */
      isBehind: quantile(own, 0.5) - quantile(theirs, 0.5) > spread,
    };
  });
  const figures = methods.map((method, index) => ({
    method,
    rank: ranks[index]!,
    quartiles: [0.25, 0.5, 0.75].map((share) => quantile(regret[method]!, share)),
  }));
  return { problem, seeds, figures, rivals };
});
const meanRanks = methods.map((method, index) => ({
  method,
  rank: mean(rows.map(({ figures }) => figures[index]!.rank)),
  seconds: quantile(
    runs.filter((run) => run.method === method).map(({ seconds }) => seconds),
    0.5,
  ),
}));

if (options.json === true) {
  console.log(JSON.stringify({ mark: marks[at], problems: rows, meanRanks }, undefined, 1));
} else {
  const short = (value: number): string => (value === 0 ? '0' : value.toExponential(1));
  console.log(
    table([
      [`regret at ${marks[at]}: median (quartiles)`, ...methods],
      ...rows.map(({ problem, figures, seeds }) => [
        `${problem}, ${seeds} seeds`,
        ...figures.map(
          ({ quartiles: [low = 0, middle = 0, high = 0] }) => `${short(middle)} (${short(low)}, ${short(high)})`,
        ),
      ]),
      ['mean rank', ...meanRanks.map(({ rank }) => rank.toFixed(2))],
      ['seconds a run, median', ...meanRanks.map(({ seconds }) => seconds.toFixed(1))],
    ]),
  );
  console.log(
    `\n${table([
      [`${first} is better: share of seeds (p)`, ...methods.slice(1)],
      ...rows.map(({ problem, rivals }) => [
        problem,
        ...rivals.map(
          ({ superiority, p, isBehind }) =>
            `${(100 * superiority).toFixed(0)} % (${p < 0.001 ? '<0.001' : p.toFixed(3)})${isBehind ? ' behind' : ''}`,
        ),
      ]),
    ])}`,
  );
}
