import type { LeaseHolder } from '../ports/trial-store.ts';

/** A holder, and when it was last heard of in milliseconds since the epoch (by its own clock). */
export interface HeldLease extends LeaseHolder {
  readonly heartbeat: number;
}
