import type { Clock, Disposer } from '@fettle/core';

/** Things that are done again and again, each after the time that it asked for the time before. */
export class Rounds {
  readonly #clock: Clock;
  readonly #failed: (thrown: unknown) => void;
  readonly #timers = new Set<Disposer>();
  #over = false;

  /** @param failed told what an act has thrown; it is done again all the same */
  constructor(clock: Clock, failed: (thrown: unknown) => void) {
    this.#clock = clock;
    this.#failed = failed;
  }

  /**
   * Begins one.
   * @param wait milliseconds until the first time
   * @param act does it, and says how many milliseconds to wait until the next time
   */
  begin(wait: number, act: () => Promise<number>): void {
    const cancel = this.#clock.after(wait, () => {
      this.#timers.delete(cancel);
      act().then(
        (next) => !this.#over && this.begin(next, act),
        (thrown: unknown) => {
          this.#failed(thrown);
          if (!this.#over) this.begin(wait, act);
        },
      );
    });
    this.#timers.add(cancel);
  }

  /** Does nothing any more; what is being done just now is finished. */
  end(): void {
    this.#over = true;
    for (const cancel of this.#timers) cancel();
  }
}
