import type { StudyEvent } from '../domain/event.ts';
import { isTerminal, type TrialRecord } from '../domain/trial.ts';
import { bug } from '../errors.ts';

/** Refuses events that do not go on from the last one: writing them would leave a hole in the journal or fork it. */
export function checkSequence(lastSeq: number, events: readonly StudyEvent[]): void {
  let expected = lastSeq;
  for (const event of events) {
    expected += 1;
    if (event.seq !== expected) {
      bug(`event ${event.seq} (${event.type}) was given to the store where event ${expected} follows`);
    }
  }
}

/** Refuses to change a trial that is over. */
export function checkNotFinal(id: TrialRecord['id'], before: TrialRecord['state'] | undefined): void {
  if (before !== undefined && isTerminal(before))
    bug(`trial ${id} is over (${before}) and was given to the store again`);
}
