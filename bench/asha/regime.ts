/**
 * The regime of the ASHA paper (Li et al. 2020, section 4.3): 500 workers, reduction factor 4, first rung at 1/256 of a
 * whole training, for ten times the time of a whole training. Everything is kept in a SQLite file on disk; time is virtual.
 *
 * In the paper 52,000 configurations were started. By the arithmetic of the rungs alone it would have been 320,000, so
 * starting an attempt took about 15 times as long there as a first rung: that is simulated too, and can be left out.
 *
 *   node -C @fettle/source bench/asha/regime.ts [--runs 3] [--start-up 15] [--out FILE]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createStudy } from '@fettle/core';
import { simulated, SimulatedCluster, type SimulatedProgram, VirtualClock } from '@fettle/core/testing';
import { asha } from '@fettle/searcher-asha';
import { describeMachine, spread } from '../machine.ts';
import { writeResult } from './result-file.ts';
import { OBJECTIVE, programOf, SPACE } from '../simulated-study.ts';

const WORKERS = 500;
const WHOLE = 256;
const { values: options } = parseArgs({
  options: {
    runs: { type: 'string', default: '3' },
    'start-up': { type: 'string', default: '15' },
    out: { type: 'string' },
  },
});
const [runs, startUp] = [Number(options.runs), Number(options['start-up'])];

/** A second for each unit of resource, and so many to begin with. */
const program: SimulatedProgram = function* run(request) {
  let wait = startUp * 1000;
  for (const step of programOf(WHOLE)(request)) {
    yield { ...step, wait: step.wait + wait };
    wait = 0;
  }
};

async function once(): Promise<{ seconds: number; trials: number; reports: number; virtual: number }> {
  const directory = mkdtempSync(join(tmpdir(), 'fettle-bench-'));
  const clock = new VirtualClock();
  const cluster = new SimulatedCluster({ workers: WORKERS, program });
  const study = await createStudy({
    name: 'regime',
    space: SPACE,
    objective: OBJECTIVE,
    searcher: asha({ minResource: 1, maxResource: WHOLE, reductionFactor: 4 }),
    backend: simulated({ cluster }),
    resumable: true,
    budget: { wallClock: 10 * WHOLE * 1000 },
    directory,
    clock,
  });
  let [trials, reports] = [0, 0];
  study.on('trial:created', () => {
    trials += 1;
  });
  study.on('trial:reported', () => {
    reports += 1;
  });
  const began = performance.now();
  await study.run();
  const seconds = (performance.now() - began) / 1000;
  rmSync(directory, { recursive: true });
  return { seconds, trials, reports, virtual: clock.now() / 1000 };
}

console.log(`Machine: ${describeMachine()}`);
const results = [];
for (let run = 0; run < runs; run += 1) results.push(await once());
const [first] = results;
console.log(`${first?.trials} trials, ${first?.reports} reports, ${first?.virtual} virtual seconds`);
console.log(
  `whole study ${spread(
    results.map(({ seconds }) => seconds),
    's',
    2,
  )}`,
);
writeResult(options.out, `node -C @fettle/source bench/asha/regime.ts --runs ${runs} --start-up ${startUp}`, {
  workers: WORKERS,
  results,
});
