import { FAILURE_CLASSES, parameterSchema } from '@fettle/core';
import { z } from 'zod';

/** Version of the protocol. Raised when a program written for the one before would no longer work. */
export const PROTOCOL_VERSION = 1;

/** The number of a trial: 1, 2, 3 … */
export const trialNumber = z.int().min(1).meta({ description: 'Number of a trial: 1, 2, 3 …' });

/** The value of a parameter. */
const parameterValue = z.union([z.number(), z.string(), z.boolean()]);

/** The values of a trial by parameter name. */
export const configuration = z
  .record(z.string(), parameterValue)
  .meta({ description: 'Values by parameter name; parameters that are not active are absent.' });

/** A level of resource to run to. */
export const until = z
  .number()
  .positive()
  .meta({ description: "Level of resource to run to; absent: to the program's own end." });

const anyNumber = z
  .union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity'])])
  .meta({ description: 'A number; those that JSON has no word for are texts.' });
const value = anyNumber.meta({ description: 'The objective, normalised: less is better; "Infinity" if not finite.' });
const resource = z.number().min(0).meta({ description: 'Resource reported by the trial so far; 0: none.' });
const seed = z.int().min(0).meta({ description: 'From 0 to 2^53 - 1.' });
const id = z.int().min(1).meta({ description: 'The answer carries the same id.' });
const kinds = z.enum(['continue', 'pause', 'stop']);
const valuesByName = z.record(z.string(), z.array(parameterValue));

/** The first message: what is searched. */
export const helloMessage = z.object({
  type: z.literal('hello'),
  protocol: z.int().meta({ description: 'Version of the protocol that the driver speaks.' }),
  fettle: z.string().meta({ description: 'Version of Fettle, for messages only.' }),
  space: z.object({
    parameters: z
      .record(z.string(), parameterSchema)
      .meta({ description: 'By name, in their order. The values of conditions (`when`) are lists.' }),
    forbidden: z
      .array(valuesByName)
      .meta({ description: 'Combinations that are never tried: each parameter active, with one of its values.' }),
  }),
  objective: z.object({
    metric: z.string(),
    goal: z.enum(['minimize', 'maximize']).meta({ description: 'For people: values are normalised already.' }),
  }),
  resumable: z.boolean().meta({ description: 'Whether a paused trial goes on from its checkpoint, or begins again.' }),
  seed: seed.meta({ description: 'For randomness that belongs to no trial: from 0 to 2^53 - 1.' }),
  options: z.record(z.string(), z.json()).meta({ description: 'The options of the study file, as they are there.' }),
});

/** A trial was created. */
export const startedMessage = z.object({
  type: z.literal('started'),
  trial: trialNumber,
  configuration,
  origin: z
    .enum(['searcher', 'first'])
    .meta({ description: 'Whose idea it was: the searcher, or the study (`first`).' }),
  until: until.optional(),
  forkedFrom: trialNumber.optional(),
  resource: resource.optional().meta({ description: 'Of a forked trial: what the other had reached; absent: 0.' }),
  repeatOf: trialNumber.optional(),
});

/** A paused trial goes on. */
export const resumedMessage = z.object({
  type: z.literal('resumed'),
  trial: trialNumber,
  until: until.optional(),
});

/** A running trial reported. */
export const reportMessage = z.object({
  type: z.literal('report'),
  id: id.optional().meta({ description: 'Present: answer with a decision. Absent: `decision` says what was decided.' }),
  trial: trialNumber,
  resource,
  value,
  metrics: z.record(z.string(), anyNumber).meta({ description: 'As the trial reported them, in their own sign.' }),
  decision: kinds.optional(),
});

const ended = { type: z.literal('ended'), trial: trialNumber, resource };

/** A trial left the running state. */
export const endedMessage = z.discriminatedUnion('state', [
  z.object({ ...ended, state: z.literal('completed'), value }),
  z.object({ ...ended, state: z.literal('paused') }),
  z.object({ ...ended, state: z.literal('stopped'), reason: z.string() }),
  z.object({ ...ended, state: z.literal('failed'), failure: z.enum(FAILURE_CLASSES), message: z.string() }),
]);

/** What should run on a free place? */
export const askMessage = z.object({
  type: z.literal('ask'),
  id,
  trial: trialNumber.meta({ description: 'The number that a new trial would get.' }),
  draw: z.int().min(0).meta({ description: 'How often an answer to this question was refused as a duplicate.' }),
  seed: seed.meta({ description: 'For the randomness of this answer: from 0 to 2^53 - 1.' }),
});

/** What the driver says. */
export type HelloMessage = z.input<typeof helloMessage>;
/** What a program is told and does not answer: the history of the study. */
export type HistoryMessage =
  | z.input<typeof startedMessage>
  | z.input<typeof resumedMessage>
  | z.input<typeof endedMessage>
  | z.input<typeof reportMessage>;
