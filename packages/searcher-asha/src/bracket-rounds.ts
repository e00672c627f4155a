import type { Allocation } from './allocation.ts';
import { SynchronousBracket } from './synchronous-bracket.ts';

/** A synchronous bracket as it is planned. */
export interface RoundBracket {
  readonly name: string;
  /** Resource of each rung, lowest first. */
  readonly levels: readonly number[];
  /** Trials for each rung. */
  readonly places: readonly number[];
}

/**
 * Synchronous brackets, one after another, again and again. While the trials of one are waiting for the last at their rung,
 * free places begin the next, so that nobody is idle.
 */
export class BracketRounds implements Allocation {
  readonly #cycle: readonly RoundBracket[];
  readonly #reductionFactor: number;
  readonly #rounds: number;
  /** Brackets that were begun, oldest first, without those of earlier rounds that are over. */
  #brackets: readonly SynchronousBracket[] = [];
  /** The bracket after those that were begun, and how many were. */
  #next: SynchronousBracket | undefined;
  #begun = 0;

  /**
   * @param cycle the brackets of one round
   * @param rounds how many times in all
   */
  constructor(cycle: readonly RoundBracket[], reductionFactor: number, rounds = Number.POSITIVE_INFINITY) {
    this.#cycle = cycle;
    this.#reductionFactor = reductionFactor;
    this.#rounds = rounds;
  }

  get brackets(): readonly SynchronousBracket[] {
    return this.#brackets;
  }

  choose(): SynchronousBracket | undefined {
    const open = this.#brackets.find(({ hasRoom }) => hasRoom);
    if (open !== undefined) return open;
    if (this.#begun >= this.#rounds * this.#cycle.length) return undefined;
    this.#next ??= this.#make();
    return this.#next;
  }

  enter(): SynchronousBracket {
    const bracket = this.choose() ?? this.#brackets.at(-1)!;
    if (bracket === this.#next) {
      const old = this.#brackets.length - this.#cycle.length;
      this.#brackets = [...this.#brackets.filter(({ over }, index) => index > old || !over), bracket];
      this.#next = undefined;
      this.#begun += 1;
    }
    return bracket;
  }

  #make(): SynchronousBracket {
    const planned = this.#cycle[this.#begun % this.#cycle.length]!;
    const round = Math.floor(this.#begun / this.#cycle.length) + 1;
    const name = round === 1 ? planned.name : `${planned.name} (round ${round})`;
    return new SynchronousBracket(name, planned.levels, this.#reductionFactor, planned.places);
  }
}
