import type { StudyEvent } from '../domain/event.ts';
import type { TrialReader } from '../ports/trial-store.ts';
import type { HeldLease } from './held-lease.ts';

/** A reader of a store file, which also knows who writes. */
export interface SqliteReader extends TrialReader {
  /** Who has the store open for writing, if anybody has (or had, when it died). */
  leaseHolder(): HeldLease | undefined;
  /** The events that concern no single trial (its creation, its sessions), oldest first: without reading the whole journal. */
  studyEvents(): StudyEvent[];
}
