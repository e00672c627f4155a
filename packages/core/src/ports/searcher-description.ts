import type { ParameterValue } from '../domain/configuration.ts';
import type { MaybePromise } from '../domain/json.ts';
import type { TrialId } from '../domain/trial.ts';

/** Where a searcher stands, for people: what the live view, `fettle explain` and the report draw. Plain data. */
export interface SearcherDescription {
  /** Ladders of rungs, most aggressive first; absent for searchers that have none. */
  readonly brackets?: readonly BracketDescription[] | undefined;
  /** What a model-based sampler believes; absent for samplers without a model, and before there is one. */
  readonly model?: ModelDescription | undefined;
  /** Anything else that people should know, a sentence each. */
  readonly notes: readonly string[];
}

/** One ladder of rungs as it stands. */
export interface BracketDescription {
  /** Its name within the searcher: `0`, `1` … for the first rung's index, as in the papers. */
  readonly name: string;
  /** Lowest first. */
  readonly rungs: readonly RungDescription[];
}

/** One rung as it stands. */
export interface RungDescription {
  /** Resource level at which trials are compared. */
  readonly resource: number;
  /** Trials that have a result here; failed and non-finite ones count. */
  readonly results: number;
  /** Of these, how many were allowed to go on to the next rung. */
  readonly promoted: number;
  /** Trials that are on their way to this rung now. */
  readonly underway: number;
  /** The best value here, normalised (less is better). */
  readonly best?: number | undefined;
  /** The worst value that would be promoted now, normalised; absent while nothing would be. */
  readonly cut?: number | undefined;
}

/** How one trial did at the rungs it reached. */
export interface TrialStanding {
  readonly rungs: readonly RungStanding[];
  /** Anything else about the trial, a sentence each. */
  readonly notes: readonly string[];
}

/** One trial's result at one rung. */
export interface RungStanding {
  readonly bracket: string;
  /** Resource level of the rung. */
  readonly resource: number;
  /** The trial's value here, normalised; `+Infinity` if it failed or was not finite. */
  readonly value: number;
  /** Its place among the results here now, 1 is the best; and their number. */
  readonly rank: number;
  readonly of: number;
  /** How many of the results here may go on now. */
  readonly quota: number;
  readonly state: 'promoted' | 'waiting' | 'stopped' | 'top';
}

/** What a searcher expects to do, before anything has run: what `fettle plan` prints. */
export interface SearcherPlan {
  readonly brackets: readonly BracketPlan[];
  /** New trials that are expected in all. */
  readonly trials: number;
  /** Resource that is expected in all, in the unit of the objective's resource; resumed trials do not pay twice. */
  readonly resource: number;
  /** Checkpoints that may be kept at the same time. */
  readonly checkpoints: number;
  /** Anything else that people should know, a sentence each. */
  readonly notes: readonly string[];
}

/** One ladder as it is planned. */
export interface BracketPlan {
  readonly name: string;
  /** Share of the new trials that begin here, 0 to 1. */
  readonly share: number;
  /** Lowest first, each with the trials expected to reach it. */
  readonly rungs: readonly { readonly resource: number; readonly trials: number }[];
}

/** For how many trials and how much resource to plan, as far as the study's budget says. */
export interface PlanHorizon {
  readonly trials?: number | undefined;
  /** In the unit of the objective's resource. */
  readonly resource?: number | undefined;
  /** Attempts that run at the same time. */
  readonly workers: number;
}

/** What a model believes about the objective. */
export interface ModelDescription {
  /** Which model, for people: `Gaussian process, Matérn 5/2`. */
  readonly name: string;
  /** Observations it was fitted to. */
  readonly observations: number;
  readonly parameters: readonly ParameterDescription[];
}

/** What a model believes about one parameter. */
export interface ParameterDescription {
  readonly name: string;
  /** How much of the objective's variation the parameter explains by the model's length-scales, 0 to 1; all add up to 1. */
  readonly importance: number;
  /** The model along this parameter through the best configuration so far, in the parameter's order. Values are the user's. */
  readonly slice: readonly {
    readonly value: ParameterValue;
    /** The prediction and a lower and upper bound (95 %), in the objective's own unit and sign. */
    readonly mean: number;
    readonly lower: number;
    readonly upper: number;
  }[];
}

/**
 * A searcher's optional answers to people's questions. They change nothing, and may be asked for at any time, also while the
 * promise of another call is pending: the answer is then how things stand so far.
 */
export interface SelfDescribing {
  /** Where the searcher stands. Asked again and again while people watch: do what is costly in a thread. */
  describe?(): MaybePromise<SearcherDescription>;
  /** What is expected to happen; asked of a fresh searcher. */
  plan?(horizon: PlanHorizon): SearcherPlan;
  /** How a trial stands at the rungs; undefined if the searcher does not know the trial. */
  standing?(trial: TrialId): TrialStanding | undefined;
}
