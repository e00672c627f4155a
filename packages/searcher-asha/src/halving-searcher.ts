import {
  isPromise,
  type ConfigurationSampler,
  type Decision,
  type MaybePromise,
  type ObservedReport,
  type Offer,
  type PlanHorizon,
  type Sample,
  type Searcher,
  type SearcherDescription,
  type SearcherPlan,
  type Suggestion,
  type TrialId,
  type TrialOutcome,
  type TrialStanding,
  type TrialView,
} from '@fettle/core';
import type { Allocation } from './allocation.ts';
import type { Bracket, Promotion } from './bracket.ts';
import { placeReason } from './reasons.ts';

/** What a searcher of the family is made of. */
export interface HalvingParts {
  /** Says which configuration a new trial gets. */
  readonly sampler: ConfigurationSampler;
  /** Says in which bracket it begins. */
  readonly allocation: Allocation;
  /**
   * `promotion`: a trial pauses at each rung, and is resumed once it is among the best there. `stopping`: a trial runs on
   * unless it is not among the best at a rung, and is over then.
   */
  readonly variant: 'promotion' | 'stopping';
  /** Which value counts at a rung: the one `reported` first at or beyond it, or the `best` of the trial so far. */
  readonly rungValue: 'reported' | 'best';
  /** What people should know of how it was set up. */
  readonly notes: readonly string[];
  /** What is expected of it. */
  readonly plan: (horizon: PlanHorizon) => SearcherPlan;
}

const GO_ON: Decision = { kind: 'continue' };

/**
 * Successive halving on one bracket or several. A free place takes the best trial that may be promoted, to the highest rung
 * first; if there is none, a new trial begins (Li et al., A System for Massively Parallel Hyperparameter Tuning, MLSys
 * 2020, Algorithm 2). Who may be promoted is the bracket's business: at once, or when its rung has filled.
 */
export class HalvingSearcher implements Searcher {
  readonly #parts: HalvingParts;
  /** The bracket of each trial. */
  readonly #homes = new Map<TrialId, Bracket>();
  /** Trials that were asked to pause or to stop and are still running, with what they were told. */
  readonly #halting = new Map<TrialId, Decision>();
  /** The best value of each trial, where that is what counts. */
  readonly #best = new Map<TrialId, number>();
  /** Where trials run on, the best of all so far does, however few there are: there is nobody to wait for. */
  readonly #least: number;

  constructor(parts: HalvingParts) {
    this.#parts = parts;
    this.#least = parts.variant === 'stopping' ? 1 : 0;
  }

