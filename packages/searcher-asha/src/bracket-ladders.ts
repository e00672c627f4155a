import { rungLevels, type LadderOptions } from './ladder.ts';

/** The rungs of one bracket. */
export interface BracketLadder {
  /** Index of its first rung on the whole ladder: `0` for the bracket that stops earliest. */
  readonly name: string;
  /** Resource of each rung, lowest first. */
  readonly levels: readonly number[];
}

/** The brackets of a ladder: the first has all its rungs, each of the others begins one rung higher. */
export function bracketLadders(options: LadderOptions): readonly BracketLadder[] {
  const levels = rungLevels(options);
  return levels.map((_, first) => ({ name: String(first), levels: levels.slice(first) }));
}

/**
 * Hyperband's share of new trials for each bracket, proportional to `reductionFactor^s / (s + 1)` for a bracket of `s`
 * promotions: every bracket then uses the same resource (Li et al. 2018, Algorithm 1).
 */
export function equalResourceShares(brackets: readonly BracketLadder[], reductionFactor: number): readonly number[] {
  return normalized(brackets.map(({ levels: { length } }) => reductionFactor ** (length - 1) / length));
}

/** The same weights, adding up to 1. */
export function normalized(weights: readonly number[]): readonly number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}
