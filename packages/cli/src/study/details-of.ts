import type { JsonObject, StudyEvent } from '@fettle/core';

/** What the suggestion of a trial rested on, if its searcher said so; from the trial's history. */
export function detailsOf(history: readonly StudyEvent[]): JsonObject | undefined {
  for (const event of history) if (event.type === 'trial:created') return event.body.details;
  return undefined;
}