  ask(offer: Offer): MaybePromise<Suggestion> {
    const { allocation, sampler } = this.#parts;
    const old = this.#oldTrial(offer);
    if (old !== undefined) return old;
    const bracket = allocation.choose(offer.trial);
    if (bracket === undefined) return this.#nothingNew(offer, 'every trial has been started');
    const sample = sampler.sample(offer);
    return isPromise(sample)
      ? sample.then((answer) => this.#begin(answer, bracket, offer))
      : this.#begin(sample, bracket, offer);
  }

  started(trial: TrialView): void {
    const { allocation, sampler } = this.#parts;
    const bracket = allocation.enter(trial.id);
    this.#homes.set(trial.id, bracket);
    bracket.start(trial.id);
    sampler.started?.(trial);
  }

  resumed({ id }: TrialView): void {
    this.#homes.get(id)?.promote(id);
  }

  report(trial: TrialView, report: ObservedReport): Decision {
    const decision = this.#decide(trial.id, report);
    this.#parts.sampler.reported?.(trial, report);
    return decision;
  }

  ended(trial: TrialView, outcome: TrialOutcome): void {
    const { id } = trial;
    const bracket = this.#homes.get(id);
    this.#halting.delete(id);
    switch (outcome.state) {
      case 'paused':
        bracket?.pause(id);
        break;
      case 'stopped':
        bracket?.end(id);
        break;
      case 'completed':
        // It may have ended before the rung it was on its way to; then its last value is its result there, which is not what
        // the study takes for the trial's own where that is its best.
        bracket?.endWith(id, this.#resultOf(id, trial.value ?? outcome.value));
        break;
      case 'failed':
        // What is no configuration at all says nothing of the others. Any other failure stays in the count and loses.
        if (outcome.failure === 'invalid-configuration') bracket?.remove(id);
        else bracket?.endWith(id, Number.POSITIVE_INFINITY);
        break;
    }
    if (outcome.state !== 'paused') this.#best.delete(id);
    this.#parts.sampler.ended?.(trial, outcome);
  }

  async describe(): Promise<SearcherDescription> {
    const { allocation, sampler, notes } = this.#parts;
    const inner = await sampler.describe?.();
    return {
      brackets: allocation.brackets.map((bracket) => bracket.describe(this.#least)),
      model: inner?.model,
      notes: [
        ...notes,
        ...(allocation.notes ?? []),
        ...allocation.brackets.flatMap((bracket) => bracket.notes),
        ...(inner?.notes ?? []),
      ],
    };
  }

  plan(horizon: PlanHorizon): SearcherPlan {
    return this.#parts.plan(horizon);
  }

  standing(trial: TrialId): TrialStanding | undefined {
    return this.#homes.get(trial)?.standing(trial, this.#least);
  }

  close(): MaybePromise<void> {
    return this.#parts.sampler.close?.();
  }

  /**
   * What is to be done about a trial that waits; undefined if nothing is.
   * @param noMore no other trial will ever begin
   */
  #oldTrial({ paused }: Offer, noMore = false): Suggestion | undefined {
    for (const bracket of this.#parts.allocation.brackets) {
      const displaced = bracket.displaced(noMore);
      if (displaced !== undefined) return { kind: 'stop', ...displaced };
    }
    const promotion = this.#promotion(noMore);
    if (promotion === undefined) return undefined;
    // Its program may not have stopped where it should: to a level that it has passed there would be nothing to do.
    const reached = paused.get(promotion.trial)?.resource ?? 0;
    const next = this.#homes.get(promotion.trial)?.rungs.find(({ level }) => level > reached);
    return { kind: 'resume', ...promotion, until: next?.level ?? promotion.until };
  }

  /** The promotion to the highest level; of the first bracket among equals. */
  #promotion(noMore: boolean): Promotion | undefined {
    let best: Promotion | undefined;
    for (const bracket of this.#parts.allocation.promoting ?? this.#parts.allocation.brackets) {
      const promotion = bracket.promotion(noMore);
      if (promotion !== undefined && promotion.until > (best?.until ?? 0)) best = promotion;
    }
    return best;
  }

  #begin(sample: Sample, bracket: Bracket, offer: Offer): Suggestion {
    if (sample.kind === 'exhausted') {
      // Rungs that will never fill are judged as they are.
      return this.#oldTrial(offer, true) ?? this.#nothingNew(offer, sample.reason);
    }
    const { configuration, reason, details } = sample;
    const { level } = bracket.rungs[this.#parts.variant === 'promotion' ? 0 : bracket.top]!;
    const place = bracket.name === '0' ? '' : `; bracket ${bracket.name} begins at rung ${bracket.rungs[0]!.level}`;
    return { kind: 'start', configuration, until: level, reason: reason + place, details };
  }

  #nothingNew({ active }: Offer, why: string): Suggestion {
    if (active.size === 0) return { kind: 'exhausted', reason: why };
    // What runs may still push another trial into the best of its rung.
    const others = this.#parts.variant === 'promotion' ? '; results at the rungs may let others go on' : '';
    return { kind: 'wait', reason: why + others };
  }

  #decide(id: TrialId, { resource, value }: ObservedReport): Decision {
    const bracket = this.#homes.get(id);
    if (bracket === undefined) return GO_ON;
    const told = this.#halting.get(id);
    // The engine goes by the last answer, so it must stay the same until the trial has done as it was told.
    if (told !== undefined) return told;
    const top = bracket.rungs[bracket.top]!.level;
    if (bracket.hasFinished(id)) {
      return this.#halt(id, bracket, { kind: 'stop', reason: `it has gone beyond the top rung, ${top}` });
    }
    const reached = bracket.reach(id, resource, this.#resultOf(id, value));
    if (reached === undefined) return GO_ON;
    if (reached.rung === bracket.top) return { kind: 'continue', reason: `it has reached the top rung, ${top}` };
    const { level, size } = bracket.rungs[reached.rung]!;
    if (!Number.isFinite(bracket.rungs[reached.rung]!.valueOf(id))) {
      return this.#halt(id, bracket, {
        kind: 'stop',
        reason: `its value at rung ${level} is not a finite number`,
      });
    }
    if (this.#parts.variant === 'promotion') {
      const kind = bracket.isOut(reached) ? 'stop' : 'pause';
      return this.#halt(id, bracket, { kind, reason: bracket.reason(reached) });
    }
    const places = bracket.quota(reached.rung, this.#least);
    const reason = placeReason(reached.rank, size, places, level);
    if (reached.rank >= places) return this.#halt(id, bracket, { kind: 'stop', reason });
    bracket.pass(id);
    return { kind: 'continue', reason };
  }

  #halt(id: TrialId, bracket: Bracket, decision: Decision): Decision {
    bracket.halt(id, decision.kind === 'pause' ? 'pausing' : 'stopping');
    this.#halting.set(id, decision);
    return decision;
  }

  #resultOf(id: TrialId, value: number): number {
    if (this.#parts.rungValue === 'reported') return value;
    const best = Math.min(value, this.#best.get(id) ?? Number.POSITIVE_INFINITY);
    this.#best.set(id, best);
    return best;
  }
}
