import Database from 'better-sqlite3';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { migrate, type Migration, versionOf } from '../src/store/migrations.ts';
import { MIGRATIONS } from '../src/store/schema.ts';
import { readSqliteStore, sqliteStore } from '../src/store/sqlite-store.ts';
import { sampleEvents, sampleReport, sampleSummary, sampleTrial } from '../src/testing/trial-store-sample.ts';
import { writeSampleStudy } from './fixtures/db/make-fixture.ts';

const V1 = join(import.meta.dirname, 'fixtures/db/v1.db');

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fettle-migrations-'));
  path = join(folder, 'study.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs migrations on the file, as opening a store does. */
function migrateFile(migrations: readonly Migration[]): void {
  const database = new Database(path);
  try {
    database.transaction(() => migrate(database, migrations, path)).immediate();
  } finally {
    database.close();
  }
}

function query(sql: string): unknown[] {
  const database = new Database(path, { readonly: true });
  try {
    return database.prepare(sql).all();
  } finally {
    database.close();
  }
}

const first: Migration = { version: 1, up: (database) => database.exec('CREATE TABLE a (x INTEGER) STRICT') };
const second: Migration = {
  version: 2,
  up: (database) => database.exec('ALTER TABLE a ADD COLUMN y TEXT; UPDATE a SET y = x * 2'),
};
const third: Migration = { version: 3, up: (database) => database.exec('CREATE TABLE b (z REAL) STRICT') };

describe('migrations', () => {
  it('lead a new file to the newest version', () => {
    migrateFile([first, second, third]);
    expect(query('PRAGMA user_version')).toEqual([{ user_version: 3 }]);
    expect(query('SELECT name FROM sqlite_schema ORDER BY name')).toEqual([{ name: 'a' }, { name: 'b' }]);
  });

  it('bring an old file up to date and keep what is in it', () => {
    migrateFile([first]);
    const database = new Database(path);
    database.exec('INSERT INTO a VALUES (21)');
    database.close();
    migrateFile([first, second, third]);
    expect(query('SELECT x, y FROM a')).toEqual([{ x: 21, y: '42' }]);
    expect(query('PRAGMA user_version')).toEqual([{ user_version: 3 }]);
  });

  it('do nothing to a file that is up to date', () => {
    migrateFile([first, second]);
    const before = readFileSync(path);
    migrateFile([first, second]);
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('leave the file as it was when one of them fails', () => {
    migrateFile([first]);
    const failing: Migration = {
      version: 3,
      up(database) {
        database.exec('DROP TABLE a');
        throw new Error('The third step fails.');
      },
    };
    expect(() => migrateFile([first, second, failing])).toThrow('The third step fails.');
    expect(query('PRAGMA user_version')).toEqual([{ user_version: 1 }]);
    expect(query("SELECT name FROM pragma_table_info('a')")).toEqual([{ name: 'x' }]);
  });

  it('refuse a file of a newer version and do not touch it', () => {
    migrateFile([first, second, third]);
    const before = readFileSync(path);
    expect(() => migrateFile([first, second])).toThrow(
      expect.objectContaining({ code: 'store-newer', message: expect.stringMatching(/version 3.*up to 2/) }),
    );
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it("refuse another program's database", () => {
    const database = new Database(path);
    database.exec('CREATE TABLE notes (text)');
    expect(() => versionOf(database, 1, path)).toThrow(expect.objectContaining({ code: 'store-corrupt' }));
    database.close();
  });

  it('are numbered from 1 without a gap', () => {
    expect(MIGRATIONS.map(({ version }) => version)).toEqual(MIGRATIONS.map((_, index) => index + 1));
  });
});

describe('a file of version 1', () => {
  beforeEach(() => copyFileSync(V1, path));

  it('is opened with everything in it, and goes on', () => {
    const reader = readSqliteStore(path);
    expect([...reader.journal()]).toEqual(sampleEvents());
    expect(reader.trials()).toEqual([
      sampleTrial(1, 'completed', { value: Number.NaN, metrics: { loss: Number.NaN, accuracy: -0 } }),
      sampleTrial(2, 'running', { value: 0.25, until: 9 }),
    ]);
    expect(reader.summary()).toEqual(sampleSummary());
    reader.close();

    const store = sqliteStore(path);
    const seq = store.lastSeq() + 1;
    store.append({ events: [sampleReport(seq, 2, 1, { loss: 1 })], trials: [], summary: sampleSummary() });
    expect(store.lastSeq()).toBe(seq);
    store.close();
  });

  it('has the schema that a new file gets from the same migrations', () => {
    const schema = 'SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name';
    const old = query(schema);
    rmSync(path);
    migrateFile(MIGRATIONS.slice(0, 1));
    expect(query(schema)).toEqual(old);
  });

  it('is still what the sample study becomes', () => {
    const old = query('SELECT type, trial, body FROM event');
    rmSync(path);
    writeSampleStudy(path);
    expect(query('SELECT type, trial, body FROM event')).toEqual(old);
  });
});

describe('sqliteStore', () => {
  it.each([
    ['a text', 'This is not a database, but a rather long text that stands where one should be.'.repeat(9)],
    ['a few bytes', 'SQL'],
  ])('refuses %s and leaves it alone', (_, text) => {
    writeFileSync(path, text);
    for (const open of [sqliteStore, readSqliteStore]) {
      expect(() => open(path)).toThrow(
        expect.objectContaining({ code: 'store-corrupt', place: path, remedy: expect.stringContaining('backup') }),
      );
    }
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it('refuses a database of another program and leaves it alone', () => {
    const database = new Database(path);
    database.exec('CREATE TABLE notes (text)');
    database.close();
    const before = readFileSync(path);
    for (const open of [sqliteStore, readSqliteStore]) {
      expect(() => open(path)).toThrow(
        expect.objectContaining({ code: 'store-corrupt', message: expect.stringContaining('not a study of Fettle') }),
      );
    }
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('refuses a study of a newer Fettle and leaves it alone', () => {
    sqliteStore(path).close();
    const database = new Database(path);
    database.pragma('user_version = 99');
    database.close();
    const before = readFileSync(path);
    for (const open of [sqliteStore, readSqliteStore]) {
      expect(() => open(path)).toThrow(
        expect.objectContaining({ code: 'store-newer', message: expect.stringContaining('99') }),
      );
    }
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('leaves a study of a newer Fettle alone even if its writer died', () => {
    const store = sqliteStore(path);
    const database = new Database(path);
    database.pragma('user_version = 99');
    const copy = join(folder, 'copy.db');
    for (const suffix of ['', '-wal']) copyFileSync(`${path}${suffix}`, `${copy}${suffix}`);
    database.close();
    store.close();
    const before = ['', '-wal'].map((suffix) => readFileSync(`${copy}${suffix}`));
    expect(() => sqliteStore(copy)).toThrow(expect.objectContaining({ code: 'store-newer' }));
    expect(['', '-wal'].map((suffix) => readFileSync(`${copy}${suffix}`))).toEqual(before);
  });

  it('takes an empty file for a new one', () => {
    writeFileSync(path, '');
    expect(() => readSqliteStore(path)).toThrow(expect.objectContaining({ code: 'study-missing' }));
    const store = sqliteStore(path);
    expect(store.lastSeq()).toBe(0);
    store.close();
  });

  it('says which event of a damaged journal cannot be read, or is missing', () => {
    writeSampleStudy(path);
    const database = new Database(path);
    database.exec("UPDATE event SET body = '[1, 2' WHERE seq = 4; DELETE FROM event WHERE seq = 7");
    database.close();
    const reader = readSqliteStore(path);
    expect(() => [...reader.journal()]).toThrow(
      expect.objectContaining({ code: 'store-corrupt', message: expect.stringContaining('event 4 cannot be read') }),
    );
    expect(() => [...reader.journal(5)]).toThrow(
      expect.objectContaining({ code: 'store-corrupt', message: expect.stringContaining('event 7 is missing') }),
    );
    reader.close();
  });

  it('says that a page of the file is damaged', () => {
    writeSampleStudy(path);
    const bytes = readFileSync(path);
    bytes.fill(0xaa, 4096, bytes.length);
    writeFileSync(path, bytes);
    expect(() => sqliteStore(path)).toThrow(
      expect.objectContaining({ code: 'store-corrupt', message: expect.stringContaining('damaged') }),
    );
  });
});
