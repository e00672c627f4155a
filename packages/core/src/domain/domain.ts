import type { ParameterValue } from './configuration.ts';

/** The kinds of domain. */
export type DomainType = 'float' | 'int' | 'categorical' | 'ordinal' | 'constant';

/**
 * The values one parameter can take, and their place on the unit interval.
 *
 * Discrete domains (`size` finite) share the unit interval in bins of equal width, in order, half open to the right; on a
 * logarithmic scale the bins are those of rounding. Continuous ones hold decimal numbers, so that the value that is stored,
 * printed, put on a command line and given to the program is one and the same.
 */
export interface Domain {
  readonly type: DomainType;
  /** Number of values; `Infinity` if continuous. */
  readonly size: number;
  /** Whether the values have a meaningful order: `false` for categorical ones only. */
  readonly ordered: boolean;
  /**
   * What is wrong with a value, worded to follow the parameter's name; `undefined` if it lies in the domain. A continuous
   * domain accepts more digits than it keeps.
   */
  issue(value: unknown): string | undefined;
  /** The value as the domain keeps it: rounded to its digits. For values without an issue. */
  canonical(value: ParameterValue): ParameterValue;
  /** The place of a value on `[0, 1]`: the middle of its bin, if it has one. `fromUnit(toUnit(v))` is `v`, exactly. */
  toUnit(value: ParameterValue): number;
  /** The value at a place on `[0, 1]`; 0 gives the first and 1 the last, and numeric domains never decrease in between. */
  fromUnit(place: number): ParameterValue;
  /** The value number `index`, from 0. Of discrete domains only. */
  at(index: number): ParameterValue;
  /** The number of a value, the inverse of `at`. Of discrete domains only; -1 for a value that is not in it. */
  indexOf(value: ParameterValue): number;
}

/** A value as messages show it: texts in quotes. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (Object.is(value, -0)) return '0';
  if (typeof value === 'object' && value !== null) return JSON.stringify(value);
  return String(value);
}
