import Database from 'better-sqlite3';

/** The version of the SQLite that stores studies; loading it is the test that it can be loaded. */
export function sqliteVersion(): string {
  const database = new Database(':memory:');
  try {
    return String(database.prepare('SELECT sqlite_version()').pluck().get());
  } finally {
    database.close();
  }
}
