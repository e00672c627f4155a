import Database from 'better-sqlite3';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StudyEvent } from '../src/domain/event.ts';
import type { Logger } from '../src/ports/logger.ts';
import { readSqliteStore, sqliteStore } from '../src/store/sqlite-store.ts';
import { storeOn } from '../src/store/store-on.ts';
import { VirtualClock } from '../src/testing/virtual-clock.ts';
import {
  sampleEvents,
  sampleReport,
  sampleSummary,
  sampleTrial,
  SOME_TIME,
} from '../src/testing/trial-store-sample.ts';
import { contentOf } from '../src/testing/trial-store-subject.ts';

const NFS = '27 1 0:50 / / rw,relatime - nfs4 server:/export rw';
const EXT4 = '27 1 254:0 / / rw,relatime - ext4 /dev/vda rw';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fettle-sqlite-'));
  path = join(folder, 'study.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

function writeStudy(): void {
  const store = sqliteStore(path);
  store.append({
    events: sampleEvents(),
    trials: [sampleTrial(1, 'completed', { value: 0.5 })],
    summary: sampleSummary(),
  });
  store.close();
}

function query(sql: string): unknown[] {
  const database = new Database(path, { readonly: true });
  try {
    return database.prepare(sql).all();
  } finally {
    database.close();
  }
}

/** A logger that collects what is said. */
function listener(): Logger & { readonly said: string[] } {
  const said: string[] = [];
  const say = (message: string): void => void said.push(message);
  return { said, debug: say, info: say, warn: say, error: say };
}

/** The store on a connection of the test's own, which may set limits on it. */
function storeOnConnection(set: (database: Database.Database) => void) {
  const database = new Database(path);
  set(database);
  const epoch = Number(database.prepare('SELECT epoch FROM lease').pluck().get());
  return storeOn(database, { path, epoch, clock: new VirtualClock(), logger: undefined });
}

describe('the file of a study', () => {
  it('keeps a write-ahead log on a local disk', () => {
    const logger = listener();
    sqliteStore(path, { mountInfo: EXT4, logger }).close();
    expect(query('PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
    expect(logger.said).toEqual([]);
  });

  it('keeps none on a network file system, and says so', () => {
    const logger = listener();
    const store = sqliteStore(path, { mountInfo: NFS, logger });
    expect(query('PRAGMA journal_mode')).toEqual([{ journal_mode: 'delete' }]);
    expect(existsSync(`${path}-wal`)).toBe(false);
    expect(existsSync(`${path}-shm`)).toBe(false);
    expect(logger.said).toEqual([expect.stringContaining('network file system')]);
    store.close();
  });

  it('may move from a local disk to a network file system and back', () => {
    writeStudy();
    for (const mountInfo of [NFS, EXT4, NFS]) {
      // A link into nowhere: there is no shared memory on a network file system.
      if (mountInfo === NFS) symlinkSync(join(folder, 'none/shm'), `${path}-shm`);
      const store = sqliteStore(path, { mountInfo });
      expect(store.lastSeq()).toBe(sampleEvents().length);
      expect(existsSync(`${path}-shm`)).toBe(mountInfo === EXT4);
      // A reader is let in while the writer has it open, whatever the journal.
      const reader = readSqliteStore(path);
      expect(contentOf(reader)).toEqual(contentOf(store));
      reader.close();
      store.close();
      if (mountInfo === NFS) unlinkSync(`${path}-shm`);
    }
  });

  it('can be asked with plain SQL', () => {
    const store = sqliteStore(path);
    const metrics = {
      loss: 0.5,
      nan: Number.NaN,
      up: Number.POSITIVE_INFINITY,
      down: Number.NEGATIVE_INFINITY,
      zero: -0,
    };
    const position = { source: 0, offset: 5 };
    const decision = { kind: 'pause', reason: 'rung 1' } as const;
    const events: StudyEvent[] = [
      sampleReport(1, 7, 1.5, metrics),
      {
        seq: 2,
        at: SOME_TIME,
        type: 'trial:reported',
        body: { trial: 8, attempt: 3, resource: 2, metrics: { loss: 1 }, position, decision },
      },
      {
        seq: 3,
        at: SOME_TIME,
        type: 'trial:reported',
        body: { trial: 9, attempt: 1, resource: 1, metrics: {}, position, decision: { kind: 'continue' } },
      },
    ];
    const trials = [sampleTrial(7, 'running', { value: Number.NaN }), sampleTrial(8, 'paused', { value: 1, until: 4 })];
    store.append({ events, trials, summary: sampleSummary() });
    store.close();
    expect(query('SELECT seq, trial, attempt, resource, metrics, decision, reason FROM report ORDER BY seq')).toEqual([
      {
        seq: 1,
        trial: 7,
        attempt: 1,
        resource: 1.5,
        metrics: expect.stringContaining('"loss":0.5'),
        decision: 'continue',
        reason: null,
      },
      { seq: 2, trial: 8, attempt: 3, resource: 2, metrics: '{"loss":1}', decision: 'pause', reason: 'rung 1' },
      { seq: 3, trial: 9, attempt: 1, resource: 1, metrics: '{}', decision: 'continue', reason: null },
    ]);
    expect(query('SELECT trial, resource, name, value FROM metric ORDER BY seq, name')).toEqual([
      { trial: 7, resource: 1.5, name: 'down', value: Number.NEGATIVE_INFINITY },
      { trial: 7, resource: 1.5, name: 'loss', value: 0.5 },
      { trial: 7, resource: 1.5, name: 'nan', value: null },
      { trial: 7, resource: 1.5, name: 'up', value: Number.POSITIVE_INFINITY },
      { trial: 7, resource: 1.5, name: 'zero', value: -0 },
      { trial: 8, resource: 2, name: 'loss', value: 1 },
    ]);
    expect(
      query("SELECT id, state, value, until, detail ->> '$.configuration.activation' AS activation FROM trial"),
    ).toEqual([
      { id: 7, state: 'running', value: null, until: null, activation: 'relu' },
      { id: 8, state: 'paused', value: 1, until: 4, activation: 'relu' },
    ]);
  });

  it('finds the best trials and the events of a trial by an index', () => {
    writeStudy();
    const plan = (sql: string): string => JSON.stringify(query(`EXPLAIN QUERY PLAN ${sql}`));
    const settled =
      "SELECT id, value FROM trial WHERE value IS NOT NULL AND state NOT IN ('queued', 'running') ORDER BY value";
    expect(plan(`${settled} DESC, id LIMIT 20`)).toContain('INDEX trial_by_value');
    expect(plan('SELECT body FROM event WHERE trial = 7 ORDER BY seq')).toContain('INDEX event_of_trial');
    expect(plan('SELECT body FROM event WHERE trial = 7 ORDER BY seq')).not.toContain('TEMP');
  });
});

describe('readSqliteStore', () => {
  it('reads a file whose writer has gone, and leaves it as it is', () => {
    writeStudy();
    const reader = readSqliteStore(path);
    expect([...reader.journal()]).toEqual(sampleEvents());
    expect(reader.leaseHolder()).toBeUndefined();
    reader.close();
  });

  it('reads while a writer is in the middle of a commit, and is not in its way', () => {
    const store = sqliteStore(path);
    store.append({ events: sampleEvents(), trials: [], summary: sampleSummary() });
    const reader = readSqliteStore(path);
    const other = new Database(path);
    other.exec("BEGIN IMMEDIATE; INSERT INTO event VALUES (1000, 0, 'trial:completed', 1, '{}')");
    expect([...reader.journal()]).toEqual(sampleEvents());
    const halfway = reader.journal();
    expect(halfway.next().value).toEqual(sampleEvents()[0]);
    other.exec('ROLLBACK');
    store.append({ events: [sampleReport(store.lastSeq() + 1, 1, 1, {})], trials: [], summary: sampleSummary() });
    expect([...halfway]).toEqual(sampleEvents().slice(1));
    other.close();
    reader.close();
    store.close();
  });

  it('reads what a dead writer left in its write-ahead log', () => {
    const store = sqliteStore(path);
    store.append({ events: sampleEvents(), trials: [], summary: sampleSummary() });
    const copied = join(folder, 'copy.db');
    copyFileSync(path, copied);
    copyFileSync(`${path}-wal`, `${copied}-wal`);
    store.close();
    const reader = readSqliteStore(copied);
    expect([...reader.journal()]).toEqual(sampleEvents());
    reader.close();
  });

  it('reads from a folder in which it may not make a file', () => {
    writeStudy();
    // A link into nowhere: as impossible to make as a file in a folder that belongs to somebody else.
    symlinkSync(join(folder, 'none/wal'), `${path}-wal`);
    const reader = readSqliteStore(path);
    expect([...reader.journal()]).toEqual(sampleEvents());
    expect(reader.trials()).toEqual([sampleTrial(1, 'completed', { value: 0.5 })]);
    reader.close();
    expect(existsSync(`${path}-shm`)).toBe(false);
  });

  it('undoes a commit that a writer without a write-ahead log died in', () => {
    const store = sqliteStore(path, { mountInfo: NFS });
    store.append({ events: sampleEvents(), trials: [], summary: sampleSummary() });
    const before = readFileSync(path);
    // A small cache makes the connection write into the file before the commit, as a large commit would.
    const dying = new Database(path);
    dying.pragma('cache_size = 1');
    dying.exec("BEGIN IMMEDIATE; UPDATE event SET body = body || printf('%9000s', '')");
    copyFileSync(path, join(folder, 'copy.db'));
    copyFileSync(`${path}-journal`, join(folder, 'copy.db-journal'));
    dying.close();
    store.close();
    const copied = join(folder, 'copy.db');
    expect(readFileSync(copied).equals(before)).toBe(false);
    const reader = readSqliteStore(copied);
    expect([...reader.journal()]).toEqual(sampleEvents());
    reader.close();
    expect(readFileSync(copied).equals(before)).toBe(true);
  });

  it('tells the events of the study apart from those of its trials', () => {
    writeStudy();
    const reader = readSqliteStore(path);
    expect(reader.studyEvents()).toEqual(sampleEvents().filter(({ body }) => !('trial' in body)));
    reader.close();
  });

  it('cannot write', () => {
    writeStudy();
    const reader = readSqliteStore(path);
    expect(Object.keys(reader)).not.toContain('append');
    reader.close();
  });

  it('says that there is no study', () => {
    expect(() => readSqliteStore(path)).toThrow(expect.objectContaining({ code: 'study-missing', place: path }));
    expect(existsSync(path)).toBe(false);
  });
});

describe('a store that cannot be written to', () => {
  it('says that the folder is missing', () => {
    expect(() => sqliteStore(join(folder, 'none/study.db'))).toThrow(
      expect.objectContaining({ code: 'store-unwritable', remedy: expect.stringContaining('Create the folder') }),
    );
  });

  it('says that the path is a folder', () => {
    expect(() => sqliteStore(folder)).toThrow(expect.objectContaining({ code: 'store-unwritable', place: folder }));
  });

  it('says that the disk is full, keeps what was committed, and goes on when there is room', () => {
    sqliteStore(path).close();
    let database: Database.Database | undefined;
    const store = storeOnConnection((connection) => {
      database = connection;
      connection.pragma(`max_page_count = ${Number(connection.pragma('page_count', { simple: true })) + 1}`);
    });
    const large = sampleTrial(1, 'running', { message: 'x'.repeat(50_000) });
    const refused = { events: sampleEvents(), trials: [large], summary: sampleSummary() };
    expect(() => store.append(refused)).toThrow(
      expect.objectContaining({
        code: 'store-unwritable',
        place: path,
        message: expect.stringContaining('disk is full'),
        remedy: expect.stringContaining('Free some space'),
        cause: expect.objectContaining({ code: 'SQLITE_FULL' }),
      }),
    );
    expect(store.lastSeq()).toBe(0);
    expect(store.summary()).toBeUndefined();
    database?.pragma('max_page_count = 100000');
    store.append(refused);
    expect([...store.journal()]).toEqual(sampleEvents());
    expect(store.summary()).toEqual(sampleSummary());
    store.close();
  });

  it('writes everything of a commit that was undone at its very end', () => {
    sqliteStore(path, { mountInfo: NFS }).close();
    const store = storeOnConnection((connection) => connection.pragma('busy_timeout = 1'));
    // Without a write-ahead log, a reader in the middle of something makes the commit itself fail.
    const other = new Database(path);
    other.exec('BEGIN');
    other.prepare('SELECT * FROM lease').all();
    const commit = { events: sampleEvents(), trials: [sampleTrial(1, 'queued')], summary: sampleSummary() };
    expect(() => store.append(commit)).toThrow(expect.objectContaining({ code: 'store-unwritable' }));
    expect(store.lastSeq()).toBe(0);
    other.close();
    store.append(commit);
    expect(store.summary()).toEqual(sampleSummary());
    expect([...store.journal()]).toEqual(sampleEvents());
    store.close();
  });

  it('says that the file is read-only, and still reads', () => {
    writeStudy();
    const store = storeOnConnection((connection) => connection.pragma('query_only = ON'));
    const event = sampleReport(store.lastSeq() + 1, 1, 1, {});
    expect(() => store.append({ events: [event], trials: [], summary: sampleSummary() })).toThrow(
      expect.objectContaining({ code: 'store-unwritable', remedy: expect.stringContaining('writable') }),
    );
    expect([...store.journal()]).toEqual(sampleEvents());
    store.close();
  });

  it('says that another program keeps it locked', () => {
    writeStudy();
    const store = storeOnConnection((connection) => connection.pragma('busy_timeout = 1'));
    const other = new Database(path);
    other.exec('BEGIN IMMEDIATE');
    expect(() => store.renewLease()).toThrow(
      expect.objectContaining({ code: 'store-unwritable', message: expect.stringContaining('locked') }),
    );
    other.close();
    store.renewLease();
    store.close();
  });
});
