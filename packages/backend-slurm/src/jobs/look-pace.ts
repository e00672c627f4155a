/** Wait before a look that somebody waits for, in milliseconds. */
const SOON = 5000;
/** Most times the shortest wait that two looks may lie apart. */
const LONGEST = 20;

/**
 * When the controller is asked next: less and less often as long as nothing changes, for the jobs themselves write down what
 * they do, and soon when something has happened. Never twice within the shortest wait.
 */
export class LookPace {
  readonly #now: () => number;
  readonly #shortest: number;
  #wait: number;
  #looked = Number.NEGATIVE_INFINITY;
  #due: number;

  /**
   * @param now milliseconds since the epoch
   * @param shortest milliseconds between two looks while things happen
   */
  constructor(now: () => number, shortest: number) {
    this.#now = now;
    this.#shortest = shortest;
    this.#wait = shortest;
    this.#due = now() + shortest;
  }

  /** Milliseconds until the next look. */
  get wait(): number {
    return Math.max(0, this.#due - this.#now());
  }

  /** A look was taken. @param changed whether it showed anything new */
  looked(changed: boolean): void {
    this.#wait = changed ? this.#shortest : Math.min(this.#wait * 2, this.#shortest * LONGEST);
    this.#looked = this.#now();
    this.#due = this.#looked + this.#wait;
  }

  /** There was nothing to look for. */
  skipped(): void {
    this.#due = this.#now() + this.#wait;
  }

  /** Something has happened, or should have. */
  hurry(): void {
    this.#wait = this.#shortest;
    this.#lookWithin(0);
  }

  /** Jobs were submitted or cancelled, and somebody waits for what the queue says of them. */
  soon(): void {
    this.#lookWithin(Math.min(this.#shortest, SOON));
  }

  #lookWithin(wait: number): void {
    this.#due = Math.min(this.#due, Math.max(this.#looked + this.#shortest, this.#now() + wait));
  }
}
