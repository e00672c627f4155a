import type { Database } from 'better-sqlite3';
import { FettleError } from '../errors.ts';
import type { HeldLease } from './held-lease.ts';
import type { ProcessFacts, ProcessIdentity } from './process-facts.ts';

/** A holder on another machine that has not been heard of for this long, in milliseconds, counts as dead. */
export const LEASE_TIMEOUT = 60_000;

/** Who takes a lease, when, and whether by force. */
export interface LeaseRequest {
  readonly facts: ProcessFacts;
  readonly now: number;
  readonly takeOver: boolean;
  /** The file, for messages. */
  readonly place: string;
}

/** A lease that was taken. */
export interface TakenLease {
  /** Number of this lease: every one that is taken has a greater one than all before. */
  readonly epoch: number;
  /** The holder that did not give it back, if there was one. */
  readonly replaced: HeldLease | undefined;
}

interface LeaseRow {
  readonly epoch: number;
  readonly host: string | null;
  readonly pid: number;
  readonly started: string;
  readonly since: number;
  readonly heartbeat: number;
}

/**
 * Takes the right to write, inside the caller's transaction.
 * @throws FettleError `store-locked` if somebody who may be alive holds it
 */
export function takeLease(database: Database, request: LeaseRequest): TakenLease {
  const row = readRow(database);
  const holder = heldBy(row);
  if (holder !== undefined && !request.takeOver && !isGone(holder, request.facts, request.now)) {
    throw lockedError(holder, request);
  }
  const epoch = (row?.epoch ?? 0) + 1;
  const self: ProcessIdentity = request.facts.self();
  database
    .prepare(
      'INSERT OR REPLACE INTO lease (id, epoch, host, pid, started, since, heartbeat) VALUES (1, ?, ?, ?, ?, ?, ?)',
    )
    .run(epoch, self.host, self.pid, self.started, request.now, request.now);
  return { epoch, replaced: holder };
}

/** Who holds the lease of a store now, if anybody does. */
export function leaseHolder(database: Database): HeldLease | undefined {
  return heldBy(readRow(database));
}

/**
 * Whether a holder is certainly gone. On its own machine the process itself is looked at; elsewhere only its heartbeat can
 * be, so machines that share a store need clocks that agree to within some seconds.
 */
function isGone(holder: HeldLease, facts: ProcessFacts, now: number): boolean {
  const fate = facts.fateOf(holder);
  return fate === 'dead' || (fate === 'unknown' && now - holder.heartbeat >= LEASE_TIMEOUT);
}

function lockedError(holder: HeldLease, { facts, now, place }: LeaseRequest): FettleError {
  const self = facts.self();
  const own = holder.host === self.host && holder.pid === self.pid && holder.started === self.started;
  const since = new Date(holder.since).toISOString();
  if (own) {
    return new FettleError('store-locked', `The study is already open for writing in this process, since ${since}.`, {
      place,
      remedy: 'Close it first, or use the one that is open.',
    });
  }
  const who = `process ${holder.pid} on ${holder.host}`;
  if (facts.fateOf(holder) === 'alive') {
    return new FettleError('store-locked', `The study is open for writing by ${who}, since ${since}.`, {
      place,
      remedy: `Wait until it ends, or stop it (kill ${holder.pid} on ${holder.host}); reading is possible meanwhile.`,
    });
  }
  const silent = Math.max(0, Math.round((now - holder.heartbeat) / 1000));
  return new FettleError(
    'store-locked',
    `The study is open for writing by ${who}, since ${since}. That process cannot be seen from ${self.host}; it was last ` +
      `heard of ${silent} s ago.`,
    {
      place,
      remedy:
        `Stop it on ${holder.host}. If it is dead, wait until it has been silent for ${LEASE_TIMEOUT / 1000} s, or open ` +
        'the store with takeOver.',
    },
  );
}

/** One session's hold on the lease. */
export interface Lease {
  /** @throws FettleError `store-fenced` if somebody else holds the lease by now; to be called inside the transaction */
  check(): void;
  /** Says that the holder lives. @throws FettleError `store-fenced` */
  renew(now: number): void;
  /** Gives it back; nothing if it is somebody else's by now. */
  release(): void;
}

/** The lease with this number. */
export function heldLease(database: Database, epoch: number, place: string): Lease {
  const current = database.prepare('SELECT epoch FROM lease WHERE id = 1').pluck();
  const beat = database.prepare('UPDATE lease SET heartbeat = ? WHERE id = 1 AND epoch = ?');
  const leave = database.prepare(
    'UPDATE lease SET host = NULL, pid = NULL, started = NULL, since = NULL, heartbeat = NULL WHERE id = 1 AND epoch = ?',
  );
  const fenced = (): FettleError => {
    const holder = leaseHolder(database);
    const who = holder === undefined ? 'Another process' : `Process ${holder.pid} on ${holder.host}`;
    return new FettleError('store-fenced', `${who} has taken the study over; this session may not write any more.`, {
      place,
      remedy: 'End this session. The other one continues the study from everything that was recorded.',
    });
  };
  return {
    check() {
      if (current.get() !== epoch) throw fenced();
    },
    renew(now) {
      if (beat.run(now, epoch).changes === 0) throw fenced();
    },
    release() {
      leave.run(epoch);
    },
  };
}

function readRow(database: Database): LeaseRow | undefined {
  const row = database.prepare('SELECT epoch, host, pid, started, since, heartbeat FROM lease WHERE id = 1').get();
  return row as LeaseRow | undefined;
}

function heldBy(row: LeaseRow | undefined): HeldLease | undefined {
  if (row === undefined || row.host === null) return undefined;
  const { host, pid, started, since, heartbeat } = row;
  return { host, pid, started, since, heartbeat };
}
