import type { Database, Statement } from 'better-sqlite3';
import type { StudyEvent } from '../domain/event.ts';
import type { Goal } from '../domain/objective.ts';
import type { StudyDefinition } from '../domain/study-spec.ts';
import { isTerminal, type TrialRecord } from '../domain/trial.ts';
import { FettleError } from '../errors.ts';
import type { StudySummary, TrialQuery } from '../ports/trial-store.ts';
import { decode } from './codec.ts';
import { decodeEvent, type EventRow } from './event-row.ts';
import type { SqliteReader } from './file-reader.ts';
import { leaseHolder } from './lease.ts';
import { reportsIn } from './reports-in.ts';
import { guarded } from './store-error.ts';
import { fromRow, TRIAL_COLUMNS, type TrialRow } from './trial-row.ts';

/** Rows of the journal that are read at a time: a reader holds no lock between two chunks. */
const CHUNK = 2_000;

const COLUMNS = TRIAL_COLUMNS.join(', ');
const WAITING = "state IN ('queued', 'running', 'paused')";
const EVENT = 'SELECT seq, at, type, trial, body FROM event';

/**
 * The reading side on an open connection.
 * @param place the file, for messages
 */
export function sqliteReader(database: Database, place: string): SqliteReader {
  const summary = database.prepare('SELECT definition, summary FROM study JOIN summary USING (id)');
  const trial = database.prepare(`SELECT ${COLUMNS} FROM trial WHERE id = ?`);
  const events = database.prepare(`${EVENT} WHERE trial = ? ORDER BY seq`);
  // Left to itself SQLite walks the whole journal here, because that is in order already.
  const ofStudy = database.prepare(`${EVENT} INDEXED BY event_of_study WHERE trial IS NULL ORDER BY seq`);
  const reports = database.prepare(`${EVENT} WHERE trial = ? AND type = 'trial:reported' ORDER BY seq`);
  const chunk = database.prepare(`${EVENT} WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ${CHUNK}`);
  const last = database.prepare('SELECT max(seq) FROM event').pluck();
  const listings = new Map<string, Statement>();

  const read = <T>(work: () => T): T => guarded(place, work);
  const understood = <Row, T>(what: string, row: Row, make: (row: Row) => T): T => {
    try {
      return make(row);
    } catch (thrown) {
      throw damaged(place, `${what} cannot be read`, thrown);
    }
  };
  const eventOf = (row: unknown): StudyEvent =>
    understood(`event ${(row as EventRow).seq}`, row as EventRow, decodeEvent);
  const recordOf = (row: unknown): TrialRecord => understood(`trial ${(row as TrialRow).id}`, row as TrialRow, fromRow);
  const listing = (sql: string): Statement => {
    const known = listings.get(sql);
    if (known !== undefined) return known;
    const made = database.prepare(sql);
    listings.set(sql, made);
    return made;
  };
  const readSummary = (): StudySummary | undefined => {
    const row = summary.get() as { definition: string; summary: string } | undefined;
    if (row === undefined) return undefined;
    return understood('the summary', row, ({ definition, summary }) => ({
      definition: decode(definition) as StudyDefinition,
      ...(decode(summary) as Omit<StudySummary, 'definition'>),
    }));
  };

  function* chunks(after: number, until: number): IterableIterator<StudyEvent> {
    let seq = after;
    while (seq < until) {
      const from = seq;
      for (const row of read(() => chunk.all(from, until))) {
        const event = eventOf(row);
        seq += 1;
        if (event.seq !== seq) throw damaged(place, `event ${seq} is missing`);
        yield event;
      }
      if (seq === from) throw damaged(place, `event ${seq + 1} is missing`);
    }
  }

  return {
    summary: () => read(readSummary),
    trial: (id) =>
      read(() => {
        const row = trial.get(id);
        return row === undefined ? undefined : recordOf(row);
      }),
    trials: (query = {}) =>
      read(() => {
        const goal = query.order === 'value' ? readSummary()?.definition.objective.goal : undefined;
        const { states = [], limit = -1, offset = 0 } = query;
        const top = limit < 0 ? -1 : offset + limit;
        const rows = listing(listingSql(query, goal ?? 'minimize')).all({
          states: JSON.stringify(states),
          limit,
          offset,
          top,
        });
        return rows.map(recordOf);
      }),
    reports: (id) => read(() => reportsIn(reports.all(id).map(eventOf))),
    history: (id) => read(() => events.all(id).map(eventOf)),
    journal: (after = 0) => chunks(after, Number(read(() => last.get()) ?? 0)),
    studyEvents: () => read(() => ofStudy.all().map(eventOf)),
    leaseHolder: () => read(() => leaseHolder(database)),
    close: () => {
      database.close();
    },
  };
}

/**
 * The statement of a listing. By value: the trials that stand still come from the index, in order and no more than are
 * asked for, and are merged with the few that change. `+state` keeps SQLite from leaving that index for another.
 */
function listingSql({ states, order, descending = false }: TrialQuery, goal: Goal): string {
  const idOrder = descending ? 'DESC' : 'ASC';
  const wanted = states === undefined ? '' : 'AND +state IN (SELECT value FROM json_each(@states))';
  if (order === 'value') {
    const direction = (goal === 'maximize') === descending ? 'ASC' : 'DESC';
    const sorted = `ORDER BY value ${direction}, id ${idOrder}`;
    const from = `SELECT id, value FROM trial WHERE value IS NOT NULL ${wanted}`;
    const still = `SELECT * FROM (${from} AND state NOT IN ('queued', 'running') ${sorted} LIMIT @top)`;
    const changing = `${from} AND ${WAITING} AND state IN ('queued', 'running')`;
    const chosen = `SELECT * FROM (${still} UNION ALL ${changing}) ${sorted} LIMIT @limit OFFSET @offset`;
    return `SELECT trial.* FROM (${chosen}) AS chosen JOIN trial USING (id) ORDER BY chosen.value ${direction}, id ${idOrder}`;
  }
  // The index of waiting trials serves only a statement that repeats its condition.
  const among = states?.every((state) => !isTerminal(state)) === true ? WAITING : 'TRUE';
  return `SELECT ${COLUMNS} FROM trial WHERE ${among} ${wanted} ORDER BY id ${idOrder} LIMIT @limit OFFSET @offset`;
}

function damaged(place: string, what: string, cause?: unknown): FettleError {
  return new FettleError('store-corrupt', `The study's file is damaged: ${what}.`, {
    place,
    cause,
    remedy: 'Put a backup in its place (together with its -wal file, if there is one).',
  });
}
