/**
 * The driver of a study on Slurm, in a process of its own, so that what it costs can be told from what the cluster costs.
 * Prints one line of JSON. `node scale-driver.ts DIRECTORY SLOTS TRIALS SECONDS POLL-SECONDS`
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createStudy, float, random, searchSpace, silentLogger } from '@fettle/core';
import { slurm } from '@fettle/backend-slurm';

const [directory = '', ...numbers] = process.argv.slice(2);
const [slots = 0, trials = 0, seconds = 0, pollSeconds = 0] = numbers.map(Number);
const study = await createStudy({
  name: 'scale',
  space: searchSpace({ x: float({ min: 0, max: 1 }) }),
  objective: { metric: 'loss', goal: 'minimize' },
  // Half of the time before the report, half of it after.
  command: [join(import.meta.dirname, 'train.sh'), '{x}', String(seconds / 2)],
  searcher: random(),
  backend: slurm({ slots, minutes: 600, pollSeconds, idleSeconds: 600 }),
  budget: { trials },
  seed: 1,
  directory,
  logger: silentLogger(),
});

const memory: number[] = [];
const latencies: number[] = [];
const sampling = setInterval(() => memory.push(process.memoryUsage.rss() / 2 ** 20), 1000);
let [ended, firstEnd] = [0, 0];
/** What had been used when every slot was busy, and when the last tenth of the trials began. */
let steady: { at: number; cpu: NodeJS.CpuUsage } | undefined;
let over: typeof steady;
study.on('trial:reported', ({ body: { metrics } }) => {
  latencies.push(Date.now() / 1000 - Number(metrics['written']));
});
study.on('trial:completed', () => {
  ended += 1;
  if (ended === 1) firstEnd = Date.now();
  if (ended === slots) steady = { at: Date.now(), cpu: process.cpuUsage() };
  if (ended === trials - slots) over = { at: Date.now(), cpu: process.cpuUsage(steady?.cpu) };
  if (ended % 500 === 0) console.error(`${ended} of ${trials}`);
});
const began = Date.now();
const result = await study.run();
clearInterval(sampling);
await study.close();
const entries = readFileSync(join(directory, 'slurm', 'ledger.jsonl'), 'utf8')
  .trim()
  .split('\n');
const { calls } = JSON.parse(entries.at(-1) ?? '{}') as { calls: { [command: string]: number } };
latencies.sort((a, b) => a - b);
const wall = ((over?.at ?? 0) - (steady?.at ?? 0)) / 1000;
console.log(
  JSON.stringify({
    status: result.status,
    trials: ended,
    seconds: (Date.now() - began) / 1000,
    secondsToFirstEnd: (firstEnd - began) / 1000,
    steadySeconds: wall,
    cpuShare: over === undefined ? undefined : (over.cpu.user + over.cpu.system) / 1e6 / wall,
    memoryMean: memory.reduce((sum, each) => sum + each, 0) / memory.length,
    memoryMost: Math.max(...memory),
    calls,
    latencyMedian: latencies[latencies.length >> 1],
    latency99: latencies[Math.floor(latencies.length * 0.99)],
    latencyMost: latencies.at(-1),
  }),
);
