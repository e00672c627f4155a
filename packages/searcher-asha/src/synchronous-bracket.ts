import { Bracket, type Arrival, type Displaced, type Waiting } from './bracket.ts';
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
    return this.#isFilled(this.top) && this.haltingAt(this.top) === 0 && this.displaced() === undefined;
  }

  override quota(index: number): number {
    return this.#isFilled(index) ? this.#placesAbove(index) : 0;
  }

  override isOut({ rung, rank }: Arrival): boolean {
    // Those who come later can only push it further down.
    return rank >= this.#placesAbove(rung);
  }

  override reason({ rung, rank }: Arrival, noMore = false): string {
    const { size, level } = this.rungs[rung]!;
    return placeReason(rank, size, this.#placesNow(rung, noMore), level, noMore ? size : this.places[rung]);
  }

  /**
   * Who was among the best and is not any more is kept until those who went on have come to the next rung: up to then it takes
   * the place of one whose configuration turns out to be no good.
   */
  override displaced(noMore = false): Displaced | undefined {
    for (let index = 0; index < this.top && this.#isFilled(index + 1, noMore); index += 1) {
      const rung = this.rungs[index]!;
      const first = rung.firstOpen();
      if (first === undefined) continue;
      return {
        trial: first.trial,
        reason: placeReason(first.rank, rung.size, this.#placesNow(index, noMore), rung.level),
      };
    }
    return undefined;
  }

  protected override firstWithin(index: number, noMore: boolean): Waiting | undefined {
    return this.#isFilled(index, noMore) ? this.#candidate(index, noMore) : undefined;
  }

  /** How many go on from a rung. A bracket that never filled lets go on as many as its trials are worth. */
  #placesNow(index: number, noMore: boolean): number {
    const planned = this.#placesAbove(index);
    return noMore && this.hasRoom ? Math.min(planned, this.rungs[index]!.quota) : planned;
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
    const first = this.rungs[index]!.firstOpen();
    return first !== undefined && first.rank < this.#placesNow(index, noMore) ? first : undefined;
  }
}
