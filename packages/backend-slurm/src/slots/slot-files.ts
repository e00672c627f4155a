import { closeSync, existsSync, fstatSync, mkdirSync, openSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AgentRecord, readRecord } from './agent-record.ts';
import { appendLine, mendedLines } from './append-line.ts';
import { type Order, orderLine, readOrder } from './orders.ts';

const TO_AGENT = 'to-agent';
const FROM_AGENT = 'from-agent.jsonl';

/** The two files through which a slot's agent and the driver speak. */
export class SlotFiles {
  readonly #folder: string;
  #offset = 0;
  #lastSeq = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Makes the folder and both files before anybody else looks: a file that is known grows visibly on every file system,
   * one that is new may stay hidden behind a cached directory.
   */
  make(): void {
    mkdirSync(this.#folder, { recursive: true });
    for (const name of [TO_AGENT, FROM_AGENT]) writeFileSync(join(this.#folder, name), '', { flag: 'a' });
  }

  /** The file by which the program of an order is asked to stop. */
  stopFile(seq: number): string {
    return join(this.#folder, `stop-${seq}`);
  }

  /** Appends an order. @param script what to run, for an order to run */
  order(order: Order, script?: string): void {
    // Somebody may have removed it; the agent of old does not come back then.
    mkdirSync(this.#folder, { recursive: true });
    // The agent looks for it only once it has read the order.
    if (script !== undefined) writeFileSync(join(this.#folder, `run-${order.seq}.sh`), script, { flush: true });
    appendLine(join(this.#folder, TO_AGENT), orderLine(order));
  }

  /** Orders that earlier drivers gave, oldest first. */
  orders(): readonly NonNullable<ReturnType<typeof readOrder>>[] {
    const path = join(this.#folder, TO_AGENT);
    // Somebody may have removed it.
    return existsSync(path) ? mendedLines(path).flatMap((line) => readOrder(line) ?? []) : [];
  }

  /** What the agent has written since the last look; each record once, however often a part of the file is seen. */
  news(): readonly AgentRecord[] {
    const { lines: fresh, end } = lines(join(this.#folder, FROM_AGENT), this.#offset);
    this.#offset = end;
    return fresh.flatMap((line) => {
      const record = readRecord(line);
      if (record === undefined || record.seq <= this.#lastSeq) return [];
      this.#lastSeq = record.seq;
      return [record];
    });
  }
}

/**
 * Whole lines of a file from an offset on, which is opened for this look alone (close-to-open consistency). None of one that
 * was removed, or cannot be read for now: Slurm will say what became of the job, and others are to be heard all the same.
 */
function lines(path: string, offset: number): { readonly lines: readonly string[]; readonly end: number } {
  try {
    const file = openSync(path, 'r');
    try {
      const { size } = fstatSync(file);
      const bytes = Buffer.alloc(Math.max(0, size - offset));
      const read = readSync(file, bytes, 0, bytes.length, offset);
      const length = bytes.subarray(0, read).lastIndexOf(10) + 1;
      return { lines: bytes.toString('utf8', 0, length).split('\n').slice(0, -1), end: offset + length };
    } finally {
      closeSync(file);
    }
  } catch {
    return { lines: [], end: offset };
  }
}
