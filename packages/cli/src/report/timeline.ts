import { packColumn } from './columns.ts';
import { ATTEMPT_KINDS, type TimelineData } from './report-data.ts';
import type { AttemptSpan } from './read-journal.ts';
import { spread } from './sampling.ts';

/** More attempts than this are thinned out evenly: on a screen they cover each other anyway. */
const MOST_ATTEMPTS = 50_000;

/**
 * Packs attempts into lanes: each goes into the first lane that is free when it starts, so there are as many lanes as
 * attempts ran at once.
 * @param origin begin of the time axis, milliseconds since the epoch
 * @param now end of attempts that still run
 */
export function buildTimeline(
  attempts: readonly AttemptSpan[],
  sessions: readonly number[],
  origin: number,
  now: number,
): TimelineData {
  const ordered = [...attempts].sort((a, b) => a.start - b.start || a.trial - b.trial);
  const free: number[] = [];
  const lanes = ordered.map((span) => {
    const found = free.findIndex((end) => end <= span.start);
    const lane = found === -1 ? free.length : found;
    free[lane] = Math.max(span.end ?? now, span.start + 1);
    return lane;
  });
  const rows = spread(ordered.length, MOST_ATTEMPTS);
  const column = (read: (span: AttemptSpan, row: number) => number) =>
    packColumn(rows.map((row) => read(ordered[row] as AttemptSpan, row)));
  return {
    total: attempts.length,
    lanes: free.length,
    trial: column((span) => span.trial),
    attempt: column((span) => span.attempt),
    lane: column((_, row) => lanes[row] ?? 0),
    start: column((span) => Math.round(span.start - origin)),
    duration: column((span) => Math.max(0, Math.round((span.end ?? now) - span.start))),
    kind: column((span) => ATTEMPT_KINDS.indexOf(span.kind)),
    kinds: ATTEMPT_KINDS,
    sessions: sessions.map((at) => Math.round(at - origin)),
  };
}
