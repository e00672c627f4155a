/**
 * A simulated random search with everything kept in a SQLite file on disk: trials and reports a second, and whether the
 * cost of a trial stays the same from the first thousand to the last.
 *
 *   node -C @fettle/source bench/throughput.ts [trials] [reports] [workers] [runs]
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createStudy, random } from '@fettle/core';
import { simulated, SimulatedCluster, VirtualClock } from '@fettle/core/testing';
import { describeMachine, spread } from './machine.ts';
import { OBJECTIVE, programOf, SPACE } from './simulated-study.ts';

const [trials = 50_000, reports = 10, workers = 500, runs = 3] = process.argv.slice(2).map(Number);

async function once(): Promise<{ seconds: number; first: number; last: number; bytes: number; rss: number }> {
  const directory = mkdtempSync(join(tmpdir(), 'fettle-bench-'));
  const clock = new VirtualClock();
  const cluster = new SimulatedCluster({ workers, program: programOf(reports) });
  const study = await createStudy({
    name: 'throughput',
    space: SPACE,
    objective: OBJECTIVE,
    searcher: random(),
    backend: simulated({ cluster }),
    budget: { trials },
    directory,
    clock,
  });
  let ended = 0;
  const marks: number[] = [];
  const step = Math.min(1000, Math.floor(trials / 3));
  const began = performance.now();
  study.on('trial:completed', () => {
    ended += 1;
    if (ended % step === 0) marks.push(performance.now());
  });
  await study.run();
  const seconds = (performance.now() - began) / 1000;
  const bytes = statSync(join(directory, 'study.db')).size;
  rmSync(directory, { recursive: true });
  // Medians over windows of a thousand trials: single windows hold a checkpoint of the log or a pause of the collector.
  const windows = marks.slice(1).map((mark, index) => (mark - (marks[index] ?? began)) / step);
  const median = (part: number[]): number => part.sort((a, b) => a - b)[part.length >> 1] ?? Number.NaN;
  const edge = Math.max(1, Math.floor(windows.length / 5));
  return {
    seconds,
    first: median(windows.slice(0, edge)),
    last: median(windows.slice(-edge)),
    bytes,
    rss: process.memoryUsage().rss,
  };
}

console.log(`Machine: ${describeMachine()}`);
console.log(`${trials} trials with ${reports} reports each, ${workers} workers, SQLite on disk\n`);
const results = [];
for (let run = 0; run < runs; run += 1) results.push(await once());
console.log(
  `trials/s        ${spread(
    results.map(({ seconds }) => trials / seconds),
    '',
  )}`,
);
console.log(
  `reports/s       ${spread(
    results.map(({ seconds }) => (trials * reports) / seconds),
    '',
  )}`,
);
console.log(
  `late/early cost ${spread(
    results.map(({ first, last }) => last / first),
    'x',
    2,
  )}`,
);
console.log(
  `memory (RSS)    ${spread(
    results.map(({ rss }) => rss / 2 ** 20),
    'MiB',
  )}`,
);
console.log(
  `file            ${spread(
    results.map(({ bytes }) => bytes / 2 ** 20),
    'MiB',
  )}`,
);
