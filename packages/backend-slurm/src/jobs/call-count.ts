import type { SlurmCommand } from './slurm.ts';

/** Time between two notes, in milliseconds. */
const NOTE_EVERY = 5 * 60_000;

/** Counts what is asked of Slurm: what a study costs the controller is no secret. */
export class CallCount {
  /** Runs a command, and counts it. */
  readonly command: SlurmCommand;
  readonly #calls = new Map<string, number>();
  #noted = Number.NEGATIVE_INFINITY;

  constructor(run: SlurmCommand) {
    this.command = (command, args, options) => {
      this.#calls.set(command, (this.#calls.get(command) ?? 0) + 1);
      return run(command, args, options);
    };
  }

  /** Calls so far, by command. */
  get calls(): { readonly [command: string]: number } {
    return Object.fromEntries(this.#calls);
  }

  /** Whether it is time to write them down. @param now milliseconds since the epoch */
  isDue(now: number): boolean {
    if (now < this.#noted + NOTE_EVERY) return false;
    this.#noted = now;
    return true;
  }
}
