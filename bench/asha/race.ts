/** One searcher on one table of learning curves, through the whole engine in virtual time. */
import { createStudy, int, searchSpace, type Plugin } from '@fettle/core';
import { curveProgram, simulated, SimulatedCluster, VirtualClock } from '@fettle/core/testing';
import type { CurveProblem } from './curve-problem.ts';

/** What is to be run. */
export interface Race {
  readonly problem: CurveProblem;
  readonly searcher: Plugin<'searcher'> | Plugin<'sampler'>;
  readonly seed: number;
  readonly workers: number;
  /** Resource of all trials together, in whole trainings. */
  readonly budget: number;
  /** The study ends once a whole training has come this far. */
  readonly target?: number | undefined;
}

/** What came of it. Losses are those of whole trainings: what a trial had on the way counts for nothing. */
export interface Outcome {
  /** The best loss at the end; `Infinity` if no training was finished. */
  readonly best: number;
  /** Every improvement: resource of all trials up to it, in whole trainings, and the loss. */
  readonly improvements: readonly (readonly [resource: number, loss: number])[];
  /** Resource of all trials together when it ended, in whole trainings. */
  readonly resource: number;
  readonly trials: number;
  /** Trials that were trained to the end. */
  readonly finished: number;
}

/** Runs a study to the end of its budget, or to its target. */
export async function race({ problem, searcher, seed, workers, budget, target }: Race): Promise<Outcome> {
  const { curves, length } = problem;
  const program = curveProgram('loss', length, 1000, ({ configuration }, step) => {
    return curves[Number(configuration['row'])]?.[step - 1] ?? Number.NaN;
  });
  const study = await createStudy({
    name: 'race',
    space: searchSpace({ row: int({ min: 0, max: curves.length - 1 }) }),
    objective: { metric: 'loss', goal: 'minimize' },
    searcher,
    backend: simulated({ cluster: new SimulatedCluster({ workers, program }) }),
    budget: { resource: budget * length },
    // A table has few rows: the same one may come twice, as close ones do in a real space.
    duplicates: 'allow',
    resumable: true,
    seed,
    clock: new VirtualClock(),
  });
  const improvements: (readonly [number, number])[] = [];
  const reached = new Map<number, number>();
  let [best, steps, finished] = [Number.POSITIVE_INFINITY, 0, 0];
  study.on('trial:reported', ({ body: { trial, resource, metrics } }) => {
    steps += resource - (reached.get(trial) ?? 0);
    reached.set(trial, resource);
    if (resource < length) return;
    finished += 1;
    const loss = Number(metrics['loss']);
    if (!(loss < best)) return;
    best = loss;
    improvements.push([steps / length, loss]);
    if (target !== undefined && best <= target) study.kill('the target is reached');
  });
  await study.run();
  return { best, improvements, resource: steps / length, trials: reached.size, finished };
}

/** The best loss that a study had when so much resource, in whole trainings, was used. */
export function lossAt({ improvements }: Outcome, resource: number): number {
  return improvements.findLast(([used]) => used <= resource)?.[1] ?? Number.POSITIVE_INFINITY;
}

/** The seed of a run on a task: the same for every searcher, another one for every task, so that tasks are independent. */
export function seedOf(task: number, run: number): number {
  return 1000 * task + run;
}
