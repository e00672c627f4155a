import type { Decision } from '../domain/decision.ts';
import { isPromise, type MaybePromise } from '../domain/json.ts';
import type { ObservedReport } from '../domain/report.ts';
import type { SearchSpace } from '../domain/search-space.ts';
import type { Suggestion } from '../domain/suggestion.ts';
import type { TrialId } from '../domain/trial.ts';
import { type FettleError, messageOf } from '../errors.ts';
import type { PlanHorizon, SearcherDescription, SearcherPlan, TrialStanding } from '../ports/searcher-description.ts';
import type { Offer, Searcher, TrialOutcome, TrialView } from '../ports/searcher.ts';
import { pluginError } from './plugin-error.ts';

/**
 * Stands between the engine and a searcher, so that searchers may be naive: checks every answer against the contract and
 * puts the plugin's name on every error. What the searcher throws keeps its code if it is a `FettleError`; anything else, and an
 * answer that breaks the contract, is `plugin-misbehaved`.
 */
export class SearcherGuard {
  readonly #searcher: Searcher;
  readonly #who: string;
  readonly #space: SearchSpace;

  /**
   * @param searcher the plugin
   * @param name its name, for messages
   * @param space where its configurations must lie
   */
  constructor(searcher: Searcher, name: string, space: SearchSpace) {
    this.#searcher = searcher;
    this.#who = `searcher '${name}'`;
    this.#space = space;
  }

  /** @throws FettleError `plugin-misbehaved` when the answer breaks the contract */
  ask(offer: Offer): MaybePromise<Suggestion> {
    const answer = this.#call('ask', () => this.#searcher.ask(offer));
    if (!isPromise(answer)) return this.#checkSuggestion(answer, offer);
    return this.#settle('ask', answer).then((suggestion) => this.#checkSuggestion(suggestion, offer));
  }

  /** Passes on that a trial was created. */
  started(trial: TrialView): void {
    if (this.#searcher.started !== undefined) this.#call('started', () => this.#searcher.started?.(trial));
  }

  /** Passes on that a paused trial was queued again. */
  resumed(trial: TrialView): void {
    if (this.#searcher.resumed !== undefined) this.#call('resumed', () => this.#searcher.resumed?.(trial));
  }

  /** @throws FettleError `plugin-misbehaved` when the answer is no decision */
  report(trial: TrialView, report: ObservedReport, recorded?: Decision): MaybePromise<Decision> {
    const answer = this.#call('report', () => this.#searcher.report(trial, report, recorded));
    if (!isPromise(answer)) return this.#checkDecision(answer);
    return this.#settle('report', answer).then((decision) => this.#checkDecision(decision));
  }

  /** Passes on how a trial left the running state. */
  ended(trial: TrialView, outcome: TrialOutcome): void {
    if (this.#searcher.ended !== undefined) this.#call('ended', () => this.#searcher.ended?.(trial, outcome));
  }

  /** Where the searcher stands; only notes, and none, if it does not say. @throws FettleError `plugin-misbehaved` */
  async describe(): Promise<SearcherDescription> {
    const answer = this.#call('describe', () => this.#searcher.describe?.());
    return (await (isPromise(answer) ? this.#settle('describe', answer) : answer)) ?? { notes: [] };
  }

  /** What a fresh searcher expects to happen, if it says so. @throws FettleError `plugin-misbehaved` */
  plan(horizon: PlanHorizon): SearcherPlan | undefined {
    return this.#call('plan', () => this.#searcher.plan?.(horizon));
  }

  /** How a trial stands at the rungs, if the searcher says so. @throws FettleError `plugin-misbehaved` */
  standing(trial: TrialId): TrialStanding | undefined {
    return this.#call('standing', () => this.#searcher.standing?.(trial));
  }

  /** Closes the searcher. */
  async close(): Promise<void> {
    const answer = this.#call('close', () => this.#searcher.close?.());
    if (isPromise(answer)) await this.#settle('close', answer);
  }

  #call<T>(method: string, call: () => T): T {
    try {
      return call();
    } catch (thrown) {
      throw this.#error(`threw from ${method}(): ${messageOf(thrown)}`, thrown);
    }
  }

  #settle<T>(method: string, promise: Promise<T>): Promise<T> {
    return promise.catch((thrown: unknown) => {
      throw this.#error(`rejected the promise of ${method}(): ${messageOf(thrown)}`, thrown);
    });
  }

  #error(what: string, cause?: unknown): FettleError {
    return pluginError(this.#who, what, cause);
  }

  #checkSuggestion(suggestion: Suggestion, offer: Offer): Suggestion {
    switch (suggestion?.kind) {
      case 'wait':
      case 'exhausted':
        return suggestion;
      case 'resume':
        if (!offer.paused.has(suggestion.trial)) {
          throw this.#error(`wants to resume trial ${suggestion.trial}, which is not paused`);
        }
        this.#checkUntil(suggestion.until);
        return suggestion;
      case 'stop':
        if (!offer.paused.has(suggestion.trial)) {
          throw this.#error(`wants to stop trial ${suggestion.trial}, which is not paused`);
        }
        return suggestion;
      case 'fork':
        if (!(Number.isInteger(suggestion.from) && suggestion.from >= 1 && suggestion.from < offer.trial)) {
          throw this.#error(`wants to fork trial ${suggestion.from}, which does not exist`);
        }
        break;
      case 'start':
        break;
      default:
        throw this.#error(`answered ask() with ${show(suggestion)}, which is not a suggestion`);
    }
    this.#checkUntil(suggestion.until);
    const issues = this.#space.issues(suggestion.configuration);
    if (issues.length > 0) {
      throw this.#error(`suggested a configuration outside the search space (${issues.join('; ')})`);
    }
    return suggestion;
  }

  #checkUntil(until: number | undefined): void {
    if (until !== undefined && !(Number.isFinite(until) && until > 0)) {
      throw this.#error(`suggested to run until resource ${until}, which is not a positive number`);
    }
  }

  #checkDecision(decision: Decision): Decision {
    const kind: unknown = decision?.kind;
    if (kind === 'continue' || kind === 'pause' || kind === 'stop') return decision;
    throw this.#error(`answered report() with ${show(decision)}, which is not a decision`);
  }
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}
