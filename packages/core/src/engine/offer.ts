import type { TrialId } from '../domain/trial.ts';
import type { RandomStream } from '../domain/random-stream.ts';
import type { Offer, TrialView } from '../ports/searcher.ts';
import { offerStream } from './random-streams.ts';
import type { StudyState } from './study-state.ts';

class StateOffer implements Offer {
  readonly trial: TrialId;
  readonly draw: number;
  readonly active: ReadonlyMap<TrialId, TrialView>;
  readonly paused: ReadonlyMap<TrialId, TrialView>;
  readonly #seed: number;

  constructor(state: StudyState, draw: number) {
    this.trial = state.trials + 1;
    this.draw = draw;
    this.active = state.active;
    this.paused = state.paused;
    this.#seed = state.definition.seed;
  }

  random(purpose: string): RandomStream {
    return offerStream(this.#seed, this.trial, purpose, this.draw);
  }
}

/** The offer of a free place in this state. */
export function makeOffer(state: StudyState, draw: number): Offer {
  return new StateOffer(state, draw);
}
