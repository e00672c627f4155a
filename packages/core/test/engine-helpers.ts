import { float, int, searchSpace } from '../src/domain/search-space.ts';
import type { Objective } from '../src/domain/objective.ts';
import type { StudyEvent, StudyEventType } from '../src/domain/event.ts';
import type { TrialReader } from '../src/ports/trial-store.ts';
import type { LaunchRequest } from '../src/ports/backend.ts';
import { curveProgram, type SimulatedProgram } from '../src/testing/simulated-program.ts';

/** A small space that most engine tests use. */
export const SPACE = searchSpace({ x: float({ min: 0, max: 1 }), units: int({ min: 1, max: 100 }) });

/** What most engine tests minimise. */
export const LOSS: Objective = { metric: 'loss', goal: 'minimize' };

/** Reports at 1 … 5, one virtual second each, a loss that falls with resource. */
export const PROGRAM: SimulatedProgram = curveProgram('loss', 5, 1000, lossOf);

function lossOf({ configuration }: LaunchRequest, resource: number): number {
  return Number(configuration['x']) + 1 / resource;
}

/** The events of some kinds, in order. */
export function eventsOf<T extends StudyEventType>(reader: TrialReader, ...types: T[]): StudyEvent<T>[] {
  const wanted = new Set<StudyEventType>(types);
  return [...reader.journal()].filter((event) => wanted.has(event.type)) as StudyEvent<T>[];
}
