import type { ParameterValue } from './configuration.ts';
import { type Domain, shown } from './domain.ts';

/** Makes the domain of one of several values: `ordered` if their order means something. */
export function choiceDomain(values: readonly ParameterValue[], ordered: boolean): Domain {
  return new Choice(values, ordered ? 'ordinal' : 'categorical');
}

/** Makes the domain of a single value. */
export function constantDomain(value: ParameterValue): Domain {
  return new Choice([value], 'constant');
}

class Choice implements Domain {
  readonly type: 'categorical' | 'ordinal' | 'constant';
  readonly size: number;
  readonly ordered: boolean;
  readonly #values: readonly ParameterValue[];
  readonly #numbers: ReadonlyMap<unknown, number>;

  constructor(values: readonly ParameterValue[], type: 'categorical' | 'ordinal' | 'constant') {
    this.type = type;
    this.size = values.length;
    this.ordered = type !== 'categorical';
    // A number -0 is 0 everywhere: it would not survive being written down.
    this.#values = values.map((value) => (typeof value === 'number' ? value + 0 : value));
    this.#numbers = new Map(this.#values.map((value, number) => [value, number]));
  }

  issue(value: unknown): string | undefined {
    if (this.#numbers.has(value)) return undefined;
    const list = this.#values.map(shown).join(', ');
    return `must be ${this.size === 1 ? '' : 'one of '}${list}, got ${shown(value)}`;
  }

  canonical(value: ParameterValue): ParameterValue {
    return this.at(this.indexOf(value));
  }

  toUnit(value: ParameterValue): number {
    return (this.indexOf(value) + 0.5) / this.size;
  }

  fromUnit(place: number): ParameterValue {
    return this.at(Math.min(this.size - 1, Math.max(0, Math.floor(place * this.size))));
  }

  at(index: number): ParameterValue {
    return this.#values[index] as ParameterValue;
  }

  indexOf(value: ParameterValue): number {
    return this.#numbers.get(value) ?? -1;
  }
}
