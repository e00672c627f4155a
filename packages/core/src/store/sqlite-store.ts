import { systemClock } from '../system/system-clock.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { TrialStore } from '../ports/trial-store.ts';
import type { SqliteReader } from './file-reader.ts';
import { takeLease, type TakenLease } from './lease.ts';
import { migrate, newestVersion } from './migrations.ts';
import {
  chooseJournal,
  connectForReading,
  connectForWriting,
  networkFileSystem,
  probe,
  readMountInfo,
} from './open-database.ts';
import { processFacts, type ProcessFacts } from './process-facts.ts';
import { MIGRATIONS } from './schema.ts';
import { sqliteReader } from './sqlite-reader.ts';
import { guarded } from './store-error.ts';
import { storeOn } from './store-on.ts';

/** How a store file is opened for writing. */
export interface SqliteStoreOptions {
  /**
   * Takes the lease even from a holder that seems to live, which is then refused with `store-fenced` at its next commit.
   * For a person who knows better: a driver that hangs, or one on a machine that is gone.
   */
  readonly takeOver?: boolean | undefined;
  /** Where notices go, such as that the file is on a network file system. */
  readonly logger?: Logger | undefined;
  /** Time of the lease; the system's clock if absent. */
  readonly clock?: Clock | undefined;
  /** What is known of processes; the operating system's view if absent. */
  readonly processes?: ProcessFacts | undefined;
  /** Mounts in the form of `/proc/self/mountinfo`; this machine's if absent. */
  readonly mountInfo?: string | undefined;
}

/**
 * Opens a study's file for writing and creates it if there is none.
 *
 * A commit survives the death of the process (`kill -9`) from the moment in which `append` returns. After a power failure
 * the commits of the last moments may be missing on a local disk (write-ahead log, synchronous NORMAL); the file is whole
 * in any case. To copy a study, copy the file together with the one named `-wal` beside it, or close the store first.
 *
 * @param path of the file; its folder exists
 * @throws FettleError `store-locked`, `store-newer`, `store-corrupt`, `store-unwritable`
 */
export function sqliteStore(path: string, options: SqliteStoreOptions = {}): TrialStore {
  const { logger, clock = systemClock(), processes = processFacts() } = options;
  return guarded(path, () => {
    const fileSystem = networkFileSystem(path, options.mountInfo ?? readMountInfo());
    const network = fileSystem !== undefined;
    probe(path, newestVersion(MIGRATIONS), network);
    const database = connectForWriting(path, network);
    try {
      const open = database.transaction(() => {
        migrate(database, MIGRATIONS, path);
        const takeOver = options.takeOver === true;
        return takeLease(database, { facts: processes, now: clock.now(), takeOver, place: path });
      });
      const lease = open.immediate();
      chooseJournal(database, network);
      tell(logger, path, fileSystem, lease);
      return storeOn(database, { path, epoch: lease.epoch, clock, logger });
    } catch (thrown) {
      database.close();
      throw thrown;
    }
  });
}

/**
 * Opens a study's file for reading. The connection is read-only, waits for no writer on a local disk and makes none wait.
 * @throws FettleError `study-missing`, `store-newer`, `store-corrupt`, `store-unwritable`
 */
export function readSqliteStore(path: string): SqliteReader {
  const database = connectForReading(path, newestVersion(MIGRATIONS));
  return guarded(path, () => sqliteReader(database, path));
}

function tell(logger: Logger | undefined, file: string, fileSystem: string | undefined, lease: TakenLease): void {
  if (fileSystem !== undefined) {
    logger?.info(
      'The study is on a network file system: SQLite keeps no write-ahead log there, so commits take longer.',
      {
        file,
        fileSystem,
      },
    );
  }
  if (lease.replaced !== undefined) {
    const { host, pid } = lease.replaced;
    logger?.info('The last driver of the study did not close it; this one goes on from there.', { file, host, pid });
  }
}
