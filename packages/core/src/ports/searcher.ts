import type { Configuration } from '../domain/configuration.ts';
import type { Decision } from '../domain/decision.ts';
import type { FailureClass } from '../domain/failure.ts';
import type { MaybePromise } from '../domain/json.ts';
import type { ObservedReport } from '../domain/report.ts';
import type { Suggestion } from '../domain/suggestion.ts';
import type { TrialId, TrialOrigin } from '../domain/trial.ts';
import type { RandomStream } from '../domain/random-stream.ts';
import type { SelfDescribing } from './searcher-description.ts';

/** A trial as searchers and samplers see it. */
export interface TrialView {
  readonly id: TrialId;
  readonly configuration: Configuration;
  readonly origin: TrialOrigin;
  /** Resource level it is to run to; absent: to the program's own end. */
  readonly until?: number | undefined;
  /** Highest resource reported so far; before the first report 0, or of a forked trial what the other had reached. */
  readonly resource: number;
  /** The last report's value, normalised so that less is better; absent before the first report. */
  readonly value?: number | undefined;
  readonly forkedFrom?: TrialId | undefined;
  readonly repeatOf?: TrialId | undefined;
}

/** A free place, and what a searcher may want to know to fill it. */
export interface Offer {
  /** The number that a new trial would get. */
  readonly trial: TrialId;
  /** 0; then 1, 2 … each time the answer before was refused because its configuration had been tried already. */
  readonly draw: number;
  /** Trials that are queued or running now, by number. A live view: read it, do not keep it. */
  readonly active: ReadonlyMap<TrialId, TrialView>;
  /** Trials that are paused now, by number. A live view. */
  readonly paused: ReadonlyMap<TrialId, TrialView>;
  /** The random stream of this offer for a purpose; same offer and purpose, same numbers. */
  random(purpose: string): RandomStream;
}

/** How a trial left the running state, as a searcher sees it. */
export type TrialOutcome =
  /** Over. `value` is normalised (less is better), `+Infinity` if it was not finite. */
  | { readonly state: 'completed'; readonly value: number; readonly resource: number }
  /** Its attempt has ended after a `pause` decision: it can be resumed from now on. */
  | { readonly state: 'paused'; readonly resource: number }
  /** Over, by decision of the searcher or of a person; also said of a trial that was paused. */
  | { readonly state: 'stopped'; readonly resource: number; readonly reason: string }
  /**
   * Over, after all retries. Where trials compete for places it stays in every count and loses. A model of configurations learns
   * from it as worse than all others, unless the failure was for a reason outside: `node`, `preempted`, `launch`.
   */
  | { readonly state: 'failed'; readonly failure: FailureClass; readonly resource: number; readonly message: string };

/**
 * Proposes trials and decides how much resource each one gets (elsewhere also called a scheduler).
 *
 * Guarantees of the caller:
 * 1. One call at a time: no method is called while a promise of another is pending.
 * 2. A trial's calls come in the order `started`, then any number of `report`, then `ended`; after an outcome of `paused`,
 *    possibly `resumed`, reports and `ended` again, or `ended` at once with `stopped`. After a final outcome nothing more is
 *    said of it.
 * 3. Reports of a trial have increasing resource.
 * 4. What was suggested but refused (a duplicate, a configuration outside the space) is never `started`.
 * 5. After a restart, a fresh searcher is told the whole history again, in the recorded order, through `started`,
 *    `resumed`, `report` and `ended`; `ask` is not called for the past.
 *
 * Duties of the searcher:
 * 1. **`ask` changes nothing.** It answers from what it was told; asked twice with the same offer, it answers the same.
 *    Only `started`, `resumed`, `report` and `ended` change its state.
 * 2. Randomness comes from `offer.random`, or from the context's streams; time is never looked at.
 * 3. What it is told with `started`, `resumed` and `ended` it takes in at once: nobody waits for a promise of theirs.
 * 4. Only paused trials are resumed, and only paused trials are stopped by an answer to `ask`; configurations lie inside the
 *    space.
 * 5. A paused trial that will never go on is stopped, so that nothing waits for it and its checkpoint can be deleted. After
 *    `exhausted` the caller does that for all of them.
 *
 * Throwing from any method ends the study's session with an error that names the plugin; nothing recorded is lost.
 */
export interface Searcher extends SelfDescribing {
  /** What should run on a free place? */
  ask(offer: Offer): MaybePromise<Suggestion>;
  /** A trial was created: from the searcher's own suggestion, or from elsewhere (see its `origin`). */
  started?(trial: TrialView): void;
  /** A paused trial was queued again, by the searcher's own suggestion. `trial.until` is its new target. */
  resumed?(trial: TrialView): void;
  /**
   * A running trial reported. A decision to pause or to stop holds until the trial is resumed: what a program reports on its way
   * out is told as well, and a `continue` then takes nothing back. During recovery `recorded` is the decision that was taken then; a searcher whose decision
   * is costly to compute may return it as it is, after changing its state as it would have.
   */
  report(trial: TrialView, report: ObservedReport, recorded?: Decision): MaybePromise<Decision>;
  /** A trial left the running state. */
  ended?(trial: TrialView, outcome: TrialOutcome): void;
  /** Called once at the end of a session; nothing is called after it. */
  close?(): MaybePromise<void>;
}
