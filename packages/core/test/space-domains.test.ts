import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { domainOf } from '../src/domain/space-parameter.ts';
import type { ParameterSpec } from '../src/domain/space-schema.ts';
import { createRandomStream } from '../src/domain/rng.ts';
import {
  anyParameter,
  categoricalSpec,
  constantSpec,
  linearFloat,
  linearInt,
  logFloat,
  logInt,
  ordinalSpec,
  reverseLogFloat,
  steppedFloat,
} from './space-arbitraries.ts';

const unit = fc.double({ min: 0, max: 1, noNaN: true });

const kinds = {
  'linear float': linearFloat,
  'log float': logFloat,
  'reverse-log float': reverseLogFloat,
  'stepped float': steppedFloat,
  'linear int': linearInt,
  'log int': logInt,
  categorical: categoricalSpec,
  ordinal: ordinalSpec,
  constant: constantSpec,
};

describe.each(Object.entries(kinds))('%s', (_name, spec) => {
  it('gives values of the domain, which come back exactly from their place', () => {
    fc.assert(
      fc.property(spec, unit, (given, place) => {
        const domain = domainOf(given);
        const value = domain.fromUnit(place);
        expect(domain.issue(value)).toBeUndefined();
        expect(domain.canonical(value)).toBe(value);
        const back = domain.toUnit(value);
        expect(back).toBeGreaterThanOrEqual(0);
        expect(back).toBeLessThanOrEqual(1);
        expect(domain.fromUnit(back)).toBe(value);
      }),
      { seed: 11, numRuns: 3000 },
    );
  });

  it('gives the first value at 0 and the last at 1', () => {
    fc.assert(
      fc.property(spec, (given) => {
        const domain = domainOf(given);
        const [first, last] = ends(given);
        expect(domain.fromUnit(0)).toBe(first);
        expect(domain.fromUnit(1)).toBe(last);
      }),
      { seed: 12, numRuns: 500 },
    );
  });
});

describe.each(Object.entries(kinds).slice(0, 6))('%s, as a number', (_name, spec) => {
  it('never decreases with its place', () => {
    fc.assert(
      fc.property(spec, unit, unit, (given, a, b) => {
        const domain = domainOf(given);
        const [low, high] = a < b ? [a, b] : [b, a];
        expect(domain.fromUnit(low)).toBeLessThanOrEqual(domain.fromUnit(high) as number);
        // Neighbouring places too, where rounding could go astray.
        const next = Math.min(1, low + 2 ** -40);
        expect(domain.fromUnit(low)).toBeLessThanOrEqual(domain.fromUnit(next) as number);
      }),
      { seed: 13, numRuns: 2000 },
    );
  });
});

describe.each(Object.entries(kinds).slice(0, 4))('%s, as a person writes it', (_name, spec) => {
  it('is rounded to a value that comes back exactly', () => {
    fc.assert(
      fc.property(spec, unit, (given, place) => {
        const domain = domainOf(given);
        const { min, max } = given as { min: number; max: number };
        const value = domain.canonical(Math.min(max, Math.max(min, min + place * (max - min))));
        expect(domain.issue(value)).toBeUndefined();
        expect(domain.canonical(value)).toBe(value);
        expect(domain.fromUnit(domain.toUnit(value))).toBe(value);
      }),
      { seed: 14, numRuns: 2000 },
    );
  });
});

describe('continuous floats', () => {
  it('hold decimal numbers of at most 15 digits, apart from the bounds as they were written', () => {
    fc.assert(
      fc.property(fc.oneof(linearFloat, logFloat, reverseLogFloat), unit, (given, place) => {
        const { min, max } = given as { min: number; max: number };
        const value = domainOf(given).fromUnit(place) as number;
        if (value === min || value === max) return;
        expect(digits(value)).toBeLessThanOrEqual(15);
      }),
      { seed: 15, numRuns: 3000 },
    );
  });

  it('keep 12 significant digits on a log scale', () => {
    const domain = domainOf({ type: 'float', min: 1e-7, max: 1, scale: 'log' });
    const stream = createRandomStream(1);
    let most = 0;
    for (let draw = 0; draw < 1000; draw++) {
      const value = domain.fromUnit(stream.next()) as number;
      expect(value).toBe(Number(value.toPrecision(12)));
      most = Math.max(most, digits(value));
    }
    expect(most).toBe(12);
  });

  it('go down to the least numbers there are on a log scale', () => {
    for (const exponent of [-292, -297, -300, -307, -310, -320]) {
      const domain = domainOf({
        type: 'float',
        min: Number(`1e${exponent}`),
        max: Number(`1e${exponent + 3}`),
        scale: 'log',
      });
      for (const place of [0.01, 0.25, 0.5, 0.75, 0.99]) {
        const value = domain.fromUnit(place) as number;
        expect(domain.issue(value)).toBeUndefined();
        expect(domain.canonical(value)).toBe(value);
        expect(domain.toUnit(value)).toBeCloseTo(place, 3);
      }
    }
  });

  it('are as fine near 1 on a reverse-log scale as near 0 on a log scale', () => {
    const log = domainOf({ type: 'float', min: 1e-4, max: 0.5, scale: 'log' });
    const reverse = domainOf({ type: 'float', min: 0.5, max: 1 - 1e-4, scale: 'reverse-log' });
    for (const place of [0.1, 0.25, 0.5, 0.9]) {
      expect(1 - (reverse.fromUnit(1 - place) as number)).toBeCloseTo(log.fromUnit(place) as number, 12);
    }
  });

  it('keep bounds that have more digits than the domain', () => {
    const domain = domainOf({ type: 'float', min: 1 / 3, max: 2 / 3 });
    expect(domain.fromUnit(0)).toBe(1 / 3);
    expect(domain.fromUnit(1)).toBe(2 / 3);
    expect(domain.fromUnit(0.5)).toBe(0.5);
    expect(domain.canonical(1 / 3)).toBe(1 / 3);
  });

  it('have one value, in the middle, when the bounds are the same', () => {
    const domain = domainOf({ type: 'float', min: 0.3, max: 0.3 });
    expect(domain.size).toBe(1);
    expect(domain.toUnit(0.3)).toBe(0.5);
    expect(domain.fromUnit(0.7)).toBe(0.3);
  });
});

