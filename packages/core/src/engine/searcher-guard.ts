import type { Decision } from '../domain/decision.ts';
import { isPromise, type MaybePromise } from '../domain/json.ts';
import type { ObservedReport } from '../domain/report.ts';
import type { SearchSpace } from '../domain/search-space.ts';
import { shownValue } from '../domain/shown-value.ts';
import type { Suggestion } from '../domain/suggestion.ts';
import type { TrialId } from '../domain/trial.ts';
import { GuardedCalls } from '../guarded-calls.ts';
import type { PlanHorizon, SearcherDescription, SearcherPlan, TrialStanding } from '../ports/searcher-description.ts';
import type { Offer, Searcher, TrialOutcome, TrialView } from '../ports/searcher.ts';

/** Characters of a wrong answer that are shown. */
const MOST_SHOWN = 200;

/**
 * Stands between the engine and a searcher, so that searchers may be naive: checks every answer against the contract and
 * puts the plugin's name on every error. What the searcher throws keeps its code if it is a `FettleError`; anything else, and an
 * answer that breaks the contract, is `plugin-misbehaved`.
 */
export class SearcherGuard {
  readonly #searcher: Searcher;
  readonly #calls: GuardedCalls;
  readonly #space: SearchSpace;

  /**
   * @param searcher the plugin
   * @param name its name, for messages
   * @param space where its configurations must lie
   */
  constructor(searcher: Searcher, name: string, space: SearchSpace) {
    this.#searcher = searcher;
    this.#calls = new GuardedCalls(`searcher '${name}'`);
    this.#space = space;
  }

  /** @throws FettleError `plugin-misbehaved` when the answer breaks the contract */
  ask(offer: Offer): MaybePromise<Suggestion> {
    const answer = this.#calls.call('ask', () => this.#searcher.ask(offer));
    if (!isPromise(answer)) return this.#checkSuggestion(answer, offer);
    return this.#calls.settle('ask', answer).then((suggestion) => this.#checkSuggestion(suggestion, offer));
  }

  /** Passes on that a trial was created. @throws FettleError `plugin-misbehaved` */
  started(trial: TrialView): void {
    if (this.#searcher.started !== undefined) this.#calls.tell('started', () => this.#searcher.started?.(trial));
  }

  /** Passes on that a paused trial was queued again. @throws FettleError `plugin-misbehaved` */
  resumed(trial: TrialView): void {
    if (this.#searcher.resumed !== undefined) this.#calls.tell('resumed', () => this.#searcher.resumed?.(trial));
  }

  /** @throws FettleError `plugin-misbehaved` when the answer is no decision */
  report(trial: TrialView, report: ObservedReport, recorded?: Decision): MaybePromise<Decision> {
    const answer = this.#calls.call('report', () => this.#searcher.report(trial, report, recorded));
    if (!isPromise(answer)) return this.#checkDecision(answer);
    return this.#calls.settle('report', answer).then((decision) => this.#checkDecision(decision));
  }

  /** Passes on how a trial left the running state. @throws FettleError `plugin-misbehaved` */
  ended(trial: TrialView, outcome: TrialOutcome): void {
    if (this.#searcher.ended !== undefined) this.#calls.tell('ended', () => this.#searcher.ended?.(trial, outcome));
  }

  /** Whether it ever says where it stands, or how a trial does: only then has it an answer that depends on the history. */
  get answersQuestions(): boolean {
    return this.#searcher.describe !== undefined || this.#searcher.standing !== undefined;
  }

  /** Where the searcher stands; only notes, and none, if it does not say. @throws FettleError `plugin-misbehaved` */
  async describe(): Promise<SearcherDescription> {
    const answer = this.#calls.call('describe', () => this.#searcher.describe?.());
    return (await (isPromise(answer) ? this.#calls.settle('describe', answer) : answer)) ?? { notes: [] };
  }

  /** What a fresh searcher expects to happen, if it says so. @throws FettleError `plugin-misbehaved` */
  plan(horizon: PlanHorizon): SearcherPlan | undefined {
    return this.#calls.call('plan', () => this.#searcher.plan?.(horizon));
  }

  /** How a trial stands at the rungs, if the searcher says so. @throws FettleError `plugin-misbehaved` */
  standing(trial: TrialId): TrialStanding | undefined {
    return this.#calls.call('standing', () => this.#searcher.standing?.(trial));
  }

  /** Closes the searcher. */
  async close(): Promise<void> {
    const answer = this.#calls.call('close', () => this.#searcher.close?.());
    if (isPromise(answer)) await this.#calls.settle('close', answer);
  }

  #checkSuggestion(suggestion: Suggestion, offer: Offer): Suggestion {
    this.#checkMeaning(suggestion, offer);
    if (typeof suggestion.reason === 'string' && suggestion.reason !== '') return suggestion;
    throw this.#calls.error(`answered ask() with ${shownValue(suggestion, MOST_SHOWN)}, which gives no reason`);
  }

  #checkMeaning(suggestion: Suggestion, offer: Offer): void {
    switch (suggestion?.kind) {
      case 'wait':
      case 'exhausted':
        return;
      case 'resume':
        if (!offer.paused.has(suggestion.trial)) {
          throw this.#calls.error(`wants to resume trial ${suggestion.trial}, which is not paused`);
        }
        this.#checkUntil(suggestion.until);
        return;
      case 'stop':
        if (!offer.paused.has(suggestion.trial)) {
          throw this.#calls.error(`wants to stop trial ${suggestion.trial}, which is not paused`);
        }
        return;
      case 'fork':
        if (!(Number.isInteger(suggestion.from) && suggestion.from >= 1 && suggestion.from < offer.trial)) {
          throw this.#calls.error(`wants to fork trial ${suggestion.from}, which does not exist`);
        }
        break;
      case 'start':
        break;
      default:
        throw this.#calls.error(
          `answered ask() with ${shownValue(suggestion, MOST_SHOWN)}, which is not a suggestion: expected { kind: 'start', configuration, reason }, or resume, fork, stop, wait or exhausted`,
        );
    }
    this.#checkUntil(suggestion.until);
    if (typeof suggestion.configuration !== 'object' || suggestion.configuration === null) {
      throw this.#calls.error(`answered ask() with ${shownValue(suggestion, MOST_SHOWN)}, which has no configuration`);
    }
    const issues = this.#space.issues(suggestion.configuration);
    if (issues.length > 0) {
      throw this.#calls.error(`suggested a configuration outside the search space (${issues.join('; ')})`);
    }
  }

  #checkUntil(until: number | undefined): void {
    if (until !== undefined && !(Number.isFinite(until) && until > 0)) {
      throw this.#calls.error(`suggested to run until resource ${until}, which is not a positive number`);
    }
  }

  #checkDecision(decision: Decision): Decision {
    const { kind, reason } = Object(decision) as { readonly kind?: unknown; readonly reason?: unknown };
    if (kind === 'continue') return decision;
    if (kind !== 'pause' && kind !== 'stop') {
      throw this.#calls.error(
        `answered report() with ${shownValue(decision, MOST_SHOWN)}, which is not a decision: expected { kind: 'continue' }, or pause or stop with a reason`,
      );
    }
    if (typeof reason === 'string' && reason !== '') return decision;
    throw this.#calls.error(`answered report() with ${shownValue(decision, MOST_SHOWN)}, which gives no reason`);
  }
}
