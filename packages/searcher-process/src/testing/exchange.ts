import type { Watcher } from '../program-life.ts';

/** One line of an exchange. */
export interface ExchangedLine {
  /** Who wrote it; `stderr` is the program's standard error. */
  readonly from: 'driver' | 'program' | 'stderr';
  readonly text: string;
}

/** Lines that are kept: enough to see what led to a mistake. */
const KEPT = 200;

/** Writes down what is exchanged with a program, the last lines of it. */
export class Exchange implements Watcher {
  #lines: ExchangedLine[] = [];
  /** Ends the program's present life. */
  kill: () => Promise<void> = async () => undefined;

  /** The lines since the last `clear`, oldest first. */
  get lines(): readonly ExchangedLine[] {
    return this.#lines;
  }

  line(from: ExchangedLine['from'], text: string): void {
    this.#lines.push({ from, text });
    if (this.#lines.length > KEPT) this.#lines.shift();
  }

  life(kill: () => Promise<void>): void {
    this.kill = kill;
  }

  clear(): void {
    this.#lines = [];
  }
}
