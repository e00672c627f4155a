import { Bracket, type Arrival, type Waiting } from './bracket.ts';
import { placeReason } from './reasons.ts';

/**
 * A bracket whose rungs are filled before anybody goes on: a planned number of trials begins, and from each rung the
 * planned number of the best goes on once the last of them has come or ended (Jamieson and Talwalkar, Non-stochastic Best
 * Arm Identification and Hyperparameter Optimization, AISTATS 2016).
 */
export class SynchronousBracket extends Bracket {
  /** Trials planned for each rung. */
  readonly places: readonly number[];

  /**
   * @param levels resource of each rung, lowest first
   * @param places trials for each of them
   */
  constructor(name: string, levels: readonly number[], reductionFactor: number, places: readonly number[]) {
    super(name, levels, reductionFactor);
    this.places = places;
  }

  /** Whether another trial may begin here. */
  get hasRoom(): boolean {
    return this.trials < this.places[0]!;
  }

  /** Whether nothing will happen here any more. */
  get over(): boolean {
    return this.#isFilled(this.top) && this.haltingAt(this.top) === 0;
  }

  override quota(index: number): number {
    return this.#isFilled(index) ? this.#placesAbove(index) : 0;
  }

  override isOut({ rung, rank }: Arrival): boolean {
    // Those who come later can only push it further down.
    return rank >= this.#placesAbove(rung);
  }

  override reason({ rung, rank }: Arrival): string {
    const { size, level } = this.rungs[rung]!;
    return placeReason(rank, size, this.#placesAbove(rung), level, this.places[rung]);
  }

  protected override firstWithin(index: number, noMore: boolean): Waiting | undefined {
    return this.#isFilled(index, noMore) ? this.#candidate(index, noMore) : undefined;
  }

  #placesAbove(index: number): number {
    return this.places[index + 1] ?? 0;
  }

  /** Whether nobody will come to a rung any more. */
  #isFilled(index: number, noMore = false): boolean {
    if (this.underwayTo(index) > 0) return false;
    if (index === 0) return noMore || !this.hasRoom;
    const below = index - 1;
    return this.#isFilled(below, noMore) && this.haltingAt(below) === 0 && this.#candidate(below, noMore) === undefined;
  }

  /** The best trial that waits at a rung, if it is among those that go on once the rung is filled. */
  #candidate(index: number, noMore: boolean): Waiting | undefined {
    const rung = this.rungs[index]!;
    // A bracket that never filled lets go on as many as its trials are worth.
    const places = noMore && this.hasRoom ? Math.min(this.#placesAbove(index), rung.quota) : this.#placesAbove(index);
    const first = rung.firstOpen();
    return first !== undefined && first.rank < places ? first : undefined;
  }
}
