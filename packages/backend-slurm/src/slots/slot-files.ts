import { closeSync, fstatSync, mkdirSync, openSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentRecord, Order } from '../agent/agent.ts';
import { appendLine, mendedLines } from './append-line.ts';

/** The two files through which a slot's agent and the driver speak. */
export class SlotFiles {
  readonly #orders: string;
  readonly #records: string;
  #offset = 0;
  #lastSeq = 0;

  constructor(folder: string) {
    this.#orders = join(folder, 'to-agent.jsonl');
    this.#records = join(folder, 'from-agent.jsonl');
  }

  /**
   * Makes the folder and both files before anybody else looks: a file that is known grows visibly on every file system,
   * one that is new may stay hidden behind a cached directory.
   */
  static make(folder: string): void {
    mkdirSync(folder, { recursive: true });
    for (const name of ['to-agent.jsonl', 'from-agent.jsonl']) writeFileSync(join(folder, name), '', { flag: 'a' });
  }

  /** Appends an order. */
  order(order: Order): void {
    appendLine(this.#orders, order);
  }

  /** Orders that earlier drivers gave, oldest first. */
  orders(): readonly Order[] {
    return mendedLines(this.#orders).map((line) => JSON.parse(line) as Order);
  }

  /** What the agent has written since the last look; each record once, however often a part of the file is seen. */
  news(): readonly AgentRecord[] {
    const { lines: fresh, end } = lines(this.#records, this.#offset);
    this.#offset = end;
    return fresh.flatMap((line) => {
      const record = JSON.parse(line) as AgentRecord;
      if (record.seq <= this.#lastSeq) return [];
      this.#lastSeq = record.seq;
      return [record];
    });
  }
}

/** Whole lines of a file from an offset on, which is opened for this look alone (close-to-open consistency). */
function lines(path: string, offset: number): { readonly lines: readonly string[]; readonly end: number } {
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
}
