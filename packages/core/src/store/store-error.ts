import { FettleError } from '../errors.ts';

/**
 * What an error of SQLite means for a store. Anything else (a {@link FettleError}, a bug) comes back as it is.
 * @param place the file
 */
export function storeError(thrown: unknown, place: string): unknown {
  const code = sqliteCode(thrown);
  if (code === undefined) return thrown;
  const options = { place, cause: thrown };
  if (code === 'SQLITE_FULL') {
    return new FettleError(
      'store-unwritable',
      'The disk is full: the commit was undone, everything before it is kept.',
      {
        ...options,
        remedy: 'Free some space (or raise the quota) and run the study again; it continues.',
      },
    );
  }
  if (code.startsWith('SQLITE_NOTADB') || code.startsWith('SQLITE_CORRUPT')) {
    const what = code.startsWith('SQLITE_NOTADB') ? 'is not an SQLite database' : 'is damaged';
    return new FettleError('store-corrupt', `The file ${what}, so it cannot be used as a study (${code}).`, {
      ...options,
      remedy:
        'Put a backup in its place (together with its -wal file, if there is one), or save what can be read with ' +
        '`sqlite3 <file> .recover`.',
    });
  }
  if (code === 'SQLITE_ERROR') {
    // Our statements are right, so what they speak of is not there.
    const { message } = thrown as Error;
    return new FettleError('store-corrupt', `The file lacks a part of a study's store: ${message}.`, {
      ...options,
      remedy: 'Put a backup in its place; something other than Fettle has changed the tables.',
    });
  }
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return new FettleError('store-unwritable', `Another program keeps the file locked (${code}).`, {
      ...options,
      remedy: 'Close the program that has the file open for writing, such as an sqlite3 shell inside a transaction.',
    });
  }
  if (code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_PERM') || code.startsWith('SQLITE_AUTH')) {
    return new FettleError('store-unwritable', `The file or its folder may not be written to (${code}).`, {
      ...options,
      remedy:
        'Make the file and its folder writable for this user, and check that the file system is not mounted read-only.',
    });
  }
  if (code.startsWith('SQLITE_CANTOPEN')) {
    return new FettleError('store-unwritable', `The file cannot be opened (${code}).`, {
      ...options,
      remedy: 'Check that its folder exists and that this user may read and write the file and the folder.',
    });
  }
  if (code.startsWith('SQLITE_IOERR')) {
    return new FettleError(
      'store-unwritable',
      `The operating system could not read or write the file (${code}). What was committed before is kept.`,
      { ...options, remedy: 'Check the disk, its quota and the limits of this process; then run the study again.' },
    );
  }
  return thrown;
}

/** Runs something on the database, with SQLite's errors turned into ours. */
export function guarded<T>(place: string, work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    throw storeError(thrown, place);
  }
}

/** The code of an error of SQLite, such as `SQLITE_FULL`; `undefined` for any other error. */
export function sqliteCode(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || !('code' in thrown) || typeof thrown.code !== 'string') return undefined;
  return thrown.code.startsWith('SQLITE_') ? thrown.code : undefined;
}
