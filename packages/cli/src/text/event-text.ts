import type { AttemptEnd, Metrics, StudyEvent } from '@fettle/core';
import { formatDuration } from './duration.ts';
import { assignments } from './assignments.ts';
import { formatNumber } from './number.ts';

/** What happened, and why: one sentence for a person, and the reason if the event has one. */
export interface EventText {
  readonly what: string;
  readonly why?: string | undefined;
}

/**
 * An event of a journal in words.
 * @param options `values: false` leaves the configuration of a created trial out, where it is shown beside
 */
export function eventText(
  event: StudyEvent,
  { values: withValues = true }: { readonly values?: boolean } = {},
): EventText {
  switch (event.type) {
    case 'study:created':
      return { what: `the study '${event.body.definition.name}' was created with fettle ${event.body.version}` };
    case 'study:opened':
      return { what: `session ${event.body.session} began, driver ${event.body.driver}` };
    case 'study:closed':
      return { what: `the session ended: ${event.body.status}`, why: event.body.reason };
    case 'trial:created': {
      const { trial, until, forkedFrom, repeatOf, draw, reason, configuration } = event.body;
      const extras = [
        ...(until === undefined ? [] : [`to run to ${formatNumber(until)}`]),
        ...(forkedFrom === undefined ? [] : [`from the checkpoint of trial ${forkedFrom}`]),
        ...(repeatOf === undefined ? [] : [`a repetition of trial ${repeatOf}`]),
        ...(draw === 0 ? [] : [`after ${draw} refused ${draw === 1 ? 'duplicate' : 'duplicates'}`]),
      ];
      const values = withValues ? ` (${assignments(configuration).join(', ')})` : '';
      const created = `trial ${trial} was created${values}`;
      return { what: [created, ...extras].join(', '), why: reason };
    }
    case 'trial:resumed': {
      const { trial, until, reason } = event.body;
      return {
        what: `trial ${trial} was resumed${until === undefined ? '' : `, to run to ${formatNumber(until)}`}`,
        why: reason,
      };
    }
    case 'attempt:launching': {
      const { trial, attempt, resumeFrom } = event.body;
      return {
        what: `attempt ${trial}.${attempt} was launched${resumeFrom > 0 ? `, going on from ${formatNumber(resumeFrom)}` : ''}`,
      };
    }
    case 'attempt:started':
      return { what: `attempt ${event.body.trial}.${event.body.attempt} started` };
    case 'attempt:unreachable':
      return { what: `attempt ${event.body.trial}.${event.body.attempt} does not answer`, why: event.body.message };
    case 'attempt:stopping': {
      const { trial, attempt, cause, reason } = event.body;
      return { what: `attempt ${trial}.${attempt} was asked to stop (${cause})`, why: reason };
    }
    case 'trial:reported': {
      const { trial, resource, metrics, decision } = event.body;
      return {
        what: `trial ${trial} reported ${metricsText(metrics)} at ${formatNumber(resource)}: ${decision.kind}`,
        why: decision.reason,
      };
    }
    case 'attempt:ended': {
      const { trial, attempt, end, runtime } = event.body;
      return { what: `attempt ${trial}.${attempt} ended after ${formatDuration(runtime)}: ${endText(end)}` };
    }
    case 'trial:requeued': {
      const { trial, retry, reason } = event.body;
      return {
        what: `trial ${trial} was queued again${retry === undefined ? '' : ` (retry after ${retry})`}`,
        why: reason,
      };
    }
    case 'trial:paused':
      return { what: `trial ${event.body.trial} was paused`, why: event.body.reason };
    case 'trial:completed':
      return { what: `trial ${event.body.trial} was completed` };
    case 'trial:stopped':
      return { what: `trial ${event.body.trial} was stopped`, why: event.body.reason };
    case 'trial:failed':
      return { what: `trial ${event.body.trial} failed: ${event.body.failure}`, why: event.body.message };
    case 'checkpoints:deleted':
      return { what: `the checkpoints of ${event.body.trials.length} trials were deleted` };
  }
}

/** How an attempt ended, in words. */
function endText(end: AttemptEnd): string {
  switch (end.kind) {
    case 'finished':
    case 'checkpointed':
      return end.kind;
    case 'evicted':
      return `evicted, ${end.message}`;
    case 'failed':
      return `${end.failure}, ${end.message}`;
  }
}

function metricsText(metrics: Metrics): string {
  return Object.entries(metrics)
    .map(([name, value]) => `${name}=${formatNumber(value)}`)
    .join(' ');
}