describe('stepped floats', () => {
  it('have no noise of binary fractions', () => {
    const domain = domainOf({ type: 'float', min: 0, max: 1, step: 0.1 });
    const list = Array.from({ length: domain.size }, (_, index) => domain.at(index));
    expect(list).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]);
  });

  it('take a value within noise of a step, and no other', () => {
    const domain = domainOf({ type: 'float', min: 0, max: 1, step: 0.1 });
    expect(domain.issue(0.1 + 0.2)).toBeUndefined();
    expect(domain.canonical(0.1 + 0.2)).toBe(0.3);
    expect(domain.issue(0.25)).toContain('the nearest is 0.3');
  });
});

describe('discrete domains', () => {
  it('number their values, and give each an equal share of the unit interval', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          steppedFloat,
          categoricalSpec,
          ordinalSpec,
          fc.constant<ParameterSpec>({ type: 'int', min: -3, max: 9 }),
        ),
        fc.nat(),
        (given, number) => {
          const domain = domainOf(given);
          const index = number % domain.size;
          const value = domain.at(index);
          expect(domain.indexOf(value)).toBe(index);
          expect(domain.toUnit(value)).toBeCloseTo((index + 0.5) / domain.size, 14);
          expect(domain.fromUnit((index + 0.001) / domain.size)).toBe(value);
          expect(domain.fromUnit((index + 0.999) / domain.size)).toBe(value);
        },
      ),
      { seed: 16, numRuns: 1000 },
    );
  });

  it('give the ends of a log int their full share', () => {
    const domain = domainOf({ type: 'int', min: 1, max: 4, scale: 'log' });
    const share = new Map<unknown, number>();
    const parts = 100_000;
    for (let part = 0; part < parts; part++) {
      const value = domain.fromUnit((part + 0.5) / parts);
      share.set(value, (share.get(value) ?? 0) + 1 / parts);
    }
    const whole = Math.log(4.5 / 0.5);
    for (const value of [1, 2, 3, 4]) {
      expect(share.get(value)).toBeCloseTo(Math.log((value + 0.5) / (value - 0.5)) / whole, 4);
    }
  });
});

describe('what is wrong with a value', () => {
  it.each([
    [{ type: 'float', min: 0, max: 1 }, 1.5, 'must lie from 0 to 1, got 1.5'],
    [{ type: 'float', min: 0, max: 1 }, '0.5', "must be a number from 0 to 1, got '0.5'"],
    [{ type: 'float', min: 0, max: 1 }, Number.NaN, 'must lie from 0 to 1, got NaN'],
    [{ type: 'int', min: 1, max: 3 }, 1.5, 'must be an integer from 1 to 3, got 1.5'],
    [{ type: 'int', min: 0, max: 8, step: 4 }, 6, 'must be an integer from 0 to 8 in steps of 4, got 6'],
    [{ type: 'int', min: 1, max: 3 }, '2', "must be an integer from 1 to 3, got '2'"],
    [{ type: 'int', min: 0, max: 1 }, true, 'must be an integer from 0 to 1, got true'],
    [{ type: 'categorical', values: ['a', 1] }, '1', "must be one of 'a', 1, got '1'"],
    [{ type: 'constant', value: 'x' }, 'y', "must be 'x', got 'y'"],
  ] satisfies [ParameterSpec, unknown, string][])('%o: %o', (spec, value, issue) => {
    expect(domainOf(spec).issue(value)).toBe(issue);
  });

  it('is nothing for -0 where there is 0', () => {
    fc.assert(
      fc.property(anyParameter, (spec) => {
        const domain = domainOf(spec);
        expect(domain.issue(-0)).toBe(domain.issue(0));
      }),
      { seed: 17 },
    );
  });
});

function ends(spec: ParameterSpec): readonly unknown[] {
  switch (spec.type) {
    case 'constant':
      return [spec.value === 0 ? 0 : spec.value, spec.value === 0 ? 0 : spec.value];
    case 'float':
    case 'int':
      return [spec.min + 0, spec.max + 0];
    case 'categorical':
    case 'ordinal':
      return [spec.values[0], spec.values.at(-1)].map((value) => (value === 0 ? 0 : value));
  }
}

/** How many significant digits the shortest decimal form of a number has. */
function digits(value: number): number {
  return String(value).replace(/e.*$/, '').replace(/[-.]/g, '').replace(/^0+/, '').replace(/0+$/, '').length;
}
