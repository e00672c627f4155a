import type { RandomStream, TrialId } from '@fettle/core';
import { RungEvidence } from './adaptive-first-rung.ts';
import type { Allocation } from './allocation.ts';
import { Bracket, type Arrival } from './bracket.ts';
import type { BracketLadder } from './bracket-ladders.ts';

/** A bracket of which it is noted what its trials had at the levels below its first rung. */
class WitnessBracket extends Bracket {
  readonly #first: number;
  readonly #evidence: RungEvidence;

  /** @param first index of the bracket's first rung on the whole ladder */
  constructor({ name, levels }: BracketLadder, first: number, reductionFactor: number, evidence: RungEvidence) {
    super(name, levels, reductionFactor);
    this.#first = first;
    this.#evidence = evidence;
  }

  override start(trial: TrialId): void {
    super.start(trial);
    this.#evidence.start(trial, this.#first);
  }

  override reach(trial: TrialId, resource: number, value: number): Arrival | undefined {
    this.#evidence.report(trial, resource, value);
    return super.reach(trial, resource, value);
  }

  override end(trial: TrialId): void {
    this.#evidence.remove(trial);
    super.end(trial);
  }

  override endWith(trial: TrialId, value: number): void {
    this.#evidence.end(trial, value);
    super.endWith(trial, value);
  }

  override remove(trial: TrialId): void {
    this.#evidence.remove(trial);
    super.remove(trial);
  }
}

/** Picks the bracket of a new trial. @param first index of the lowest one in which trials should begin */
export type Pick = (brackets: readonly Bracket[], first: number, trial: TrialId) => Bracket;

/**
 * Brackets of which the first ones are put aside where early values say too little (see {@link RungEvidence}): no trial
 * begins there and none is promoted, until the evidence changes.
 */
export class AdaptiveFirstRung implements Allocation {
  readonly brackets: readonly Bracket[];
  readonly #evidence: RungEvidence;
  readonly #pick: Pick;
  readonly #maxTrials: number;

  /**
   * @param ladders one for each rung to begin at, lowest first
   * @param maxTrials trials in all; those whose configuration was no good do not count
   */
  constructor(
    ladders: readonly BracketLadder[],
    reductionFactor: number,
    pick: Pick,
    maxTrials = Number.POSITIVE_INFINITY,
  ) {
    const evidence = new RungEvidence(ladders[0]!.levels);
    this.brackets = ladders.map((ladder, first) => new WitnessBracket(ladder, first, reductionFactor, evidence));
    this.#evidence = evidence;
    this.#pick = pick;
    this.#maxTrials = maxTrials;
  }

  get promoting(): readonly Bracket[] {
    return this.brackets.slice(this.#evidence.first);
  }

  get notes(): readonly string[] {
    return this.#evidence.notes;
  }

  choose(trial: TrialId): Bracket | undefined {
    const started = this.brackets.reduce((sum, bracket) => sum + bracket.trials, 0);
    return started < this.#maxTrials ? this.enter(trial) : undefined;
  }

  enter(trial: TrialId): Bracket {
    return this.#pick(this.brackets, this.#evidence.first, trial);
  }
}

/**
 * All trials begin at the first rung that makes sense, but for a few that are sent further to find out whether it does. Of
 * the resource given out so far, enough for `n` trials to any higher rung, the square root of `n` run there at once: many
 * in the beginning, when nothing is known, and an ever smaller part later on.
 */
export function pickFirst(brackets: readonly Bracket[], first: number): Bracket {
  const given = resourceGiven(brackets);
  let witnesses = 0;
  for (let index = brackets.length - 1; index > first; index -= 1) {
    const bracket = brackets[index]!;
    witnesses += bracket.trials;
    if (witnesses < Math.sqrt(given / bracket.rungs[0]!.level)) return bracket;
  }
  return brackets[first]!;
}

/**
 * Draws among the brackets that make sense, by their shares. The draw belongs to the trial's number alone.
 * @param shares weight of each bracket, put aside or not
 * @param random the study's own random streams
 */
export function drawFirst(shares: readonly number[], random: (purpose: string) => RandomStream): Pick {
  return (brackets, first, trial) => {
    const total = shares.slice(first).reduce((sum, share) => sum + share, 0);
    let left = random(`bracket of trial ${trial}`).next() * total;
    for (let index = first; index < brackets.length; index += 1) {
      left -= shares[index]!;
      if (left < 0) return brackets[index]!;
    }
    return brackets[first]!;
  };
}

/** Resource that all trials were given so far, whether they have used it yet or not. */
function resourceGiven(brackets: readonly Bracket[]): number {
  let sum = 0;
  for (const { rungs, trials } of brackets) {
    sum += trials * rungs[0]!.level;
    for (let index = 1; index < rungs.length; index += 1) {
      sum += rungs[index - 1]!.promotions * (rungs[index]!.level - rungs[index - 1]!.level);
    }
  }
  return sum;
}
