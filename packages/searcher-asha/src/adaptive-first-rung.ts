import type { TrialId } from '@fettle/core';
import { rankCorrelation } from './rank-correlation.ts';

/** A trial whose values at the levels below its first rung are being watched. */
interface Witness {
  /** Index of its first rung: nothing has chosen it before. */
  readonly first: number;
  /** Index of the highest level it has reached; -1 before the lowest. */
  reached: number;
  /** Its value at each level, as far as it reported between that level and the next. */
  readonly values: (number | undefined)[];
}

/** What is known of two levels. */
interface Relation {
  readonly pairs: (readonly [lower: number, upper: number])[];
  /** The correlation that is believed. */
  believed: number;
}

/**
 * Before anything is seen, early values are believed to say something, as they do in most programs: as if this many trials
 * had been seen with this rank correlation.
 */
const PRIOR_TRIALS = 4;
const PRIOR_CORRELATION = 0.5;
/** After so many trials a belief stays as it is: its standard error is a tenth. */
const MOST_PAIRS = 100;
/**
 * The rank correlation from which on a rung earns its price. A trial that comes to a rung by being the best of
 * `reductionFactor` on the rung below has cost `2 - 1 / reductionFactor` times as much as one that ran there at once, so those
 * worth finding must come that much more often. For jointly normal ranks they do, between the best tenth (0.32) and the best
 * hundredth (0.24) at a reduction factor of 3, from here on; at 4 it is 0.02 less.
 */
const WORTHWHILE = 0.3;

/**
 * Learns from the trials themselves at which rung of a ladder comparing them begins to make sense.
 *
 * ASHA takes it for granted that a value at the first rung says something about the values later on. Where it does not, ASHA
 * does worse than random search: it keeps one trial in `reductionFactor` blindly, or keeps the wrong ones. So:
 *
 * - Only trials that **nothing has selected** bear witness. Among those that were promoted for their value at a rung, that
 *   value says less than it does among all. A trial that began at a higher rung passed the levels below without being
 *   compared there, and its values on the way are as good as those of any other trial.
 * - For each level and each higher one, the rank correlation of the witnesses' values is found, drawn towards
 *   {@link PRIOR_CORRELATION} as long as they are few. Those that had diverged at the lower level are left out: any rung
 *   sees that. Those that diverged or failed after it count as the worst.
 * - A level is worth comparing at if its correlation with **every** higher level, as far as known, is at least
 *   {@link WORTHWHILE}. Trials begin at the lowest rung above all levels that are not.
 *
 * A program that does not report between two rungs tells nothing about the lower one, and the ladder stays as it is.
 *
 * The method is Fettle's own. Hyperband (Li et al., JMLR 18, 2018) answers the same doubt by spreading its trials over all
 * first rungs for good. Thresholds and prior were set by hand and checked with `bench/asha/first-rung.ts`, not optimised.
 */
export class RungEvidence {
  readonly #levels: readonly number[];
  readonly #witnesses = new Map<TrialId, Witness>();
  /** By index of the lower and of the upper level; absent where nobody has been seen at both. */
  readonly #relations: (Relation | undefined)[][];
  #first = 0;

  /** @param levels resource of each rung, lowest first */
  constructor(levels: readonly number[]) {
    this.#levels = levels;
    this.#relations = levels.map(() => []);
  }

  /** Index of the lowest rung at which trials should begin. */
  get first(): number {
    return this.#first;
  }

  /** What was found, for people. */
  get notes(): readonly string[] {
    if (this.#first === 0) return [];
    const misled = this.#misledBy(this.#first - 1);
    if (misled === undefined) return [];
    const [skipped, upper] = [this.#levels[this.#first - 1], this.#levels[misled]];
    const { believed, pairs } = this.#relations[this.#first - 1]![misled]!;
    const found = `the order at ${skipped} says too little about the order at ${upper}`;
    return [
      `new trials begin at rung ${this.#levels[this.#first]}: ${found} (rank correlation estimated at ${believed.toFixed(2)}, from ${pairs.length} trials)`,
    ];
  }

  /** A trial begins. @param first index of its first rung */
  start(trial: TrialId, first: number): void {
    if (first > 0) this.#witnesses.set(trial, { first, reached: -1, values: [] });
  }

  /** A trial reported. @param value less is better; `+Infinity` if it was not finite */
  report(trial: TrialId, resource: number, value: number): void {
    const witness = this.#witnesses.get(trial);
    if (witness === undefined) return;
    let level = witness.reached;
    while (level < witness.first && this.#levels[level + 1]! <= resource) level += 1;
    // Levels that it has leapt over stay empty: the value there is not known, this one is of a later time.
    if (level > witness.reached) this.#note(trial, witness, level, value);
  }

  /** A trial has ended, by itself or by failing: this is its value wherever it will not come. */
  end(trial: TrialId, value: number): void {
    const witness = this.#witnesses.get(trial);
    if (witness === undefined) return;
    for (let level = witness.reached + 1; level <= witness.first; level += 1) this.#note(trial, witness, level, value);
  }

  /** A trial bears no witness any more. */
  remove(trial: TrialId): void {
    this.#witnesses.delete(trial);
  }

  #note(trial: TrialId, witness: Witness, level: number, value: number): void {
    for (const [lower, before] of witness.values.entries()) {
      if (before !== undefined && Number.isFinite(before)) this.#relate(lower, level, [before, value]);
    }
    witness.reached = level;
    witness.values[level] = value;
    if (level === witness.first) this.#witnesses.delete(trial);
  }

  #relate(lower: number, upper: number, pair: readonly [number, number]): void {
    const relation = (this.#relations[lower]![upper] ??= { pairs: [], believed: PRIOR_CORRELATION });
    const { pairs } = relation;
    if (pairs.length >= MOST_PAIRS) return;
    pairs.push(pair);
    const seen = rankCorrelation(pairs);
    if (seen === undefined) return;
    relation.believed = (pairs.length * seen + PRIOR_TRIALS * PRIOR_CORRELATION) / (pairs.length + PRIOR_TRIALS);
    let first = this.#levels.length - 1;
    while (first > 0 && this.#misledBy(first - 1) === undefined) first -= 1;
    this.#first = first;
  }

  /** The highest level about which values at a lower one say too little; undefined if there is none. */
  #misledBy(lower: number): number | undefined {
    const found = this.#relations[lower]!.findLastIndex(
      (relation) => relation !== undefined && relation.believed < WORTHWHILE,
    );
    return found === -1 ? undefined : found;
  }
}
