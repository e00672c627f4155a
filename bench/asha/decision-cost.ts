/**
 * What a decision costs as trials pile up: the time of a report at a rung, and of the answer to a free place.
 *
 *   node -C @fettle/source bench/asha/decision-cost.ts [--trials 50000] [--runs 5] [--out FILE]
 */
import { parseArgs } from 'node:util';
import { asha, hyperband, rungLevels } from '@fettle/searcher-asha';
import { driveSearcher, type Timing } from './drive-searcher.ts';
import { mean, median, table, writeResult } from './result-file.ts';

const { values: options } = parseArgs({
  options: {
    trials: { type: 'string', default: '50000' },
    runs: { type: 'string', default: '5' },
    out: { type: 'string' },
  },
});
const [trials, runs] = [Number(options.trials), Number(options.runs)];
const shape = { minResource: 1, maxResource: 256, reductionFactor: 4 };
const levels = rungLevels(shape);
const searchers = {
  'asha, promotion': asha({ ...shape, variant: 'promotion' }),
  'asha, stopping': asha({ ...shape, variant: 'stopping' }),
  'asha, adaptive first rung': asha({ ...shape, firstRung: 'adaptive' }),
  hyperband: hyperband(shape),
};
/** Each figure is taken over the tenth of the trials before this many. */
const marks = [1000, 2000, 5000, 10_000, 20_000, 50_000].filter((mark) => mark <= trials);

const results = [];
for (const [name, searcher] of Object.entries(searchers)) {
  // The first run is for the compiler.
  await driveSearcher(searcher, Math.min(trials, 5000), levels);
  const timings: Timing[] = [];
  for (let run = 0; run < runs; run += 1) timings.push(await driveSearcher(searcher, trials, levels));
  const at = marks.map((mark) => {
    const windows = timings.map(({ trials: counts, report, ask }) => {
      const from = counts.findIndex((count) => count > mark * 0.9);
      const to = counts.findLastIndex((count) => count <= mark) + 1;
      return { report: report.slice(from, to), ask: ask.slice(Math.floor((from * ask.length) / counts.length), to) };
    });
    const reports = windows.map(({ report }) => report);
    return {
      trials: mark,
      reportMedian: median(reports.map(median)),
      reportMean: median(reports.map(mean)),
      report99: median(reports.map((times) => [...times].sort((a, b) => a - b)[Math.floor(times.length * 0.99)]!)),
      askMedian: median(windows.map(({ ask }) => median(ask))),
    };
  });
  results.push({ searcher: name, at });
}

for (const [what, key] of [
  ['report, median µs', 'reportMedian'],
  ['report, mean µs', 'reportMean'],
  ['report, 99th percentile µs', 'report99'],
  ['ask, median µs', 'askMedian'],
] as const) {
  const rows = results.map(({ searcher, at }) => [
    searcher,
    ...at.map((figures) => figures[key].toFixed(2)),
    (at.at(-1)![key] / at[0]![key]).toFixed(2),
  ]);
  console.log(`${table([[what, ...marks.map(String), 'last/first'], ...rows])}\n`);
}
writeResult(options.out, `node -C @fettle/source bench/asha/decision-cost.ts --trials ${trials} --runs ${runs}`, {
  runs,
  shape,
  unit: 'microseconds',
  results,
});
