import type { Clock, Disposer, MaybePromise } from '@fettle/core';

/** One thing that is done again and again. */
export interface Round {
  /** Has it done within so many milliseconds, unless it comes sooner anyway or is being done just now. */
  hasten(wait: number): void;
}

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
  begin(wait: number, act: () => MaybePromise<number>): Round {
    let due = Number.NEGATIVE_INFINITY;
    let cancel: Disposer = () => undefined;
    const after = (milliseconds: number): void => {
      if (this.#over) return;
      due = this.#clock.now() + milliseconds;
      cancel = this.#clock.after(milliseconds, () => {
        this.#timers.delete(cancel);
        due = Number.NEGATIVE_INFINITY;
        new Promise<number>((resolve) => resolve(act())).then(after, (thrown: unknown) => {
          this.#failed(thrown);
          after(Math.max(milliseconds, wait));
        });
      });
      this.#timers.add(cancel);
    };
    after(wait);
    return {
      hasten: (milliseconds) => {
        if (this.#clock.now() + milliseconds >= due) return;
        cancel();
        this.#timers.delete(cancel);
        after(milliseconds);
      },
    };
  }

  /** Does nothing any more; what is being done just now is finished. */
  end(): void {
    this.#over = true;
    for (const cancel of this.#timers) cancel();
  }
}
