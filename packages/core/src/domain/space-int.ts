import type { ParameterValue } from './configuration.ts';
import { type Domain, shown } from './domain.ts';

/** An integer's spec, as far as its domain needs it. */
export interface IntRange {
  /** Lowest value, included. */
  readonly min: number;
  /** Highest value, included. */
  readonly max: number;
  /** How values are spread: `linear` (the default), or `log` (`min` above 0), for sizes. */
  readonly scale?: 'linear' | 'log' | undefined;
  /** Only `min`, `min + step`, `min + 2 step` … up to `max`. Goes with the linear scale. */
  readonly step?: number | undefined;
}

/** Most values that an int can have: up to here, every value has its own place among the doubles of `[0, 1]`. */
export const MOST_INTS = 2 ** 50;
/** Highest int on a logarithmic scale: up to here, the logarithms of neighbours are far enough apart. */
export const HIGHEST_LOG_INT = 2 ** 40;

/** Makes the domain of an int whose spec was checked. */
export function intDomain(range: IntRange): Domain {
  return range.scale === 'log'
    ? new LogInt(range.min, range.max)
    : new LinearInt(range.min, range.max, range.step ?? 1);
}

class LinearInt implements Domain {
  readonly type = 'int';
  readonly ordered = true;
  readonly size: number;
  readonly #min: number;
  readonly #max: number;
  readonly #step: number;

  constructor(min: number, max: number, step: number) {
    this.#min = min + 0;
    this.#max = max;
    this.#step = step;
    this.size = Math.floor((max - min) / step) + 1;
  }

  issue(value: unknown): string | undefined {
    const steps = this.#step === 1 ? '' : ` in steps of ${this.#step}`;
    return intIssue(value, this.#min, this.#max, steps, this.indexOf(value as number) >= 0);
  }

  canonical(value: ParameterValue): number {
    return (value as number) + 0;
  }

  toUnit(value: ParameterValue): number {
    return (((value as number) - this.#min) / this.#step + 0.5) / this.size;
  }

  fromUnit(place: number): number {
    return this.at(Math.min(this.size - 1, Math.max(0, Math.floor(place * this.size))));
  }

  at(index: number): number {
    return this.#min + index * this.#step;
  }

  indexOf(value: ParameterValue): number {
    const number = ((value as number) - this.#min) / this.#step;
    return Number.isInteger(number) && number >= 0 && number < this.size ? number : -1;
  }
}

/** An int rounds what a continuous parameter would have from `min - 0.5` to `max + 0.5`: the ends get their full share. */
class LogInt implements Domain {
  readonly type = 'int';
  readonly ordered = true;
  readonly size: number;
  readonly #min: number;
  readonly #max: number;
  readonly #logMin: number;
  readonly #logSpan: number;

  constructor(min: number, max: number) {
    this.#min = min;
    this.#max = max;
    this.size = max - min + 1;
    this.#logMin = Math.log(min - 0.5);
    this.#logSpan = Math.log(max + 0.5) - this.#logMin;
  }

  issue(value: unknown): string | undefined {
    return intIssue(value, this.#min, this.#max, '', this.indexOf(value as number) >= 0);
  }

  canonical(value: ParameterValue): number {
    return value as number;
  }

  toUnit(value: ParameterValue): number {
    const number = value as number;
    const middle = (Math.log(number - 0.5) + Math.log(number + 0.5)) / 2;
    return (middle - this.#logMin) / this.#logSpan;
  }

  fromUnit(place: number): number {
    const number = Math.round(Math.exp(this.#logMin + place * this.#logSpan));
    return Math.min(this.#max, Math.max(this.#min, number));
  }

  at(index: number): number {
    return this.#min + index;
  }

  indexOf(value: ParameterValue): number {
    const number = (value as number) - this.#min;
    return Number.isInteger(number) && number >= 0 && number < this.size ? number : -1;
  }
}

function intIssue(value: unknown, min: number, max: number, steps: string, inside: boolean): string | undefined {
  if (typeof value === 'number' && inside) return undefined;
  if (typeof value !== 'number') return `must be an integer from ${min} to ${max}${steps}, got ${shown(value)}`;
  return `must be an integer from ${min} to ${max}${steps}, got ${value}`;
}
