/**
 * The study that the benchmarks simulate; run as a program, it works until enough trials have ended and waits to be killed.
 *
 *   node -C @fettle/source bench/simulated-study.ts DIRECTORY TRIALS REPORTS
 */
import { createStudy, float, random, searchSpace, type Objective } from '@fettle/core';
import { curveProgram, simulated, SimulatedCluster, VirtualClock, type SimulatedProgram } from '@fettle/core/testing';

/** Three floats, one of them logarithmic. */
export const SPACE = searchSpace({
  a: float({ min: 0, max: 1 }),
  b: float({ min: 1e-5, max: 1, scale: 'log' }),
  c: float({ min: -5, max: 5 }),
});

/** What is minimised. */
export const OBJECTIVE: Objective = { metric: 'loss', goal: 'minimize' };

/** A program that reports so many times, one virtual second apart. */
export function programOf(reports: number): SimulatedProgram {
  return curveProgram('loss', reports, 1000, ({ configuration, trial }, resource) => {
    return Number(configuration['a']) + (trial % 7) / resource;
  });
}

if (import.meta.main) {
  const [directory = '', trials = '', reports = ''] = process.argv.slice(2);
  const study = await createStudy({
    name: 'simulated',
    space: SPACE,
    objective: OBJECTIVE,
    searcher: random(),
    backend: simulated({ cluster: new SimulatedCluster({ workers: 500, program: programOf(Number(reports)) }) }),
    budget: { trials: Number(trials) * 2 },
    directory,
    clock: new VirtualClock(),
  });
  let ended = 0;
  study.on('trial:completed', () => {
    ended += 1;
    if (ended !== Number(trials)) return;
    process.stdout.write('enough\n');
    // Stand still in the middle of a turn until the kill arrives.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });
  await study.run();
}
