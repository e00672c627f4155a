import type { StudyEvent, TrialReader } from '@fettle/core';

/** What concerns the study as a whole: its creation, its sessions and how they ended. */
export function studyEvents(reader: TrialReader): StudyEvent[] {
  const events: StudyEvent[] = [];
  for (const event of reader.journal()) if (event.type.startsWith('study:')) events.push(event);
  return events;
}
