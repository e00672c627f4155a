import type { SpaceLayout } from '../encoding/space-layout.ts';
import type { Rungs } from '../data/training-set.ts';
import type { Seed } from '../search/seeded-numbers.ts';

/** What an engine is made from: plain data, so that it can be sent to a thread. */
export interface EngineSetup {
  readonly layout: SpaceLayout;
  /** Points that are spread evenly over the unit cube, row after row. */
  readonly spread: Float64Array;
  /** Standard normal numbers for fantasies, spread evenly: rows of {@link EngineSetup.mostPending} numbers. */
  readonly fantasies: Float64Array;
  /** Pending points that a suggestion takes into account at most. */
  readonly mostPending: number;
  /** The variance of the observations' noise, in squared units of the objective, if it is not to be learned. */
  readonly noise: 'learned' | 'none' | number;
  /** Whether each parameter's axis gets a learned warp. */
  readonly inputWarp: boolean;
  readonly outputWarp: 'auto' | 'identity' | 'log' | 'yeo-johnson' | 'half-rank';
  /** How results at several levels of resource are learned from. */
  readonly rungs: Rungs;
  /** Whether a point may be proposed again. */
  readonly repeats: boolean;
  /** For each constrained metric its highest allowed value; those with a lowest allowed value come with their sign turned. */
  readonly limits: readonly number[];
  /** Whether the number after those of the constraints is the logarithm of a trial's cost, to be taken into account. */
  readonly cost: boolean;
  /** Milliseconds that a suggestion may take, on a machine of ordinary speed. */
  readonly latencyBudget: number;
}

/** What an engine hears, in order. */
export type Told =
  | { readonly kind: 'started'; readonly trial: number; readonly point: Float64Array }
  | {
      /** A result of a trial. Less is better; not finite: it failed. */
      readonly kind: 'observed';
      readonly trial: number;
      /** The resource at which it was taken; `Infinity` for a trial's own end. */
      readonly level: number;
      readonly value: number;
      /** The constrained metrics and the logarithm of the cost; NaN where they are not known. */
      readonly extras: readonly number[];
    };

/** A question for the next point. */
export interface Question {
  /** Trials whose results are pending. */
  readonly active: readonly number[];
  readonly seed: Seed;
}

/** What the model believes of a point; less is better. */
export interface Belief {
  /** The median of the prediction and its 95 % interval, in the objective's own unit. */
  readonly mean: number;
  readonly lower: number;
  readonly upper: number;
}

/** A point that the engine would try. */
export interface Proposal extends Belief {
  readonly point: Float64Array;
  /** How little is known of it: its standard deviation as a share of what it is far from all observations, 0 to 1. */
  readonly uncertainty: number;
  /** The acquisition function's value: log expected improvement in the model's units, or log deviation when exploring. */
  readonly acquisition: number;
}

/** The answer to a question. */
export interface Answer {
  /** Undefined if everything that was looked at had been tried before. */
  readonly proposal: Proposal | undefined;
  /** The best of the others that were found, not next to the proposal. */
  readonly alternative: Proposal | undefined;
  readonly aim: 'improve' | 'explore' | 'become feasible';
  /** What there is to improve on; undefined while nothing is feasible. */
  readonly incumbent: number | undefined;
  /** Observations that the model is conditioned on. */
  readonly observations: number;
  /** Observations that there were when its hyperparameters were fitted. */
  readonly fittedAt: number;
  /** Pending results that were taken into account. */
  readonly pending: number;
  /** The resource whose results the model learns from; `Infinity` for results at a trial's own end. */
  readonly level: number;
}

/** What the model believes, for people. */
export interface Summary {
  readonly observations: number;
  readonly lengthScales: readonly number[];
  /** For each dimension the coordinates of the slice through the best point, and what the model believes there. */
  readonly slices: readonly (readonly (Belief & { readonly coordinate: number })[])[];
}

/** An engine where it runs: in this thread or in another. */
export interface EngineHost {
  tell(told: readonly Told[]): void;
  ask(question: Question): Promise<Answer | undefined>;
  describe(): Promise<Summary | undefined>;
  close(): Promise<void>;
}
