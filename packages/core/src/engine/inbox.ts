import type { Input } from './input.ts';

/** Where inputs wait for the engine, in the order in which they came. */
export class Inbox {
  #inputs: Input[] = [];
  #wake: (() => void) | undefined;

  /** How many inputs wait. */
  get size(): number {
    return this.#inputs.length;
  }

  post(input: Input): void {
    this.#inputs.push(input);
    this.#wake?.();
  }

  /** Takes everything that waits. */
  take(): Input[] {
    const inputs = this.#inputs;
    this.#inputs = [];
    return inputs;
  }

  /** Resolves once something waits. */
  wait(): Promise<void> {
    if (this.#inputs.length > 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = undefined;
        resolve();
      };
    });
  }
}
