import type { Configuration } from '../domain/configuration.ts';
import type { ObservedReport } from '../domain/report.ts';
import type { JsonObject, MaybePromise } from '../domain/json.ts';
import type { SearcherDescription } from './searcher-description.ts';
import type { Offer, TrialOutcome, TrialView } from './searcher.ts';

/**
 * A sampler's answer: a configuration and why, or that there is none left. `details` is what the reason rests on, as data
 * (what a model believed there, say); it is stored with the trial and shown by `fettle explain`.
 */
export type Sample =
  | {
      readonly kind: 'configuration';
      readonly configuration: Configuration;
      readonly reason: string;
      readonly details?: JsonObject | undefined;
    }
  | { readonly kind: 'exhausted'; readonly reason: string };

/**
 * Says which configuration to try next, and nothing of how long. Grid, random, Sobol and Bayes are samplers; ASHA and
 * Hyperband take any of them, and core turns any of them into a {@link Searcher} that runs each trial to its end.
 *
 * The rules are the searcher's: `sample` changes nothing, randomness comes from the offer, the whole history is told again
 * after a restart, and only `sample`, `describe` and `close` may answer with a promise.
 */
export interface ConfigurationSampler {
  /** Which configuration should the next new trial have? */
  sample(offer: Offer): MaybePromise<Sample>;
  /** A trial was created, by this sampler's own answer (`trial.origin` is `searcher`) or from elsewhere. */
  started?(trial: TrialView): void;
  /** A running trial reported. */
  reported?(trial: TrialView, report: ObservedReport): void;
  /** A trial left the running state. */
  ended?(trial: TrialView, outcome: TrialOutcome): void;
  /** Where the sampler stands, for people; changes nothing. */
  describe?(): MaybePromise<Pick<SearcherDescription, 'model' | 'notes'>>;
  /** Called once at the end of a session. */
  close?(): MaybePromise<void>;
}
