import type { AttemptId, BackendHost } from '@fettle/core';
import type { Steps } from './jobs/steps.ts';
import type { SlurmOptions } from './slurm-options.ts';
import type { AttemptRecord } from './slots/agent-record.ts';
import type { Slot } from './slots/slot.ts';
import type { SlotPool } from './slots/slot-pool.ts';

/** How much an attempt counts in the typical time of one. */
const RECENT = 0.2;

/** What an agent has said since it was heard last. */
export interface Heard {
  /** Whether its job has begun. */
  readonly begun: boolean;
  /** Whether its program may have written something. */
  readonly grown: boolean;
  readonly ended: readonly AttemptRecord[];
  /** The attempt that was lost because the agent has left. */
  readonly lost: AttemptId | undefined;
}

/** The agents in the slots: hears them, and says which of them take more work. */
export class SlotAgents {
  readonly #options: SlurmOptions;
  readonly #host: BackendHost;
  readonly #pool: SlotPool;
  readonly #steps: Steps | undefined;
  /** When the attempt in a slot began. */
  readonly #begun = new WeakMap<Slot, number>();
  /** How long attempts take, in milliseconds. */
  #typical = 0;

  /** @param steps where the slots are steps of an allocation */
  constructor(options: SlurmOptions, host: BackendHost, pool: SlotPool, steps: Steps | undefined) {
    this.#options = options;
    this.#host = host;
    this.#pool = pool;
    this.#steps = steps;
  }

  /** Takes in what an agent has written. */
  hear(slot: Slot): Heard {
    const ended: AttemptRecord[] = [];
    const news = this.#pool.files(slot).news();
    for (const record of news) {
      const end = slot.hear(record, this.#now);
      if (end !== undefined) ended.push(end);
      if (record.kind === 'hello') {
        this.#host.logger.info(`Slot ${slot.name} runs on ${record.node} as job ${record.job}.`);
      }
      if (record.kind === 'started') this.#begun.set(slot, this.#now);
    }
    if (ended.length > 0) this.#learn(slot);
    if (slot.state === 'idle' && !this.#allows(slot)) slot.leave();
    const said = (kind: (typeof news)[number]['kind']): boolean => news.some((record) => record.kind === kind);
    const heard = { begun: said('hello'), grown: said('alive'), ended };
    if (slot.closed === undefined) return { ...heard, lost: undefined };
    const lost = slot.attempt;
    slot.attempt = undefined;
    return { ...heard, lost };
  }

  /** Whether a slot should be given another attempt. One that should not is asked to leave. */
  takesMore(slot: Slot): boolean {
    // Whatever the time that is left, a new job must not be sent away: the next one would have no more.
    if (slot.taken === 0) return this.#allows(slot);
    const left = this.#endOf(slot) - this.#options.leadSeconds * 1000 - this.#now;
    // A program that can resume loses little when its time ends in the middle.
    const enough = left > (this.#host.resumable ? this.#typical / 4 : this.#typical);
    if (this.#allows(slot) && enough) return true;
    slot.leave();
    if (!enough) this.#pool.order(slot, { kind: 'leave' });
    return false;
  }

  /** Asks the agents of an allocation to leave shortly before its time is over; jobs of their own are told by Slurm. */
  leaveInTime(): void {
    if (this.#steps?.isEnding(this.#now, this.#options.leadSeconds) !== true) return;
    for (const slot of this.#pool) {
      if (slot.state === 'leaving') continue;
      slot.leave();
      this.#pool.order(slot, { kind: 'leave' });
    }
  }

  get #now(): number {
    return this.#host.clock.now();
  }

  /** When the time of a slot is over, in milliseconds since the epoch, as far as anybody has said. */
  #endOf({ until, since = Number.POSITIVE_INFINITY }: Slot): number {
    const { minutes = Number.POSITIVE_INFINITY } = this.#options;
    return this.#steps?.end ?? until ?? since + minutes * 60_000;
  }

  #allows({ taken }: Slot): boolean {
    return taken < (this.#options.attemptsPerJob ?? Number.POSITIVE_INFINITY);
  }

  #learn(slot: Slot): void {
    const begun = this.#begun.get(slot);
    if (begun === undefined) return;
    this.#begun.delete(slot);
    const took = this.#now - begun;
    this.#typical = this.#typical === 0 ? took : this.#typical + RECENT * (took - this.#typical);
  }
}
