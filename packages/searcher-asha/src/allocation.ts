import type { RandomStream, TrialId } from '@fettle/core';
import type { Bracket } from './bracket.ts';

/** Says in which bracket a new trial begins. */
export interface Allocation {
  /** The brackets in which something may still happen. */
  readonly brackets: readonly Bracket[];
  /** Those of them whose trials may be promoted now; all if absent. */
  readonly promoting?: readonly Bracket[];
  /** What people should know of how it stands. */
  readonly notes?: readonly string[];
  /** The bracket that the next trial would begin in; undefined if there are trials enough. Changes nothing. */
  choose(trial: TrialId): Bracket | undefined;
  /** A trial was created, as `choose` would have it or from elsewhere: the bracket it belongs to. */
  enter(trial: TrialId): Bracket;
}

/**
 * One bracket that takes all trials, or several of which one is drawn for each. The draw belongs to the trial's number alone:
 * it is the same after a restart, and when the sampler's configuration was refused and another one is asked for.
 */
export class DrawnBrackets implements Allocation {
  readonly brackets: readonly Bracket[];
  readonly #shares: readonly number[];
  readonly #random: (purpose: string) => RandomStream;
  readonly #maxTrials: number;

  /**
   * @param shares probability of each bracket; they add up to 1
   * @param random the study's own random streams
   * @param maxTrials trials in all; those whose configuration was no good do not count
   */
  constructor(
    brackets: readonly Bracket[],
    shares: readonly number[],
    random: (purpose: string) => RandomStream,
    maxTrials = Number.POSITIVE_INFINITY,
  ) {
    this.brackets = brackets;
    this.#shares = shares;
    this.#random = random;
    this.#maxTrials = maxTrials;
  }

  choose(trial: TrialId): Bracket | undefined {
    const started = this.brackets.reduce((sum, bracket) => sum + bracket.trials, 0);
    return started < this.#maxTrials ? this.enter(trial) : undefined;
  }

  enter(trial: TrialId): Bracket {
    if (this.brackets.length === 1) return this.brackets[0]!;
    let left = this.#random(`bracket of trial ${trial}`).next();
    let drawn = 0;
    for (const [index, share] of this.#shares.entries()) {
      if (share > 0) drawn = index;
      left -= share;
      if (left < 0) break;
    }
    return this.brackets[drawn]!;
  }
}

/** Brackets that fill evenly, each up to a number of trials of its own. */
export class SplitBrackets implements Allocation {
  readonly brackets: readonly Bracket[];
  readonly #limits: readonly number[];

  /** @param limits trials of each bracket; those whose configuration was no good do not count */
  constructor(brackets: readonly Bracket[], limits: readonly number[]) {
    this.brackets = brackets;
    this.#limits = limits;
  }

  choose(): Bracket | undefined {
    const next = this.#emptiest();
    return next.trials < this.#limits[this.brackets.indexOf(next)]! ? next : undefined;
  }

  enter(): Bracket {
    return this.#emptiest();
  }

  /** The bracket with the smallest part of its trials started; the first among equals. */
  #emptiest(): Bracket {
    let best = 0;
    for (const [index, { trials }] of this.brackets.entries()) {
      if (trials * this.#limits[best]! < this.brackets[best]!.trials * this.#limits[index]!) best = index;
    }
    return this.brackets[best]!;
  }
}
