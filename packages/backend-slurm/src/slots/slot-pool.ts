import { join } from 'node:path';
import type { AttemptId } from '@fettle/core';
import type { Ledger } from './ledger.ts';
import type { NewOrder } from './orders.ts';
import { Slot } from './slot.ts';
import { SlotFiles } from './slot-files.ts';

/** The slots that are not closed, with their files and the ledger in which everything is noted before it is done. */
export class SlotPool implements Iterable<Slot> {
  readonly #folder: string;
  readonly #ledger: Ledger;
  readonly #session: number;
  readonly #slots = new Map<string, Slot>();
  readonly #files = new Map<string, SlotFiles>();

  /** @param folder of the slots of all batches */
  constructor(folder: string, ledger: Ledger, session: number) {
    this.#folder = folder;
    this.#ledger = ledger;
    this.#session = session;
  }

  [Symbol.iterator](): Iterator<Slot> {
    return this.#slots.values();
  }

  get size(): number {
    return this.#slots.size;
  }

  /** Folder of a batch. */
  folderOf(batch: string): string {
    return join(this.#folder, batch);
  }

  /** New slots of jobs with so many lanes, in the ledger and on disk; they are still to be submitted. */
  add(batch: string, count: number, lanes: number, now: number): readonly Slot[] {
    this.#ledger.append({ kind: 'submitting', batch, count, lanes, at: now });
    return Array.from({ length: count }, (_, index) => {
      const slot = this.#make(batch, index, now, lanes);
      this.files(slot).make();
      return slot;
    });
  }

  /** The slot's files. */
  files(slot: Slot): SlotFiles {
    let files = this.#files.get(slot.name);
    if (files === undefined) {
      files = new SlotFiles(join(this.#folder, slot.name));
      this.#files.set(slot.name, files);
    }
    return files;
  }

  /** An attempt belongs to a slot from now on, if this comes back. */
  assign(slot: Slot, attempt: AttemptId): void {
    this.#ledger.append({ kind: 'assigned', attempt, slot: slot.name });
    slot.attempt = attempt;
    slot.taken += 1;
  }

  /** A slot does not have the attempt after all that it was to be given. */
  takeBack(slot: Slot): void {
    if (slot.attempt === undefined) return;
    slot.attempt = undefined;
    slot.taken -= 1;
  }

  /** Gives an order, if this comes back. @param script makes what to run, given the file by which it is asked to stop */
  order(slot: Slot, order: NewOrder, script?: (stopFile: string) => string): void {
    slot.ordered += 1;
    const files = this.files(slot);
    const seq = slot.ordered;
    files.order({ ...order, session: this.#session, seq }, script?.(files.stopFile(seq)));
  }

  /** Whatever starts in this slot from now on leaves at once. */
  close(slot: Slot, why: string): void {
    this.order(slot, { kind: 'leave' });
    slot.closed = why;
    this.#forget(slot, why);
  }

  /** Forgets the slots that have closed by themselves. */
  sweep(): void {
    for (const slot of this) if (slot.closed !== undefined) this.#forget(slot, slot.closed);
  }

  /** Slots of a submission that did not happen. */
  refuse(slots: readonly Slot[], message: string): void {
    const [first] = slots;
    if (first === undefined) return;
    for (const slot of slots) {
      slot.closed = message;
      this.#slots.delete(slot.name);
      this.#files.delete(slot.name);
    }
    this.#ledger.append({ kind: 'refused', batch: first.batch, message });
  }

  /**
   * Slots of earlier sessions. Those that are closed are not among the pool's, but attempts may still belong to them.
   * @returns the slot that each attempt was given to last
   */
  restore(): ReadonlyMap<AttemptId, Slot> {
    const assigned = new Map<AttemptId, Slot>();
    const all = new Map<string, Slot>();
    for (const entry of this.#ledger.past) {
      switch (entry.kind) {
        case 'submitting':
          for (let index = 0; index < entry.count; index += 1) {
            const slot = this.#make(entry.batch, index, entry.at, entry.lanes);
            all.set(slot.name, slot);
          }
          break;
        case 'refused':
          for (const slot of all.values()) if (slot.batch === entry.batch) slot.closed = entry.message;
          break;
        case 'assigned': {
          const slot = all.get(entry.slot);
          if (slot === undefined) break;
          assigned.set(entry.attempt, slot);
          slot.taken += 1;
          break;
        }
        case 'closed': {
          const slot = all.get(entry.slot);
          if (slot !== undefined) slot.closed = entry.why;
          break;
        }
        default:
          break;
      }
    }
    for (const slot of all.values()) {
      if (slot.closed !== undefined) this.#slots.delete(slot.name);
      // The driver may have died before it had made them.
      else this.files(slot).make();
    }
    return assigned;
  }

  #forget(slot: Slot, why: string): void {
    this.#ledger.append({ kind: 'closed', slot: slot.name, why });
    this.#slots.delete(slot.name);
    this.#files.delete(slot.name);
  }

  #make(batch: string, index: number, submitted: number, lanes: number): Slot {
    const slot = new Slot(batch, index, submitted, lanes);
    this.#slots.set(slot.name, slot);
    return slot;
  }
}
