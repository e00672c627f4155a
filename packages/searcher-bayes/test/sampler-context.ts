import {
  createRandomStream,
  type Offer,
  type SearchSpace,
  type SearcherContext,
  silentLogger,
  type TrialView,
} from '@fettle/core';

/** What a sampler is made with, outside of a study. */
export function contextOf(space: SearchSpace, seed: number): SearcherContext {
  return {
    space,
    objective: { metric: 'loss', goal: 'minimize' },
    resumable: true,
    random: (purpose) => createRandomStream(seed, 'study', purpose),
    logger: silentLogger(),
  };
}

/** The offer of a place for the trial of this number. */
export function offerOf(seed: number, trial: number, active: readonly TrialView[] = []): Offer {
  return {
    trial,
    draw: 0,
    active: new Map(active.map((view) => [view.id, view])),
    paused: new Map(),
    random: (purpose) => createRandomStream(seed, 'trial', trial, purpose, 0),
  };
}
