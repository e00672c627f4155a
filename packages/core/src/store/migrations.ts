import type { Database } from 'better-sqlite3';
import { FettleError } from '../errors.ts';

/** Stands in the header of every store file (`PRAGMA application_id`): "Fttl". */
const APPLICATION_ID = 0x4674746c;

/** One step of the file's schema. */
export interface Migration {
  /** The version it leads to: 1, 2, 3 … */
  readonly version: number;
  /** Brings a database of the version before up to this one; runs inside a transaction. */
  up(database: Database): void;
}

/**
 * The version of a store file; 0 for an empty one.
 * @param place the file, for messages
 * @throws FettleError `store-corrupt` for a database of something else, `store-newer` for one of a newer Fettle
 */
export function versionOf(database: Database, newest: number, place: string): number {
  const application = database.pragma('application_id', { simple: true });
  const version = Number(database.pragma('user_version', { simple: true }));
  if (application !== APPLICATION_ID) {
    const tables = database.prepare('SELECT count(*) FROM sqlite_schema').pluck().get();
    if (tables === 0 && application === 0 && version === 0) return 0;
    throw new FettleError('store-corrupt', 'This is an SQLite database, but not a study of Fettle.', {
      place,
      remedy: 'Name another file; this one belongs to another program and was not touched.',
    });
  }
  if (version > newest) {
    throw new FettleError(
      'store-newer',
      `This study was written by a newer Fettle: its file has version ${version}, this Fettle knows versions up to ${newest}.`,
      { place, remedy: 'Use the newer Fettle for this study. The file was not touched.' },
    );
  }
  return version;
}

/**
 * Brings a database up to the newest version, forward only. To be called inside a transaction, so that a migration that
 * fails leaves the file at the version it had.
 * @throws FettleError as {@link versionOf}
 */
export function migrate(database: Database, migrations: readonly Migration[], place: string): void {
  const version = versionOf(database, newestVersion(migrations), place);
  if (version === 0) database.pragma(`application_id = ${APPLICATION_ID}`);
  for (const migration of migrations) {
    if (migration.version <= version) continue;
    migration.up(database);
    database.pragma(`user_version = ${migration.version}`);
  }
}

/** The version that a list of migrations leads to. */
export function newestVersion(migrations: readonly Migration[]): number {
  return migrations.at(-1)?.version ?? 0;
}
