import { processFacts, type SqliteReader } from '@fettle/core/store';

/** The process that has a study open for writing. */
export interface Driver {
  readonly host: string;
  readonly pid: number;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** When it was last heard of, in milliseconds since the epoch. */
  readonly heartbeat: number;
  /** What became of it: `unknown` if it is on another machine. */
  readonly fate: 'alive' | 'dead' | 'unknown';
}

/** Who drives a study now; undefined if its last session was closed. */
export function driverOf(reader: SqliteReader): Driver | undefined {
  const holder = reader.leaseHolder();
  if (holder === undefined) return undefined;
  const { host, pid, since, heartbeat } = holder;
  return { host, pid, since, heartbeat, fate: processFacts().fateOf(holder) };
}
