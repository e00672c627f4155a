import type { StudyEvent } from '../domain/event.ts';
import type { StudyDefinition } from '../domain/study-spec.ts';
import type { TrialId, TrialRecord } from '../domain/trial.ts';
import { bug, FettleError } from '../errors.ts';
import type { StudySummary, TrialStore } from '../ports/trial-store.ts';
import { checkNotFinal, checkSequence } from './commit-rules.ts';
import { copy, copyEvent, copyRecord } from './copy.ts';
import { trialOf } from './event-row.ts';
import { reportsIn } from './reports-in.ts';
import { selectTrials } from './trial-order.ts';

const kept: unique symbol = Symbol('kept');

/** What a memory store writes on. Keep it to open the same study again; its content is the stores' own business. */
export interface MemoryMedium {
  readonly [kept]: Content;
}

interface Content {
  readonly journal: StudyEvent[];
  /** Places in the journal of each trial's events. */
  readonly byTrial: Map<TrialId, number[]>;
  readonly trials: Map<TrialId, TrialRecord>;
  summary: StudySummary | undefined;
  /** Whose turn it is to write: one more with each opening. */
  epoch: number;
  held: boolean;
}

/** An empty medium. */
export function memoryMedium(): MemoryMedium {
  return {
    [kept]: { journal: [], byTrial: new Map(), trials: new Map(), summary: undefined, epoch: 0, held: false },
  };
}

/** How a memory store is opened. */
export interface MemoryStoreOptions {
  /** What to write on; a new medium if absent. */
  readonly medium?: MemoryMedium | undefined;
  /** Takes the lease from whoever holds it, as a new driver takes it from a dead one. */
  readonly takeOver?: boolean | undefined;
}

/**
 * A store that keeps a study in this process' memory and nowhere else: the reference for every other store, and the store
 * of studies that need not outlive their process.
 * @throws FettleError `store-locked` if another store has this medium open
 */
export function memoryStore(options: MemoryStoreOptions = {}): TrialStore {
  const content = (options.medium ?? memoryMedium())[kept];
  const { journal, byTrial, trials } = content;
  if (content.held && options.takeOver !== true) {
    throw new FettleError('store-locked', 'The medium is open for writing by another memory store of this process.', {
      remedy: 'Close that store, or open this one with takeOver.',
    });
  }
  content.held = true;
  content.epoch += 1;
  const { epoch } = content;
  let open = true;
  /** The definition is large, the same with every commit and never changes: it is copied once. */
  let given: StudyDefinition | undefined;
  let definition: StudyDefinition | undefined;

  const opened = (): void => {
    if (!open) bug('a memory store was used after it was closed');
  };
  const holding = (): void => {
    opened();
    if (content.epoch !== epoch) {
      throw new FettleError('store-fenced', 'The medium was taken over by another memory store of this process.', {
        remedy: 'End this session; the one that took over continues the study.',
      });
    }
  };
  const eventsOf = (trial: TrialId): StudyEvent[] => (byTrial.get(trial) ?? []).map((place) => eventAt(journal, place));

  return {
    append(commit) {
      holding();
      checkSequence(journal.length, commit.events);
      for (const { id } of commit.trials) checkNotFinal(id, trials.get(id)?.state);
      // Everything that can throw (a getter of the caller's, say) comes before the first change.
      const events = commit.events.map(copyEvent);
      const records = commit.trials.map(copyRecord);
      const { definition: newest } = commit.summary;
      if (definition === undefined || newest !== given) definition = copy(newest);
      given = newest;
      const summary = { ...commit.summary, definition, counts: { ...commit.summary.counts } };
      for (const event of events) {
        const trial = trialOf(event);
        if (trial !== undefined) {
          const places = byTrial.get(trial);
          if (places === undefined) byTrial.set(trial, [journal.length]);
          else places.push(journal.length);
        }
        journal.push(event);
      }
      for (const record of records) trials.set(record.id, record);
      content.summary = summary;
    },
    lastSeq() {
      opened();
      return journal.length;
    },
    summary() {
      opened();
      return copy(content.summary);
    },
    trial(id) {
      opened();
      return copy(trials.get(id));
    },
    trials(query = {}) {
      opened();
      return selectTrials([...trials.values()], query, content.summary?.definition.objective.goal ?? 'minimize').map(
        copy,
      );
    },
    reports(trial) {
      opened();
      return reportsIn(eventsOf(trial)).map(copy);
    },
    history(trial) {
      opened();
      return eventsOf(trial).map(copy);
    },
    journal(after = 0) {
      opened();
      return copies(journal, after, journal.length);
    },
    renewLease: holding,
    close() {
      if (open && content.epoch === epoch) content.held = false;
      open = false;
    },
  };
}

function eventAt(journal: readonly StudyEvent[], place: number): StudyEvent {
  return journal[place] ?? bug(`the memory store lost the event at place ${place}`);
}

/** The journal from one place up to another; what is appended meanwhile is not seen. */
function* copies(journal: readonly StudyEvent[], from: number, to: number): IterableIterator<StudyEvent> {
  for (let place = from; place < to; place += 1) yield copy(eventAt(journal, place));
}
