import type { ParameterValue } from './configuration.ts';
import { type Domain, shown } from './domain.ts';
import { decimal, decimalExponent, decimalPlaces, scaled } from './space-decimal.ts';

/** Significant digits that a continuous parameter keeps: far finer than any program can tell, and exact to print. */
const DIGITS = 12;
/** Most digits before and after the point together; up to here, rounding errors cannot reach the next number. */
const MOST_DIGITS = 14;

/** How values are spread over the unit interval. */
export type FloatScale = 'linear' | 'log' | 'reverse-log';

/** A float's spec, as far as its domain needs it. */
export interface FloatRange {
  /** Lowest value, included. */
  readonly min: number;
  /** Highest value, included. */
  readonly max: number;
  /**
   * How values are spread: `linear` (the default); `log`, as fine near 0 as far from it (`min` above 0), for learning rates;
   * `reverse-log`, the same near 1 (`max` below 1), for momentum.
   */
  readonly scale?: FloatScale | undefined;
  /** Only `min`, `min + step`, `min + 2 step` … up to `max`. Goes with the linear scale. */
  readonly step?: number | undefined;
}

/** Makes the domain of a float whose spec was checked. */
export function floatDomain(range: FloatRange): Domain {
  if (range.step !== undefined) return new SteppedFloat(range.min, range.max, range.step);
  switch (range.scale ?? 'linear') {
    case 'linear':
      return new LinearFloat(range.min, range.max);
    case 'log':
      return new LogFloat(range.min, range.max);
    case 'reverse-log':
      return new ReverseLogFloat(range.min, range.max);
  }
}

/**
 * What the continuous domains share. Their values are the two bounds as they were written, and every decimal number of the
 * domain's precision between them that is at least half a unit of precision away from the bounds.
 */
abstract class ContinuousFloat implements Domain {
  readonly type = 'float';
  readonly ordered = true;
  readonly size: number;
  readonly min: number;
  readonly max: number;
  /** Lowest and highest decimal that is a value of its own, and not one of the bounds. */
  protected abstract readonly innerMin: number;
  protected abstract readonly innerMax: number;

  constructor(min: number, max: number) {
    this.min = min + 0;
    this.max = max + 0;
    this.size = min === max ? 1 : Number.POSITIVE_INFINITY;
  }

  /** A number strictly between the bounds, rounded to the domain's precision. */
  protected abstract round(value: number): number;
  /** The scale: strictly increasing from `[min, max]` to `[0, 1]`, and its inverse. */
  protected abstract place(value: number): number;
  protected abstract value(place: number): number;

  issue(value: unknown): string | undefined {
    if (typeof value !== 'number') return `must be a number from ${this.min} to ${this.max}, got ${shown(value)}`;
    if (value >= this.min && value <= this.max) return undefined;
    return `must lie from ${this.min} to ${this.max}, got ${value}`;
  }

  canonical(value: ParameterValue): number {
    const number = value as number;
    if (number <= this.min) return this.min;
    if (number >= this.max) return this.max;
    // The bounds are drawn in only after rounding, so that this depends on the rounded number alone and rounding twice
    // changes nothing.
    const rounded = this.round(number);
    if (rounded < this.innerMin) return this.min;
    if (rounded > this.innerMax) return this.max;
    return rounded;
  }

  toUnit(value: ParameterValue): number {
    const number = value as number;
    if (this.size === 1) return 0.5;
    if (number <= this.min) return 0;
    if (number >= this.max) return 1;
    return this.place(number);
  }

  fromUnit(place: number): number {
    if (place <= 0) return this.min;
    if (place >= 1) return this.max;
    return this.canonical(this.value(place));
  }

  at(): number {
    return this.min;
  }

  indexOf(value: ParameterValue): number {
    return this.size === 1 && value === this.min ? 0 : -1;
  }
}

class LinearFloat extends ContinuousFloat {
  protected readonly innerMin: number;
  protected readonly innerMax: number;
  readonly #span: number;
  readonly #places: number;

