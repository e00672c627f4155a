import { createRandomStream } from '../domain/rng.ts';
import type { TrialId } from '../domain/trial.ts';
import type { RandomStream } from '../domain/random-stream.ts';

/** The random stream of an offer: named by the study's seed, the trial, the purpose and the draw. */
export function offerStream(seed: number, trial: TrialId, purpose: string, draw: number): RandomStream {
  return createRandomStream(seed, 'trial', trial, purpose, draw);
}

/** A random stream that belongs to the study and to no trial. */
export function studyStream(seed: number, purpose: string): RandomStream {
  return createRandomStream(seed, 'study', purpose);
}

/** The seed given to the program of a trial: an integer from 0 to 2^31 - 1, the same for each of its attempts. */
export function programSeed(seed: number, trial: TrialId): number {
  return createRandomStream(seed, 'program', trial).integer(2 ** 31);
}
