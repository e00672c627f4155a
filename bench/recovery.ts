/**
 * A study is killed with SIGKILL in the middle of its work; how long until a new driver can go on?
 *
 *   node -C @fettle/source bench/recovery.ts [trials] [reports] [runs]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createStudy, random, readSqliteStore } from '@fettle/core';
import { simulated, SimulatedCluster, VirtualClock } from '@fettle/core/testing';
import { describeMachine, spread } from './machine.ts';
import { OBJECTIVE, programOf, SPACE } from './simulated-study.ts';

const [trials = 50_000, reports = 10, runs = 3] = process.argv.slice(2).map(Number);

const directory = mkdtempSync(join(tmpdir(), 'fettle-bench-'));
const writer = join(import.meta.dirname, 'simulated-study.ts');
const child = spawn(process.execPath, ['-C', '@fettle/source', writer, directory, String(trials), String(reports)], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
// The writer says how many trials have ended; when all have, it is killed before it can close anything.
child.stdout.on('data', (chunk: Buffer) => {
  if (chunk.toString().includes('enough')) child.kill('SIGKILL');
});
await once(child, 'close');

console.log(`Machine: ${describeMachine()}`);
const seconds: number[] = [];
for (let run = 0; run < runs; run += 1) {
  const began = performance.now();
  const study = await createStudy({
    name: 'simulated',
    space: SPACE,
    objective: OBJECTIVE,
    searcher: random(),
    backend: simulated({ cluster: new SimulatedCluster({ workers: 500, program: programOf(reports) }) }),
    budget: { trials: trials * 2 },
    directory,
    clock: new VirtualClock(1e9),
  });
  seconds.push((performance.now() - began) / 1000);
  await study.close();
}
const reader = readSqliteStore(join(directory, 'study.db'));
const summary = reader.summary();
reader.close();
console.log(`${summary?.counts.completed} trials ended, ${summary?.reports} reports, killed by SIGKILL`);
console.log(`ready to go on after ${spread(seconds, 's', 2)}`);
rmSync(directory, { recursive: true });
