import type { AttemptId } from '@fettle/core';
import type { AgentRecord } from '../agent/agent.ts';

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

/** How an attempt ended, as its agent says. */
export type AttemptRecord = Extract<AgentRecord, { kind: 'ended' }>;

/** One slot as the driver knows it: folded from its agent's records. */
export class Slot {
  /** `<batch>/<index>`, its place below the folder of slots. */
  readonly name: string;
  readonly batch: string;
  readonly index: number;
  /** The attempt that was given to it and has not ended. */
  attempt: AttemptId | undefined;
  /** Orders given to it. */
  ordered = 0;
  /** Attempts given to it in all. */
  taken = 0;
  /** When its agent was last heard of, in milliseconds since the epoch; absent before its hello. */
  heard: number | undefined;
  /** Number of its job, as its agent said. */
  job: string | undefined;
  /** Name of its node. */
  node: string | undefined;
  #leaving = false;
  /** Why it is closed. */
  closed: string | undefined;
  /** Looks at the queue in which its job was not to be seen, one after the other. */
  missed = 0;

  constructor(batch: string, index: number) {
    this.name = `${batch}/${index}`;
    this.batch = batch;
    this.index = index;
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

  /** Takes in what its agent wrote. @returns the end of an attempt, if this is one that is waited for */
  hear(record: AgentRecord): AttemptRecord | undefined {
    this.heard = record.at;
    switch (record.kind) {
      case 'hello':
        this.job = record.job;
        this.node = record.node;
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
