import type {
  ConfigurationSampler,
  ObservedReport,
  Offer,
  Sample,
  SearcherContext,
  SearcherDescription,
  TrialOutcome,
  TrialView,
} from '@fettle/core';
import { canonicalAnswer } from './canonical-answer.ts';
import type { Conversation } from './conversation.ts';
import { openConversation } from './open-conversation.ts';
import type { CheckedProcessOptions } from './process-options.ts';
import type { Watcher } from './program-life.ts';
import { sampleAnswer } from './program-messages.ts';
import { decidedReportOf, endedOf, seedOf, startedOf } from './study-messages.ts';

/** A program as the sampler inside another searcher, such as ASHA. */
export class ProcessSampler implements ConfigurationSampler {
  readonly #conversation: Conversation;
  readonly #context: SearcherContext;

  /** @throws FettleError `program-missing` when there is no such program */
  constructor(options: CheckedProcessOptions, context: SearcherContext, watcher?: Watcher) {
    this.#context = context;
    this.#conversation = openConversation(options, context, 'sampler', watcher);
  }

  async sample(offer: Offer): Promise<Sample> {
    const { trial, draw } = offer;
    const what = `the question for trial ${trial}`;
    const question = { type: 'ask', trial, draw, seed: seedOf(offer) };
    const { said, answer } = await this.#conversation.ask(question, sampleAnswer, what);
    const { reason } = said;
    if (said.type === 'exhausted') return { kind: 'exhausted', reason };
    const configuration = canonicalAnswer(this.#context.space, said.configuration, answer);
    return { kind: 'configuration', configuration, reason, details: said.details };
  }

  started(trial: TrialView): void {
    this.#conversation.tell(startedOf(trial));
  }

  /** The searcher around it decides, and says nothing of that: to a sampler, a trial that reports goes on. */
  reported({ id }: TrialView, report: ObservedReport): void {
    this.#conversation.tell(decidedReportOf(id, report, 'continue'));
  }

  ended({ id }: TrialView, outcome: TrialOutcome): void {
    this.#conversation.tell(endedOf(id, outcome));
  }

  describe(): Pick<SearcherDescription, 'notes'> {
    return { notes: [this.#conversation.standing()] };
  }

  async close(): Promise<void> {
    await this.#conversation.close();
  }
}
