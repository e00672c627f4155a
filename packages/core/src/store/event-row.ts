import type { MetricPosition, StudyEvent, StudyEvents } from '../domain/event.ts';
import type { Decision } from '../domain/decision.ts';
import type { Metrics } from '../domain/report.ts';
import { decode, encode } from './codec.ts';

/** An event as a row of the journal. */
export interface EventRow {
  readonly seq: number;
  readonly at: number;
  readonly type: string;
  /** The trial it is about, where it is about one. */
  readonly trial: number | null;
  readonly body: string;
}

/**
 * Body of a `trial:reported` event: attempt, resource, metrics, then the decision (0: to continue, without a reason) and
 * the position (0: none) where there is one. Reports are the bulk of a journal, and this is a third of their full text.
 */
type PackedReport = readonly [
  attempt: number,
  resource: number,
  metrics: Metrics,
  decision?: Decision | 0,
  position?: MetricPosition,
];

/** The trial that an event is about, if it is about one. */
export function trialOf(event: StudyEvent): number | undefined {
  return 'trial' in event.body ? event.body.trial : undefined;
}

/** The text under which an event's body is kept. */
export function encodeBody(event: StudyEvent): string {
  return encode(event.type === 'trial:reported' ? packReport(event.body) : event.body);
}

/** The event of a row. */
export function decodeEvent(row: EventRow): StudyEvent {
  const { seq, at, type, trial } = row;
  const body = decode(row.body);
  return {
    seq,
    at,
    type,
    body: type === 'trial:reported' ? unpackReport(trial ?? 0, body as PackedReport) : body,
  } as StudyEvent;
}

function packReport(body: StudyEvents['trial:reported']): PackedReport {
  const { attempt, resource, metrics, decision, position } = body;
  const plain = decision.kind === 'continue' && decision.reason === undefined;
  if (position !== undefined) return [attempt, resource, metrics, plain ? 0 : decision, position];
  return plain ? [attempt, resource, metrics] : [attempt, resource, metrics, decision];
}

function unpackReport(trial: number, packed: PackedReport): StudyEvents['trial:reported'] {
  const [attempt, resource, metrics, kept, position] = packed;
  const decision: Decision = kept === undefined || kept === 0 ? { kind: 'continue' } : kept;
  return position === undefined
    ? { trial, attempt, resource, metrics, decision }
    : { trial, attempt, resource, metrics, decision, position };
}
