import type { BracketDescription, Study } from '@fettle/core';

/** Least time between two questions, in milliseconds. */
const PERIOD = 500;

/** The part of the time that answers may take: a searcher with a large model is asked less often. */
const SHARE = 1 / 20;

/** Asks the searcher of a running study for its ladders from time to time, never twice at once. */
export class LadderWatch {
  readonly #study: Pick<Study, 'describe'>;
  readonly #now: () => number;
  readonly #changed: () => void;
  #brackets: readonly BracketDescription[] = [];
  /** When it may be asked again; never, once it has no ladders or failed to answer. */
  #next = 0;
  #asking = false;

  /** @param changed hears that there is an answer */
  constructor(study: Pick<Study, 'describe'>, now: () => number, changed: () => void) {
    this.#study = study;
    this.#now = now;
    this.#changed = changed;
  }

  /** The last answer. */
  get brackets(): readonly BracketDescription[] {
    return this.#brackets;
  }

  /**
   * Asks, if it is time to.
   * @param last whether this is the last time, and so in any case
   */
  look(last = false): void {
    const asked = this.#now();
    if (this.#asking || this.#next === Number.POSITIVE_INFINITY || (asked < this.#next && !last)) return;
    this.#asking = true;
    void this.#study.describe().then((description) => {
      this.#asking = false;
      const now = this.#now();
      this.#next =
        description?.brackets === undefined ? Number.POSITIVE_INFINITY : now + Math.max(PERIOD, (now - asked) / SHARE);
      if (description?.brackets === undefined) return;
      this.#brackets = description.brackets;
      this.#changed();
    });
  }
}
