import type { AttemptId } from '@fettle/core';
import type { AgentRecord, AttemptRecord } from './agent-record.ts';

/** Where a slot stands. */
export type SlotState =
  /** Its job waits, as far as is known. */
  | 'queued'
  /** Its agent has nothing to do. */
  | 'idle'
  | 'busy'
  /** Takes no more work; it may still run its last attempt. */
  | 'leaving'
  /** Will do nothing any more. */
  | 'closed';

/** One slot as the driver knows it: folded from its agent's records. */
export class Slot {
  /** `<batch>/<index>`, its place below the folder of slots. */
  readonly name: string;
  readonly batch: string;
  readonly index: number;
  /** Index of its job in the batch. */
  readonly element: number;
  /** When its job was submitted, in milliseconds since the epoch. */
  readonly submitted: number;
  /** The attempt that was given to it and has not ended. */
  attempt: AttemptId | undefined;
  /** Number of the last order given to it. */
  ordered = 0;
  /** Attempts given to it in all. */
  taken = 0;
  /** When its agent was last heard of, by the driver's clock; absent before its hello. */
  heard: number | undefined;
  /** Number of its job, as its agent said. */
  job: string | undefined;
  /** Name of its node. */
  node: string | undefined;
  /** When its agent began, by the clock of its node: milliseconds since the epoch. */
  since: number | undefined;
  /** When its job's time is over, in milliseconds since the epoch, if Slurm said so. */
  until: number | undefined;
  /** Whether it was said that nothing is heard of it. */
  silent = false;
  #leaving = false;
  /** Whether its job was cancelled in case it waits: its attempt is to stop. */
  cancelled = false;
  /** Why it is closed. */
  closed: string | undefined;
  /** Looks at the queue in which its job was not to be seen, one after the other. */
  missed = 0;

  /** @param lanes slots that share its job */
  constructor(batch: string, index: number, submitted: number, lanes = 1) {
    this.name = `${batch}/${index}`;
    this.batch = batch;
    this.index = index;
    this.element = Math.floor(index / lanes);
    this.submitted = submitted;
  }

  get state(): SlotState {
    if (this.closed !== undefined) return 'closed';
    if (this.#leaving) return 'leaving';
    if (this.attempt !== undefined) return 'busy';
    return this.heard === undefined ? 'queued' : 'idle';
  }

  /** It takes no more work. */
  leave(): void {
    this.#leaving = true;
  }

  /**
   * Takes in what its agent wrote.
   * @param now by the driver's clock: those of the nodes may be anything
   * @returns the end of an attempt, if this is one that is waited for
   */
  hear(record: AgentRecord, now: number): AttemptRecord | undefined {
    this.heard = now;
    this.silent = false;
    switch (record.kind) {
      case 'hello':
        this.job = record.job;
        this.node = record.node;
        this.since = record.at;
        this.until = record.until;
        return undefined;
      case 'leaving':
        this.closed = record.why;
        return undefined;
      case 'ended': {
        if (record.evicted !== undefined) this.#leaving = true;
        if (record.attempt !== this.attempt) return undefined;
        this.attempt = undefined;
        return record;
      }
      default:
        return undefined;
    }
  }
}