  constructor(min: number, max: number) {
    super(min, max);
    this.#span = max - min;
    const largest = Math.max(Math.abs(min), Math.abs(max));
    this.#places =
      this.#span === 0
        ? 0
        : Math.min(300, DIGITS - 1 - decimalExponent(this.#span), MOST_DIGITS - 1 - decimalExponent(largest));
    const half = 0.5 * decimal(1, this.#places);
    this.innerMin = min + half;
    this.innerMax = max - half;
  }

  protected round(value: number): number {
    return decimal(Math.round(scaled(value, this.#places)), this.#places);
  }

  protected place(value: number): number {
    return (value - this.min) / this.#span;
  }

  protected value(place: number): number {
    return this.min + place * this.#span;
  }
}

class LogFloat extends ContinuousFloat {
  protected readonly innerMin: number;
  protected readonly innerMax: number;
  readonly #logMin: number;
  readonly #logSpan: number;

  constructor(min: number, max: number) {
    super(min, max);
    this.#logMin = Math.log(min);
    this.#logSpan = Math.log(max) - this.#logMin;
    this.innerMin = min * (1 + 0.5 * 10 ** -DIGITS);
    this.innerMax = max * (1 - 0.5 * 10 ** -DIGITS);
  }

  protected round(value: number): number {
    const places = DIGITS - 1 - decimalExponent(value);
    return decimal(Math.round(scaled(value, places)), places);
  }

  protected place(value: number): number {
    return (Math.log(value) - this.#logMin) / this.#logSpan;
  }

  protected value(place: number): number {
    return Math.exp(this.#logMin + place * this.#logSpan);
  }
}

/** As fine near 1 as `log` is near 0: for momentum, decay rates, quantiles. `1 - x` is spread logarithmically. */
class ReverseLogFloat extends ContinuousFloat {
  protected readonly innerMin: number;
  protected readonly innerMax: number;
  readonly #logMin: number;
  readonly #logSpan: number;

  constructor(min: number, max: number) {
    super(min, max);
    this.#logMin = Math.log(1 - min);
    this.#logSpan = Math.log(1 - max) - this.#logMin;
    this.innerMin = min + Math.max(0.5 * 10 ** -MOST_DIGITS, (1 - min) * 0.5 * 10 ** -DIGITS);
    this.innerMax = max - Math.max(0.5 * 10 ** -MOST_DIGITS, (1 - max) * 0.5 * 10 ** -DIGITS);
  }

  protected round(value: number): number {
    const places = Math.min(MOST_DIGITS, DIGITS - 1 - decimalExponent(1 - value));
    return decimal(Math.round(scaled(value, places)), places);
  }

  protected place(value: number): number {
    return (Math.log(1 - value) - this.#logMin) / this.#logSpan;
  }

  protected value(place: number): number {
    return 1 - Math.exp(this.#logMin + place * this.#logSpan);
  }
}

/** `min`, `min + step`, `min + 2 step`, … as decimal numbers: no 0.30000000000000004 for a step of 0.1. */
class SteppedFloat implements Domain {
  readonly type = 'float';
  readonly ordered = true;
  readonly size: number;
  readonly #min: number;
  readonly #max: number;
  readonly #step: number;
  readonly #places: number;
  readonly #first: number;
  readonly #stride: number;

  constructor(min: number, max: number, step: number) {
    const grid = decimalGrid(min, max, step);
    if (typeof grid === 'string') throw new RangeError(grid);
    this.#min = min + 0;
    this.#max = max + 0;
    this.#step = step;
    this.#places = grid.places;
    this.#first = grid.first;
    this.#stride = grid.stride;
    this.size = grid.size;
  }

  issue(value: unknown): string | undefined {
    const range = `${this.#min} to ${this.#max} in steps of ${this.#step}`;
    if (typeof value !== 'number') return `must be a number from ${range}, got ${shown(value)}`;
    if (!(value >= this.#min && value <= this.#max)) return `must lie from ${range}, got ${value}`;
    // As with all floats, more digits than the domain keeps are accepted, but not a number between two steps.
    const nearest = this.#nearest(value);
    if (Math.abs(value - nearest) <= 1e-9 * this.#step) return undefined;
    return `must lie from ${range}, got ${value} (the nearest is ${nearest})`;
  }

  #nearest(value: number): number {
    return this.at(this.#number(value));
  }

  #number(value: number): number {
    const number = Math.round((scaled(value, this.#places) - this.#first) / this.#stride);
    return Math.min(this.size - 1, Math.max(0, number));
  }

  canonical(value: ParameterValue): number {
    return this.#nearest(value as number);
  }

  toUnit(value: ParameterValue): number {
    return (this.#number(value as number) + 0.5) / this.size;
  }

  fromUnit(place: number): number {
    return this.at(Math.min(this.size - 1, Math.max(0, Math.floor(place * this.size))));
  }

  at(index: number): number {
    return decimal(this.#first + index * this.#stride, this.#places);
  }

  indexOf(value: ParameterValue): number {
    const number = this.#number(value as number);
    return this.at(number) === value ? number : -1;
  }
}

/** The values of a stepped float as integers times a power of ten, or the reason why there is no such grid. */
export function decimalGrid(
  min: number,
  max: number,
  step: number,
): { readonly places: number; readonly first: number; readonly stride: number; readonly size: number } | string {
  const places = Math.max(decimalPlaces(min), decimalPlaces(max), decimalPlaces(step));
  const [first, last, stride] = [min, max, step].map((value) => Math.round(scaled(value, places)));
  if (first === undefined || last === undefined || stride === undefined) return 'min, max and step must be finite';
  if (!(Math.abs(first) <= MOST_UNITS && Math.abs(last) <= MOST_UNITS && stride <= MOST_UNITS)) {
    return `min ${min}, max ${max} and step ${step} together have more than 14 digits`;
  }
  const steps = Math.floor((last - first) / stride);
  if (first + steps * stride !== last) {
    const below = decimal(first + steps * stride, places);
    const above = decimal(first + (steps + 1) * stride, places);
    return `max ${max} is not min ${min} plus a whole number of steps of ${step}; the nearest that are: ${below} and ${above}`;
  }
  return { places, first, stride, size: steps + 1 };
}

const MOST_UNITS = 10 ** MOST_DIGITS;
