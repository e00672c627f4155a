import Database from 'better-sqlite3';
import { closeSync, existsSync, openSync, readFileSync, readSync, realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { FettleError } from '../errors.ts';
import { fileSystemOf, isNetworkFileSystem } from './network-file-system.ts';
import { versionOf } from './migrations.ts';
import { guarded, sqliteCode } from './store-error.ts';

/** How long a connection waits for another one's lock, in milliseconds. */
const BUSY_TIMEOUT = 10_000;
/** What the write-ahead log is cut back to after a checkpoint, in bytes. */
const JOURNAL_SIZE_LIMIT = 32 * 1024 * 1024;
/** Pages of the write-ahead log between two checkpoints. */
const CHECKPOINT_PAGES = 4_000;

/**
 * Opens a file for writing, creates it if there is none, and changes nothing yet.
 * @param network whether it is on a network file system
 */
export function connectForWriting(path: string, network: boolean): Database.Database {
  const database = new Database(path, { timeout: BUSY_TIMEOUT });
  // A file that was used with a write-ahead log elsewhere: exclusive locking does without the shared memory.
  if (network && usesWriteAheadLog(path)) database.pragma('locking_mode = EXCLUSIVE');
  return database;
}

/**
 * Checks a file before anything could change it.
 * @throws FettleError as `versionOf`
 */
export function probe(path: string, newest: number, network: boolean): void {
  if (!existsSync(path) || statSync(path).size === 0) return;
  // A read-only connection would need the shared memory; the check inside the writer's transaction has to do.
  if (network && usesWriteAheadLog(path)) return;
  try {
    openReadOnly(path, newest).database.close();
  } catch (thrown) {
    // What a writer left inside a commit can only be undone by the next writer, which checks again.
    if (!sqliteCode(thrown)?.startsWith('SQLITE_READONLY')) throw thrown;
  }
}

/**
 * Chooses the journal for a file system. To be called by the holder of the lease, outside a transaction.
 *
 * On a local disk: a write-ahead log, synchronous NORMAL. A commit survives the death of the process (`kill -9`) from the
 * moment in which it returns; a power failure may cost the commits of the last moments, never the file's consistency.
 * On a network file system, whose machines share no memory: a rollback journal, synchronous FULL; slower, and readers and
 * the writer wait for each other for as long as one commit takes.
 */
export function chooseJournal(database: Database.Database, network: boolean): void {
  if (network) {
    database.pragma('journal_mode = TRUNCATE');
    database.pragma('locking_mode = NORMAL');
    database.pragma('synchronous = FULL');
    return;
  }
  const mode = database.pragma('journal_mode = WAL', { simple: true });
  // SQLite stays with the rollback journal where it finds no shared memory; that one is safe only with FULL.
  database.pragma(`synchronous = ${mode === 'wal' ? 'NORMAL' : 'FULL'}`);
  database.pragma(`journal_size_limit = ${JOURNAL_SIZE_LIMIT}`);
  database.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
}

/**
 * Opens a file for reading only.
 * @throws FettleError `study-missing`, and as `versionOf`
 */
export function connectForReading(path: string, newest: number): Database.Database {
  if (!existsSync(path) || statSync(path).isDirectory()) throw missing(path);
  return guarded(path, () => {
    const opened = openWhateverItTakes(path, newest);
    if (opened.version === newest) return opened.database;
    opened.database.close();
    if (opened.version === 0) throw missing(path);
    throw new FettleError(
      'store-unwritable',
      `The study was written by an older Fettle (version ${opened.version} of its file, this Fettle reads version ${newest}).`,
      { place: path, remedy: 'Open it for writing once (run the study): that brings it up to date.' },
    );
  });
}

interface Opened {
  readonly database: Database.Database;
  readonly version: number;
}

function openWhateverItTakes(path: string, newest: number): Opened {
  try {
    return openReadOnly(path, newest);
  } catch (thrown) {
    const code = sqliteCode(thrown) ?? '';
    if (code.startsWith('SQLITE_READONLY')) {
      // A writer without a write-ahead log died inside a commit: what it left must be undone before anybody can read.
      undoUnfinishedCommit(path);
      return openReadOnly(path, newest);
    }
    if (code.startsWith('SQLITE_CANTOPEN') && !existsSync(`${path}-wal`)) {
      // The folder does not let us make the shared memory (another person's study, say), and nobody writes: a copy will do.
      return openReadOnly(copyInMemory(path), newest, path);
    }
    throw thrown;
  }
}

function openReadOnly(file: string | Buffer, newest: number, path = String(file)): Opened {
  const options = { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT };
  const database = new Database(file, Buffer.isBuffer(file) ? { readonly: true } : options);
  try {
    return { database, version: versionOf(database, newest, path) };
  } catch (thrown) {
    database.close();
    throw thrown;
  }
}

/** A whole file, told (in bytes 18 and 19 of its header) that it has no write-ahead log. */
function copyInMemory(path: string): Buffer {
  return readFileSync(path).fill(1, 18, 20);
}

function undoUnfinishedCommit(path: string): void {
  const database = new Database(path, { fileMustExist: true, timeout: BUSY_TIMEOUT });
  try {
    database.pragma('user_version');
  } finally {
    database.close();
  }
}

function missing(path: string): FettleError {
  return new FettleError('study-missing', 'There is no study in this file.', {
    place: path,
    remedy: 'Check the path, or run the study first.',
  });
}

/** The mounts of this machine as `/proc` tells them; `undefined` where it does not. */
export function readMountInfo(): string | undefined {
  try {
    return readFileSync('/proc/self/mountinfo', 'utf8');
  } catch {
    return undefined;
  }
}

/**
 * The type of the network file system that holds a file; `undefined` for a local (or unknown) one.
 * @throws FettleError `store-unwritable` if the file's folder does not exist
 */
export function networkFileSystem(path: string, mountInfo: string | undefined): string | undefined {
  if (!existsSync(dirname(path))) {
    throw new FettleError('store-unwritable', `The folder ${dirname(path)} does not exist.`, {
      place: path,
      remedy: 'Create the folder, or name another file.',
    });
  }
  if (existsSync(path) && statSync(path).isDirectory()) {
    throw new FettleError('store-unwritable', 'This is a folder, and not the file of a study.', {
      place: path,
      remedy: 'Name a file inside the folder.',
    });
  }
  if (mountInfo === undefined) return undefined;
  const type = fileSystemOf(mountInfo, realpathSync(existsSync(path) ? path : dirname(path)));
  return type !== undefined && isNetworkFileSystem(type) ? type : undefined;
}

/** Byte 18 of the file's header is 2 for a write-ahead log (SQLite file format, section 1.3). */
function usesWriteAheadLog(path: string): boolean {
  const header = new Uint8Array(19);
  const file = openSync(path, 'r');
  try {
    return readSync(file, header, 0, 19, 0) === 19 && header[18] === 2;
  } finally {
    closeSync(file);
  }
}
