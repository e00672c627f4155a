import type { StudyEvent } from '@fettle/core';
import type { Io } from '../io.ts';
import { eventText } from './event-text.ts';

/** Columns that the time in front of each event takes, with the gap behind it. */
const MARGIN = ' '.repeat(21);

/** Events in words, with their reasons; runs of reports that changed nothing are told in one line. */
export function timeline(events: readonly StudyEvent[], { paint }: Pick<Io, 'paint'>): string[] {
  const lines: string[] = [];
  let quiet: StudyEvent[] = [];
  const tell = (event: StudyEvent): void => {
    const { what, why } = eventText(event);
    const time = new Date(event.at).toLocaleString('sv');
    lines.push(`${paint('dim', time)}  ${what}`);
    if (why !== undefined && why !== '')
      lines.push(`${MARGIN}${paint('cyan', 'because')} ${why.split('\n').join(`\n${MARGIN}`)}`);
  };
  const flush = (): void => {
    const [first, ...rest] = quiet;
    const last = rest.at(-1);
    if (first !== undefined) tell(first);
    const between = rest.length - 1;
    if (between > 0)
      lines.push(paint('dim', `${MARGIN}… ${between} more ${between === 1 ? 'report' : 'reports'}, each to continue`));
    if (last !== undefined) tell(last);
    quiet = [];
  };
  for (const event of events) {
    // A reason to go on is a decision at a rung: it is told.
    const { decision } = event.type === 'trial:reported' ? event.body : {};
    if (decision?.kind === 'continue' && decision.reason === undefined) quiet.push(event);
    else {
      flush();
      tell(event);
    }
  }
  flush();
  return lines;
}
