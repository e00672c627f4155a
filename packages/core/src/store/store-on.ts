import type { Database } from 'better-sqlite3';
import { messageOf } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Commit, TrialStore } from '../ports/trial-store.ts';
import { checkSequence } from './commit-rules.ts';
import { commitWriter } from './commit-writer.ts';
import { heldLease } from './lease.ts';
import { sqliteReader } from './sqlite-reader.ts';
import { guarded, storeError } from './store-error.ts';

/** What a store needs beside its connection. */
export interface OpenStore {
  readonly path: string;
  /** Number of the lease it holds. */
  readonly epoch: number;
  readonly clock: Clock;
  readonly logger: Logger | undefined;
}

/** The store on a connection that holds the lease. */
export function storeOn(database: Database, { path, epoch, clock, logger }: OpenStore): TrialStore {
  const reader = sqliteReader(database, path);
  const lease = heldLease(database, epoch, path);
  const writer = commitWriter(database);
  let last = Number(database.prepare('SELECT max(seq) FROM event').pluck().get() ?? 0);
  const commit = database.transaction((changes: Commit) => {
    lease.check();
    writer.write(changes);
  });
  const renew = database.transaction(() => lease.renew(clock.now()));
  return {
    ...reader,
    append(changes) {
      checkSequence(last, changes.events);
      try {
        commit.immediate(changes);
      } catch (thrown) {
        writer.undone();
        throw storeError(thrown, path);
      }
      last += changes.events.length;
    },
    lastSeq: () => last,
    renewLease() {
      guarded(path, () => renew.immediate());
    },
    close() {
      if (!database.open) return;
      try {
        database.transaction(() => lease.release()).immediate();
      } catch (thrown) {
        // The process ends, and with it its lease: whoever comes next sees that it is gone.
        logger?.warn('The lease of the study could not be given back.', { file: path, why: messageOf(thrown) });
      }
      database.close();
    },
  };
}
