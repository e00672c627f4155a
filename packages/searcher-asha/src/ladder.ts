import { FettleError } from '@fettle/core';
import { decimalOf, numberOf, scaled } from './decimal.ts';

/** How rungs are laid out over a program's resource (epochs, steps, samples). */
export interface LadderOptions {
  /** Resource of the lowest rung; above 0. */
  readonly minResource: number;
  /** Resource of a whole training: the top rung, exactly. */
  readonly maxResource: number;
  /** How many times more resource each rung has than the one below, and how many trials compete for one place; above 1. */
  readonly reductionFactor: number;
}

/** More rungs than this are a mistake in the options (a reduction factor of 1.0001, say). */
const MOST_RUNGS = 100;

/**
 * The levels of a ladder, lowest first: `minResource · reductionFactor^k`, and as the last `maxResource` itself (Li et al.
 * 2018, Algorithm 1; Li et al. 2020, Algorithm 2). A product from which less than half a step is left, a factor of the square
 * root of `reductionFactor`, gives way to `maxResource`: 1 to 100 by 3 are 1, 3, 9, 27 and 100, without 81.
 *
 * Levels are multiplied exactly, never found by logarithms: the quotient of two rounded logarithms is one too small where it
 * matters most (1 to 1000 by 10, 1 to 243 by 3).
 *
 * Where both ends are whole numbers every level is one, because programs count epochs; a fractional product is rounded to
 * the nearest, halves up, and levels that coincide are one rung. Other levels have twelve significant digits, like every
 * number Fettle hands to a program.
 *
 * @throws FettleError `options-invalid` when the numbers make no ladder, or one of more than a hundred rungs
 */
export function rungLevels({ minResource, maxResource, reductionFactor }: LadderOptions): readonly number[] {
  check(minResource, maxResource, reductionFactor);
  const whole = Number.isInteger(minResource) && Number.isInteger(maxResource);
  const [base, factor] = [decimalOf(minResource), decimalOf(reductionFactor)];
  const levels: number[] = [];
  for (let power = 0; ; power += 1) {
    const product = scaled(base, factor, power);
    const exact = numberOf(product);
    const halfStepOn = numberOf(scaled({ digits: product.digits ** 2n, places: product.places * 2 }, factor, 1));
    if (exact >= maxResource || (power > 0 && halfStepOn > maxResource ** 2)) break;
    if (power === MOST_RUNGS) throw tooManyRungs(minResource, maxResource, reductionFactor);
    const level = whole ? Math.round(exact) : Number(exact.toPrecision(12));
    if (level > (levels.at(-1) ?? 0) && level < maxResource) levels.push(level);
  }
  levels.push(maxResource);
  return levels;
}

/**
 * How many whole factors fit between two numbers: the largest `k` with `from · factor^k <= to`. It is
 * `floor(log(to / from) / log(factor))` in exact arithmetic.
 * @throws FettleError `options-invalid` when the numbers make no ladder, or more than a hundred factors fit
 */
export function wholeFactors(from: number, to: number, factor: number): number {
  check(from, to, factor);
  const [base, step] = [decimalOf(from), decimalOf(factor)];
  for (let power = 0; power < MOST_RUNGS; power += 1) {
    if (numberOf(scaled(base, step, power + 1)) > to) return power;
  }
  throw tooManyRungs(from, to, factor);
}

/**
 * A ladder of at most so many rungs that hangs from the top: `maxResource / reductionFactor^k`, lowest first. Where
 * `maxResource` is a whole number, levels are rounded down to one and are at least 1, and those that coincide are one rung.
 */
export function rungLevelsFromTop(maxResource: number, reductionFactor: number, rungs: number): readonly number[] {
  const [top, factor] = [decimalOf(maxResource), decimalOf(reductionFactor)];
  const levels: number[] = [];
  for (let power = rungs - 1; power > 0; power -= 1) {
    const divisor = scaled({ digits: 1n, places: 0 }, factor, power);
    const level = Number.isInteger(maxResource)
      ? Math.max(1, Number((top.digits * 10n ** BigInt(divisor.places)) / divisor.digits))
      : Number((maxResource / numberOf(divisor)).toPrecision(12));
    if (level > (levels.at(-1) ?? 0) && level < maxResource) levels.push(level);
  }
  levels.push(maxResource);
  return levels;
}

function check(from: number, to: number, factor: number): void {
  if (from > 0 && Number.isFinite(to) && to >= from && factor > 1 && Number.isFinite(factor)) return;
  throw new FettleError(
    'options-invalid',
    `No rungs lie between ${from} and ${to} with a reduction factor of ${factor}.`,
    {
      remedy: 'minResource must be above 0, maxResource not below it, and reductionFactor above 1.',
    },
  );
}

function tooManyRungs(from: number, to: number, factor: number): FettleError {
  return new FettleError(
    'options-invalid',
    `A reduction factor of ${factor} makes more than ${MOST_RUNGS} rungs between ${from} and ${to}.`,
    { remedy: 'Choose a larger reductionFactor: 3 or 4 serve most studies.' },
  );
}
