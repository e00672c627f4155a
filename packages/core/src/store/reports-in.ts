import type { StudyEvent } from '../domain/event.ts';
import type { Report } from '../domain/report.ts';

/** The reports among a trial's events, in the order of their resource. */
export function reportsIn(events: readonly StudyEvent[]): Report[] {
  const reports: Report[] = [];
  for (const { type, body } of events) {
    if (type === 'trial:reported') reports.push({ resource: body.resource, metrics: body.metrics });
  }
  return reports.sort((a, b) => a.resource - b.resource);
}
