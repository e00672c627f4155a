import type { Configuration } from '../domain/configuration.ts';
import type { StudyEvent } from '../domain/event.ts';
import type { Report } from '../domain/report.ts';
import type { StudyDefinition } from '../domain/study-spec.ts';
import type { TrialId, TrialRecord, TrialState } from '../domain/trial.ts';

/** What a study looks like from outside: one record, replaced with every commit. */
export interface StudySummary {
  readonly definition: StudyDefinition;
  /** `open` while a session is at work or was cut off; else how the last one closed. */
  readonly status: 'open' | 'finished' | 'interrupted' | 'broken';
  /** Why the last session closed. */
  readonly reason?: string | undefined;
  readonly sessions: number;
  /** Trials in each state. */
  readonly counts: { readonly [state in TrialState]: number };
  /** The best trial so far, as the engine sees it; of a repeated configuration, the first. */
  readonly best?: TrialId | undefined;
  readonly reports: number;
  /** Resource spent by all trials together. */
  readonly resource: number;
  /** Time during which a driver was at work, in milliseconds. */
  readonly wallClock: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** Which trials to read, and in what order. */
export interface TrialQuery {
  readonly states?: readonly TrialState[] | undefined;
  /** `id` (the default), or `value`: best first by the goal, trials without a finite value left out. */
  readonly order?: 'id' | 'value' | undefined;
  readonly descending?: boolean | undefined;
  readonly limit?: number | undefined;
  readonly offset?: number | undefined;
}

/** Reading side of a store: never blocks and is never blocked by the writer. */
export interface TrialReader<C extends Configuration = Configuration> {
  /** The study, or `undefined` if none has been created in this store yet. */
  summary(): StudySummary | undefined;
  /** One trial, if there is one of this number. */
  trial(id: TrialId): TrialRecord<C> | undefined;
  /** The trials that a query asks for; without one all, by number. */
  trials(query?: TrialQuery): TrialRecord<C>[];
  /** The reports of a trial in the order of their resource. */
  reports(trial: TrialId): Report[];
  /** The events of one trial, oldest first. */
  history(trial: TrialId): StudyEvent[];
  /** The events after `seq` (0: all), oldest first, as they stood when the call was made. */
  journal(after?: number): IterableIterator<StudyEvent>;
  /** Lets the file go. */
  close(): void;
}

/** What one commit changes. */
export interface Commit {
  /** New events; their `seq` go on from the last one without a gap. */
  readonly events: readonly StudyEvent[];
  /** Trials as they are after these events; each appears once. */
  readonly trials: readonly TrialRecord[];
  readonly summary: StudySummary;
}

/** Who may write. */
export interface LeaseHolder {
  readonly host: string;
  readonly pid: number;
  /** Identity of the process beyond its number (its start time), so that a reused number is not mistaken for it. */
  readonly started: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

/**
 * Where a study is kept: its journal and the projections of it, committed together.
 *
 * - A commit is all or nothing and durable when `append` returns.
 * - Events and final trials never change. Everything goes in and out by value: changing what was passed in or handed out
 *   changes nothing in the store.
 * - `NaN`, infinities and -0 survive.
 * - One writer: opening a store for writing takes a lease; a second writer is refused with `store-locked`, which says who
 *   holds it. A holder that is dead is replaced at once; `append` by a holder who has lost the lease is refused with
 *   `store-fenced`.
 * - A commit that fails (disk full, read-only) throws `store-unwritable` and leaves the store as it was before.
 */
export interface TrialStore extends TrialReader {
  /** Commits, durably and all or nothing. @throws FettleError `store-unwritable`, `store-fenced` */
  append(commit: Commit): void;
  /** The number of the last event; 0 in a new store. */
  lastSeq(): number;
  /** Says that the holder still lives; called about every ten seconds. @throws FettleError `store-fenced` */
  renewLease(): void;
  /** Gives the lease back and closes. */
  close(): void;
}
