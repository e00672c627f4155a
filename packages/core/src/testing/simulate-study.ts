import type { Objective } from '../domain/objective.ts';
import type { SearchSpace } from '../domain/search-space.ts';
import type { Budget } from '../domain/study-spec.ts';
import type { AttemptId } from '../domain/trial.ts';
import type { Plugin } from '../plugin/define.ts';
import type { TrialStore } from '../ports/trial-store.ts';
import { STORE } from '../container/tokens.ts';
import { memoryStore } from '../store/memory-store.ts';
import { createStudy } from '../study/create-study.ts';
import type { StudyOptions } from '../study/study-options.ts';
import type { StudyResult } from '../study/study-status.ts';
import { simulated, SimulatedCluster } from './simulated-backend.ts';
import type { Fault, SimulatedProgram } from './simulated-program.ts';
import { VirtualClock } from './virtual-clock.ts';

/** A study that runs in virtual time. */
export interface Simulation {
  readonly searcher: Plugin<'searcher'> | Plugin<'sampler'>;
  readonly space: SearchSpace;
  readonly objective: Objective;
  readonly program: SimulatedProgram;
  readonly workers: number;
  readonly budget?: Budget | undefined;
  readonly seed?: number | undefined;
  readonly faults?: { readonly [attempt: AttemptId]: Fault } | undefined;
  /** Default: a new memory store. */
  readonly store?: TrialStore | undefined;
  /** Further options of the study. */
  readonly options?: Partial<StudyOptions> | undefined;
}

/** What a simulation leaves behind. */
export interface Simulated {
  readonly result: StudyResult;
  /** The store, still open for reading. */
  readonly store: TrialStore;
  readonly cluster: SimulatedCluster;
  /** Virtual milliseconds it took. */
  readonly duration: number;
}

/** Runs a whole study in virtual time: the same way each time, hours in milliseconds. */
export async function simulateStudy(simulation: Simulation): Promise<Simulated> {
  const { searcher, space, objective, program, workers, budget, seed, faults, options } = simulation;
  const clock = new VirtualClock();
  const cluster = new SimulatedCluster({ workers, program, faults });
  const store = simulation.store ?? memoryStore();
  const study = await createStudy({
    name: 'simulation',
    space,
    objective,
    searcher,
    backend: simulated({ cluster }),
    budget,
    seed,
    resumable: true,
    clock,
    ...options,
    // Closing is left to the caller, who wants to look inside.
    services: (scope) => {
      scope.provide(STORE, () => store);
      options?.services?.(scope);
    },
  });
  const result = await study.run();
  return { result, store, cluster, duration: clock.now() };
}
