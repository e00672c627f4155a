import fc from 'fast-check';
import type { ParameterValue } from '../src/domain/configuration.ts';
import { domainOf } from '../src/domain/space-parameter.ts';
import type { ParameterSpec } from '../src/domain/space-schema.ts';

const ordered = (a: number, b: number): [number, number] => (a < b ? [a, b] : [b, a]);

/** A number with few digits, as people write them, or any double of ordinary size. */
const written = fc.oneof(
  fc
    .tuple(fc.integer({ min: -99_999, max: 99_999 }), fc.integer({ min: -8, max: 6 }))
    .map(([digits, exponent]) => Number(`${digits}e${exponent}`)),
  fc.double({ min: -1e9, max: 1e9, noNaN: true }),
);

const positive = fc
  .tuple(fc.integer({ min: 1, max: 999_999_999 }), fc.integer({ min: -290, max: 280 }))
  .map(([digits, exponent]) => Number(`${digits}e${exponent}`));

/** Two numbers far from 0 and close to each other: there is no room for 12 digits between them. */
const neighbours = fc
  .tuple(
    fc.integer({ min: -(10 ** 12), max: 10 ** 12 }),
    fc.integer({ min: 1, max: 1000 }),
    fc.integer({ min: -6, max: 6 }),
  )
  .map(([base, gap, exponent]): [number, number] => [base, base + Number(`${gap}e${exponent}`)]);

export const linearFloat: fc.Arbitrary<ParameterSpec> = fc
  .oneof(fc.tuple(written, written), neighbours)
  .map(([a, b]) => ordered(a, b))
  .map(([min, max]) => ({ type: 'float', min, max }));

export const logFloat: fc.Arbitrary<ParameterSpec> = fc
  .oneof(fc.tuple(positive, positive), fc.tuple(fc.double({ min: 1e-9, max: 1, noNaN: true }), fc.constant(1)))
  .map(([a, b]) => ordered(a, b))
  .map(([min, max]) => ({ type: 'float', min, max, scale: 'log' }));

export const reverseLogFloat: fc.Arbitrary<ParameterSpec> = fc
  .tuple(fc.double({ min: -5, max: 0.9, noNaN: true }), fc.integer({ min: 1, max: 14 }), fc.integer({ min: 1, max: 9 }))
  .map(([min, nines, digit]) => ({
    type: 'float',
    min,
    max: 1 - Number(`${digit}e-${nines + 1}`),
    scale: 'reverse-log',
  }));

export const steppedFloat: fc.Arbitrary<ParameterSpec> = fc
  .tuple(
    fc.integer({ min: -10_000, max: 10_000 }),
    fc.integer({ min: 1, max: 500 }),
    fc.integer({ min: 0, max: 1000 }),
    fc.integer({ min: -6, max: 3 }),
  )
  .map(([first, stride, steps, exponent]) => ({
    type: 'float',
    min: Number(`${first}e${exponent}`),
    max: Number(`${first + stride * steps}e${exponent}`),
    step: Number(`${stride}e${exponent}`),
  }));

export const linearInt: fc.Arbitrary<ParameterSpec> = fc
  .tuple(
    fc.integer({ min: -1_000_000, max: 1_000_000 }),
    fc.oneof(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 2 ** 49 })),
    fc.integer({ min: 1, max: 7 }),
  )
  .map(([min, steps, step]) => ({ type: 'int', min, max: min + steps * step, step }));

export const logInt: fc.Arbitrary<ParameterSpec> = fc
  .tuple(
    fc.integer({ min: 1, max: 5000 }),
    fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 2 ** 39 })),
  )
  .map(([min, span]) => ({ type: 'int', min, max: min + span, scale: 'log' }));

const values = fc.uniqueArray(
  fc.oneof(
    fc.string({ maxLength: 5 }),
    fc.integer(),
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
  ),
  { minLength: 1, maxLength: 9, selector: (value) => (Object.is(value, -0) ? 0 : value) },
);

export const categoricalSpec: fc.Arbitrary<ParameterSpec> = values.map((list) => ({
  type: 'categorical',
  values: list,
}));
export const ordinalSpec: fc.Arbitrary<ParameterSpec> = values.map((list) => ({ type: 'ordinal', values: list }));
export const constantSpec: fc.Arbitrary<ParameterSpec> = values.map(([value]) => ({ type: 'constant', value: value! }));

/** Any domain of any kind. */
export const anyParameter: fc.Arbitrary<ParameterSpec> = fc.oneof(
  linearFloat,
  logFloat,
  reverseLogFloat,
  steppedFloat,
  linearInt,
  logInt,
  categoricalSpec,
  ordinalSpec,
  constantSpec,
);

/** A domain of few values, so that all of them can be listed. */
const smallParameter: fc.Arbitrary<ParameterSpec> = fc.oneof(
  fc
    .tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 }))
    .map(([min, span]): ParameterSpec => ({ type: 'int', min, max: min + span })),
  fc.subarray(['p', 'q', 'r'], { minLength: 1 }).map((list): ParameterSpec => ({ type: 'categorical', values: list })),
  fc.subarray([1, 2, 4], { minLength: 1 }).map((list): ParameterSpec => ({ type: 'ordinal', values: list })),
  fc.integer({ min: 1, max: 3 }).map((steps): ParameterSpec => ({ type: 'float', min: 0, max: steps / 10, step: 0.1 })),
  fc.constant<ParameterSpec>({ type: 'constant', value: 'c' }),
);

/**
 * Small spaces with conditions and forbidden combinations, all of whose configurations can be listed. Parents come before
 * or after their children.
 */
export const smallSpace: fc.Arbitrary<{
  readonly parameters: { readonly [name: string]: ParameterSpec };
  readonly forbidden: readonly { readonly [name: string]: readonly ParameterValue[] }[];
}> = fc
  .tuple(
    fc.array(smallParameter, { minLength: 1, maxLength: 5 }),
    fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat(), fc.boolean()), { minLength: 5, maxLength: 5 }),
    fc.array(fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 1, maxLength: 3 }), { maxLength: 3 }),
    fc.boolean(),
  )
  .map(([specs, links, clauses, reversed]) => {
    const entries = specs.map((spec, index): [string, ParameterSpec] => {
      const [parent, first, second, conditional] = links[index]!;
      const parentSpec = specs[parent % Math.max(1, index)]!;
      if (index === 0 || !conditional) return [`p${index}`, spec];
      return [`p${index}`, { ...spec, when: { [`p${parent % index}`]: someValues(parentSpec, first, second) } }];
    });
    const parameters = Object.fromEntries(reversed ? entries.toReversed() : entries);
    const forbidden = clauses.map((clause) =>
      Object.fromEntries(
        clause.map(([parameter, value]) => {
          const index = parameter % specs.length;
          return [`p${index}`, someValues(specs[index]!, value, value)];
        }),
      ),
    );
    return { parameters, forbidden };
  });

function someValues(spec: ParameterSpec, first: number, second: number): ParameterValue[] {
  const domain = domainOf(spec);
  return [...new Set([domain.at(first % domain.size), domain.at(second % domain.size)])];
}
