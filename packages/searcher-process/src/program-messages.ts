import { z } from 'zod';
import { configuration, trialNumber, until } from './driver-messages.ts';

const id = z.int().min(1).meta({ description: 'The id of the question.' });
const reason = z.string().min(1).meta({ description: 'Why, for people: `fettle explain` shows it.' });

/** What a program says of itself, in answer to `hello`. */
export const readyMessage = z.strictObject({
  type: z.literal('ready'),
  protocol: z.int().meta({ description: 'Version of the protocol that the program speaks.' }),
  name: z.string().min(1).meta({ description: 'Its name, for messages.' }),
  version: z.string().optional(),
  role: z.enum(['sampler', 'searcher']).meta({
    description: 'A sampler says which configuration is next; a searcher also how long each trial runs.',
  }),
  space: z
    .array(z.enum(['conditional', 'forbidden']))
    .default([])
    .meta({ description: 'What it can deal with beside plain parameters.' }),
  needs: z
    .array(z.enum(['resume']))
    .default([])
    .meta({ description: 'What it cannot work without: `resume`, that paused trials go on from their checkpoint.' }),
  reports: z
    .boolean()
    .default(true)
    .meta({ description: 'Whether it is told reports. A searcher always is; a sampler may need the end only.' }),
});

const startAnswer = z.strictObject({
  type: z.literal('start'),
  id,
  configuration,
  until: until.optional(),
  repeatOf: trialNumber.optional().meta({ description: 'The trial whose configuration is repeated on purpose.' }),
  reason,
  details: z
    .record(z.string(), z.json())
    .optional()
    .meta({ description: 'What the reason rests on; kept with the trial.' }),
});
const exhaustedAnswer = z.strictObject({ type: z.literal('exhausted'), id, reason });

/** Answers of a sampler to `ask`. */
export const sampleAnswer = z.discriminatedUnion('type', [
  startAnswer.omit({ until: true, repeatOf: true }),
  exhaustedAnswer,
]);

/** Answers of a searcher to `ask`. */
export const suggestionAnswer = z.discriminatedUnion('type', [
  startAnswer,
  z.strictObject({ type: z.literal('resume'), id, trial: trialNumber, until: until.optional(), reason }),
  z.strictObject({ type: z.literal('fork'), id, from: trialNumber, configuration, until: until.optional(), reason }),
  z.strictObject({ type: z.literal('stop'), id, trial: trialNumber, reason }),
  z.strictObject({ type: z.literal('wait'), id, reason }),
  exhaustedAnswer,
]);

/** Answers of a searcher to a report. */
export const decisionAnswer = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('continue'), id, reason: reason.optional() }),
  z.strictObject({ type: z.literal('pause'), id, reason }),
  z.strictObject({ type: z.literal('stop'), id, reason }),
]);

/** Said instead of any answer, and instead of `ready`. */
export const errorMessage = z.strictObject({
  type: z.literal('error'),
  id: id.optional(),
  message: z.string().min(1).meta({ description: 'What is wrong, for people; ends the session of the study.' }),
});

/** What a program says of itself. */
export type Ready = z.output<typeof readyMessage>;
