import type { StudyEvent } from '@fettle/core';

/** What happened to a trial, as one line for people, and why if a reason is kept with it. */
export interface EventLine {
  readonly text: string;
  readonly reason?: string | undefined;
}

/** The line of an event in a trial's history; `undefined` for one that changes nothing a person would ask about. */
export function describeEvent(event: StudyEvent): EventLine | undefined {
  switch (event.type) {
    case 'trial:created': {
      const { until, origin, reason, forkedFrom, repeatOf } = event.body;
      const from = forkedFrom === undefined ? '' : `, from the checkpoint of trial ${forkedFrom}`;
      const repeat = repeatOf === undefined ? '' : `, as a repetition of trial ${repeatOf}`;
      const goal = until === undefined ? '' : `, to run to ${until}`;
      return { text: `created by ${ORIGINS[origin]}${from}${repeat}${goal}`, reason };
    }
    case 'trial:resumed': {
      const { until, reason } = event.body;
      return { text: until === undefined ? 'resumed' : `resumed, to run to ${until}`, reason };
    }
    case 'attempt:launching': {
      const { attempt, resumeFrom } = event.body;
      return { text: `attempt ${attempt} launched${resumeFrom > 0 ? `, from resource ${resumeFrom}` : ''}` };
    }
    case 'attempt:unreachable':
      return { text: `attempt ${event.body.attempt} does not answer`, reason: event.body.message };
    case 'attempt:stopping':
      return { text: `attempt ${event.body.attempt} asked to stop (${event.body.cause})`, reason: event.body.reason };
    case 'trial:reported': {
      const { decision, resource } = event.body;
      if (decision.kind === 'continue' && decision.reason === undefined) return undefined;
      return { text: `report at ${resource}: ${decision.kind}`, reason: decision.reason };
    }
    case 'attempt:ended': {
      const { attempt, end } = event.body;
      if (end.kind === 'failed') return { text: `attempt ${attempt} failed (${end.failure})`, reason: end.message };
      if (end.kind === 'evicted') return { text: `attempt ${attempt} was evicted`, reason: end.message };
      return { text: `attempt ${attempt} ${end.kind}` };
    }
    case 'trial:requeued':
      return { text: event.body.retry === undefined ? 'queued again' : 'queued again as a retry', reason: event.body.reason };
    case 'trial:paused':
      return { text: 'paused', reason: event.body.reason };
    case 'trial:stopped':
      return { text: 'stopped', reason: event.body.reason };
    case 'trial:completed':
      return { text: 'completed' };
    case 'trial:failed':
      return { text: `failed (${event.body.failure})`, reason: event.body.message };
    case 'study:created':
    case 'study:opened':
    case 'study:closed':
    case 'attempt:started':
    case 'checkpoints:deleted':
      return undefined;
  }
}

const ORIGINS = {
  searcher: 'the searcher',
  first: "the study's list of configurations to try first",
  user: 'a person',
} as const;
