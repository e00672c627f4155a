import { z } from 'zod';
import { shown } from './domain.ts';

const finite = z.number({ error: (issue) => `must be a finite number, got ${shown(issue.input)}` });
const integer = z.int({ error: (issue) => `must be an integer of at most 2^53 in size, got ${shown(issue.input)}` });
const value = z.union([finite, z.string(), z.boolean()], {
  error: (issue) => `must be a text, a finite number or a boolean, got ${shown(issue.input)}`,
});
const values = z
  .array(value, { error: (issue) => `must be a list of values, got ${shown(issue.input)}` })
  .min(1, { error: 'must hold at least one value, got []' });

/** For each parent parameter the value, or the list of values, under which the parameter is active; all must hold. */
const condition = z
  .record(z.string(), z.union([value, values]), {
    error: (issue) => `must map parameter names to values, got ${shown(issue.input)}`,
  })
  .optional()
  .meta({ description: 'Active only while these parameters have one of these values.' });

const floatSchema = z.strictObject({
  type: z.literal('float'),
  min: finite,
  max: finite,
  scale: z
    .enum(['linear', 'log', 'reverse-log'], {
      error: (issue) => `must be linear, log or reverse-log, got ${shown(issue.input)}`,
    })
    .optional(),
  step: finite.optional(),
  when: condition,
});

const intSchema = z.strictObject({
  type: z.literal('int'),
  min: integer,
  max: integer,
  scale: z
    .enum(['linear', 'log'], {
      error: (issue) =>
        issue.input === 'reverse-log'
          ? "must be linear or log, got 'reverse-log', which is for floats below 1"
          : `must be linear or log, got ${shown(issue.input)}`,
    })
    .optional(),
  step: integer.optional(),
  when: condition,
});

const described = values.meta({ description: 'The values: texts, numbers or booleans.' });
const categoricalSchema = z.strictObject({ type: z.literal('categorical'), values: described, when: condition });
const ordinalSchema = z.strictObject({ type: z.literal('ordinal'), values: described, when: condition });
const constantSchema = z.strictObject({
  type: z.literal('constant'),
  value: value.meta({ description: 'The value: a text, a number or a boolean.' }),
  when: condition,
});

/** One parameter as plain data. */
export const parameterSchema = z.discriminatedUnion(
  'type',
  [floatSchema, intSchema, categoricalSchema, ordinalSchema, constantSchema],
  {
    error: (issue) => {
      const input = issue.input;
      if (typeof input !== 'object' || input === null || Array.isArray(input)) {
        return `must be an object such as { type: 'float', min: 0, max: 1 }, got ${shown(input)}`;
      }
      return `type must be float, int, categorical, ordinal or constant, got ${shown((input as { type?: unknown }).type)}`;
    },
  },
);

/** What a parameter's name may look like: it stands in templates (`{name}`), in environment variables and in tables. */
export const NAME_PATTERN = /^[\p{L}_][\p{L}\p{N}_.:/-]*$/u;

const parametersSchema = z
  .record(z.string(), parameterSchema)
  .meta({ description: 'The parameters, by name, in their order.' });

const forbiddenSchema = z
  .array(z.record(z.string(), z.union([value, values])))
  .meta({ description: 'Combinations that are never tried: each names values that must not come together.' });

const longSchema = z.strictObject({ parameters: parametersSchema, forbidden: forbiddenSchema.optional() });

/**
 * A search space as plain data, in its two forms: the map of parameters alone, or `parameters` beside `forbidden`. Its
 * shape only: build it with `parseSearchSpace` to have its meaning checked as well.
 */
export const spaceSchema = z.union([longSchema, parametersSchema]);

/** One parameter as plain data. */
export type ParameterSpec = z.input<typeof parameterSchema>;

/** A search space as plain data. */
export type SpaceSpec = z.input<typeof spaceSchema>;
