import type { Database, Statement } from 'better-sqlite3';
import type { StudyEvent } from '../domain/event.ts';
import type { StudyDefinition } from '../domain/study-spec.ts';
import type { TrialRecord, TrialState } from '../domain/trial.ts';
import type { Commit } from '../ports/trial-store.ts';
import { encode } from './codec.ts';
import { checkNotFinal } from './commit-rules.ts';
import { encodeBody, trialOf } from './event-row.ts';
import { FINAL_STATES, TRIAL_COLUMNS, toRow } from './trial-row.ts';

/** Events that one statement inserts, when there are so many: a call into SQLite costs as much as a small row. */
const BATCH = 10;

/** Writes commits into the tables. */
export interface CommitWriter {
  /** To be called inside a transaction. */
  write(commit: Commit): void;
  /** The last transaction was undone. */
  undone(): void;
}

/** A writer on an open connection. */
export function commitWriter(database: Database): CommitWriter {
  const [, ...changing] = TRIAL_COLUMNS;
  const insertEvents = (count: number): Statement =>
    database.prepare(
      `INSERT INTO event (seq, at, type, trial, body) VALUES ${Array.from({ length: count }, () => '(?, ?, ?, ?, ?)').join(', ')}`,
    );
  const insertOne = insertEvents(1);
  const insertBatch = insertEvents(BATCH);
  const putTrial = database.prepare(`
    INSERT INTO trial (${TRIAL_COLUMNS.join(', ')}) VALUES (${TRIAL_COLUMNS.map(() => '?').join(', ')})
    ON CONFLICT (id) DO UPDATE SET ${changing.map((column) => `${column} = excluded.${column}`).join(', ')}
    WHERE state NOT IN (${FINAL_STATES})`);
  const stateOf = database.prepare('SELECT state FROM trial WHERE id = ?').pluck();
  const putDefinition = database.prepare('INSERT OR REPLACE INTO study (id, definition) VALUES (1, ?)');
  const putSummary = database.prepare('INSERT OR REPLACE INTO summary (id, summary) VALUES (1, ?)');
  /** The definition never changes while a study lives: it is written when another object comes, not with every commit. */
  let written: StudyDefinition | undefined;

  const putRecord = (record: TrialRecord): void => {
    const { changes } = putTrial.run(toRow(record));
    if (changes === 0) checkNotFinal(record.id, stateOf.get(record.id) as TrialState);
  };

  return {
    write({ events, trials, summary }) {
      let next = 0;
      for (; next + BATCH <= events.length; next += BATCH) insertBatch.run(rowsOf(events.slice(next, next + BATCH)));
      for (const event of events.slice(next)) insertOne.run(rowsOf([event]));
      for (const record of trials) putRecord(record);
      const { definition, ...rest } = summary;
      if (definition !== written) putDefinition.run(encode(definition));
      putSummary.run(encode(rest));
      written = definition;
    },
    undone() {
      written = undefined;
    },
  };
}

function rowsOf(events: readonly StudyEvent[]): (string | number | null)[] {
  const values: (string | number | null)[] = [];
  for (const event of events) values.push(event.seq, event.at, event.type, trialOf(event) ?? null, encodeBody(event));
  return values;
}
