import type { StudyEvent, StudySummary, TrialRecord } from '@fettle/core';
import { formatDuration } from '../text/duration.ts';
import { assignments } from '../text/assignments.ts';
import { totalTrials } from '../text/counts.ts';
import { formatNumber } from '../text/number.ts';
import { oneLine } from '../text/one-line.ts';
import type { Style } from '../text/style.ts';

/** What the makers of news may look up. */
export interface NewsContext {
  /** Name of the objective's metric. */
  readonly metric: string;
  trial(id: number): TrialRecord | undefined;
  best(): TrialRecord | undefined;
  summary(): StudySummary;
}

/** Something that a person who watches wants to know. */
export interface NewsText {
  readonly text: string;
  readonly style: Style;
  /** Whether the live view shows it elsewhere already. */
  readonly plainOnly?: boolean;
}

/** Turns events into news; most events are none. */
export class NewsDesk {
  readonly #context: NewsContext;
  #best: number | undefined;

  constructor(context: NewsContext) {
    this.#context = context;
    this.#best = context.best()?.id;
  }

  /** The news in an event, if there is any. */
  of(event: StudyEvent): NewsText | undefined {
    switch (event.type) {
      case 'study:opened': {
        const { counts } = this.#context.summary();
        const before = totalTrials(counts);
        const text =
          before === 0 ? 'the study begins' : `session ${event.body.session}: going on after ${before} trials`;
        return { text, style: 'none' };
      }
      case 'trial:created': {
        const { trial, configuration } = event.body;
        return {
          text: `trial ${trial} starts: ${assignments(configuration).join(' ')}`,
          style: 'dim',
          plainOnly: true,
        };
      }
      case 'trial:completed':
        return this.#ended(event.body.trial, 'completed');
      case 'trial:paused':
        return this.#ended(event.body.trial, 'paused');
      case 'trial:stopped':
        return this.#ended(event.body.trial, `stopped, ${event.body.reason}`);
      case 'trial:resumed': {
        const { trial, until } = event.body;
        return {
          text: `trial ${trial} goes on${until === undefined ? '' : ` to ${formatNumber(until)}`}`,
          style: 'none',
        };
      }
      case 'trial:failed':
        return {
          text: `trial ${event.body.trial} failed (${event.body.failure}): ${oneLine(event.body.message)}`,
          style: 'red',
        };
      case 'trial:requeued':
        return {
          text: `trial ${event.body.trial} is queued again: ${oneLine(event.body.reason)}`,
          style: event.body.retry === undefined ? 'none' : 'yellow',
        };
      case 'attempt:unreachable':
        return { text: `trial ${event.body.trial} does not answer: ${oneLine(event.body.message)}`, style: 'yellow' };
      case 'attempt:stopping': {
        const { trial, cause, reason } = event.body;
        return cause === 'timeout' || cause === 'non-finite'
          ? { text: `trial ${trial} is stopped: ${reason}`, style: 'yellow' }
          : undefined;
      }
      case 'attempt:ended':
      case 'attempt:launching':
      case 'attempt:started':
      case 'checkpoints:deleted':
      case 'study:closed':
      case 'study:created':
      case 'trial:reported':
        return undefined;
    }
  }

  #ended(id: number, how: string): NewsText {
    const trial = this.#context.trial(id);
    const level = trial === undefined || trial.resource <= 1 ? '' : ` at ${formatNumber(trial.resource)}`;
    const value = trial?.value === undefined ? '' : `: ${this.#context.metric} ${formatNumber(trial.value)}${level}`;
    const time = trial === undefined ? '' : `, ${formatDuration(trial.runtime)}`;
    const best = this.#context.best()?.id;
    const isBest = best === id && best !== this.#best;
    this.#best = best;
    return isBest
      ? { text: `trial ${id} ${how}${value}${time}  best so far`, style: 'green' }
      : { text: `trial ${id} ${how}${value}${time}`, style: 'none' };
  }
}
