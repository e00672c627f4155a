import type {
  Decision,
  MaybePromise,
  ObservedReport,
  Offer,
  Searcher,
  SearcherContext,
  SearcherDescription,
  Suggestion,
  TrialOutcome,
  TrialView,
} from '@fettle/core';
import { canonicalAnswer } from './canonical-answer.ts';
import type { Conversation } from './conversation.ts';
import { openConversation } from './open-conversation.ts';
import type { CheckedProcessOptions } from './process-options.ts';
import type { Watcher } from './program-life.ts';
import { decisionAnswer, type Ready, sampleAnswer, suggestionAnswer } from './program-messages.ts';
import { decidedReportOf, endedOf, reportOf, resumedOf, seedOf, startedOf } from './study-messages.ts';

const GO_ON: Decision = { kind: 'continue' };

/** A program as a searcher. A program that is a sampler runs each trial to its end. */
export class ProcessSearcher implements Searcher {
  readonly #conversation: Conversation;
  readonly #context: SearcherContext;

  /** @throws FettleError `program-missing` when there is no such program */
  constructor(options: CheckedProcessOptions, context: SearcherContext, watcher?: Watcher) {
    this.#context = context;
    this.#conversation = openConversation(options, context, 'searcher', watcher);
  }

  async ask(offer: Offer): Promise<Suggestion> {
    const { trial, draw } = offer;
    const what = `the question for trial ${trial}`;
    const { role } = await this.#conversation.introduced();
    const schema = role === 'sampler' ? sampleAnswer : suggestionAnswer;
    const question = { type: 'ask', trial, draw, seed: seedOf(offer) };
    const { said, answer } = await this.#conversation.ask(question, schema, what);
    const { type: kind, id: _, ...rest } = said;
    const suggestion = { kind, ...rest } as Suggestion;
    if (suggestion.kind !== 'start' && suggestion.kind !== 'fork') return suggestion;
    return { ...suggestion, configuration: canonicalAnswer(this.#context.space, suggestion.configuration, answer) };
  }

  started(trial: TrialView): void {
    this.#conversation.tell(startedOf(trial));
  }

  resumed(trial: TrialView): void {
    this.#conversation.tell(resumedOf(trial));
  }

  report({ id }: TrialView, report: ObservedReport, recorded?: Decision): MaybePromise<Decision> {
    if (recorded !== undefined) {
      this.#conversation.tell(decidedReportOf(id, report, recorded.kind));
      return recorded;
    }
    const { ready } = this.#conversation;
    if (ready === undefined) return this.#conversation.introduced().then((known) => this.#decide(id, report, known));
    return this.#decide(id, report, ready);
  }

  ended({ id }: TrialView, outcome: TrialOutcome): void {
    this.#conversation.tell(endedOf(id, outcome));
  }

  describe(): SearcherDescription {
    return { notes: [this.#conversation.standing()] };
  }

  async close(): Promise<void> {
    await this.#conversation.close();
  }

  #decide(id: number, report: ObservedReport, { role }: Ready): MaybePromise<Decision> {
    if (role === 'sampler') {
      this.#conversation.tell(decidedReportOf(id, report, 'continue'));
      return GO_ON;
    }
    return this.#ask(id, report);
  }

  async #ask(id: number, report: ObservedReport): Promise<Decision> {
    const what = `the report of trial ${id} at ${report.resource}`;
    const { said } = await this.#conversation.ask(reportOf(id, report), decisionAnswer, what);
    this.#conversation.note(decidedReportOf(id, report, said.type));
    const { type: kind, reason } = said;
    return kind === 'continue' ? { kind, reason } : { kind, reason };
  }
}
