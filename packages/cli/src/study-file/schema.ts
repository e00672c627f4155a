import { DEFAULT_RETRY, type FailureClass } from '@fettle/core';
import { z } from 'zod';
import { parseDuration } from '../text/duration.ts';

const EXAMPLE = "such as '90s', '10m' or '1h30m'";

/** A duration as people write it; becomes milliseconds. */
const duration = z.string({ error: `expected a duration with its unit, ${EXAMPLE}` }).transform((text, context) => {
  const milliseconds = parseDuration(text);
  if (milliseconds !== undefined) return milliseconds;
  context.addIssue({ code: 'custom', message: `expected a duration with its unit, ${EXAMPLE}` });
  return z.NEVER;
});

const positive = z.int().min(1);

const budgetFields = {
  trials: positive.optional().meta({ description: 'Trials created, over all sessions.' }),
  wallClock: duration.optional().meta({ description: `Time during which a driver is at work, ${EXAMPLE}.` }),
  resource: z.number().positive().optional().meta({ description: 'Resource spent by all trials together.' }),
  target: z.number().optional().meta({ description: 'A value of the objective that is good enough.' }),
  noImprovement: z
    .strictObject({
      trials: positive.meta({ description: 'How many trials may end without an improvement.' }),
      minDelta: z.number().min(0).optional().meta({ description: 'What is no improvement yet. Default: 0.' }),
    })
    .optional()
    .meta({ description: 'Trials that ended since the best value last improved by more than minDelta.' }),
  failures: positive.optional().meta({ description: 'Trials that failed.' }),
};

/** Limits of the whole study. Combinations nest one level: `any` and `all` hold plain limits. */
const budget = z.strictObject({
  ...budgetFields,
  any: z
    .array(z.strictObject(budgetFields))
    .min(1)
    .optional()
    .meta({ description: 'The first of these that is reached.' }),
  all: z.array(z.strictObject(budgetFields)).min(1).optional().meta({ description: 'Reached when all of these are.' }),
});

/** Retries of a class of failures. @param what what happened */
function retries(failure: FailureClass, what: string) {
  const description = `${what} Default: ${DEFAULT_RETRY.limits[failure]}.`;
  return z.int().min(0).optional().meta({ description });
}

const retry = z.strictObject({
  limits: z
    .strictObject({
      oom: retries('oom', 'Out of memory, by the kernel, a limit or the platform.'),
      timeout: retries('timeout', 'It took longer than timeLimit.'),
      preempted: retries('preempted', 'The platform took it away.'),
      node: retries('node', 'The machine died or was lost.'),
      launch: retries('launch', 'It never started: no such program, no such image.'),
      'invalid-configuration': retries('invalid-configuration', 'The program refused these values.'),
      'no-metric': retries('no-metric', 'It ended well but never reported the objective.'),
      code: retries('code', 'The program ended with an error of its own.'),
      unknown: retries('unknown', 'It is gone, and nothing says why.'),
    })
    .optional()
    .meta({ description: 'Further attempts after the first failure, by class.' }),
  backOff: duration.optional().meta({ description: 'Wait before the first retry; doubled each time.' }),
  maxBackOff: duration.optional().meta({ description: 'Longest wait.' }),
});

/** A plugin: its type and its options, or its type alone. The options are checked by the plugin itself. */
const pluginReference = z.union([z.string().min(1), z.looseObject({ type: z.string().min(1) })], {
  error: 'expected the name of a plugin, or a map with its `type` and its options',
});

const scalar = z.union([z.string(), z.number(), z.boolean()]);

/** The study file, before plugins and the search space are looked at. */
export const studyFileSchema = z.strictObject({
  $schema: z.string().optional().meta({ description: 'Path of the JSON Schema, for editors that look for it here.' }),
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'expected letters, digits, dots, dashes and underscores, at most 100')
    .meta({ description: 'Name of the study; its folder is .fettle/<name>.' }),
  command: z
    .array(z.string())
    .min(1)
    .meta({ description: 'Program and arguments; {name} stands for a value, {resource} for the level to run to.' }),
  workingDirectory: z
    .string()
    .optional()
    .meta({ description: 'Where the program runs; relative to this file. Default: its folder.' }),
  environment: z
    .record(z.string(), z.string())
    .optional()
    .meta({ description: 'Environment variables added to those of the driver.' }),
  space: z.record(z.string(), z.unknown()).meta({ description: 'The search space: one parameter for each name.' }),
  forbidden: z.array(z.unknown()).optional().meta({ description: 'Combinations of values that are never tried.' }),
  objective: z
    .strictObject({
      metric: z.string().min(1).meta({ description: 'Name of the metric.' }),
      goal: z
        .enum(['minimize', 'maximize'])
        .meta({ description: 'Whether a good value is a small one or a large one.' }),
      resource: z
        .string()
        .min(1)
        .optional()
        .meta({ description: 'Metric that says how much resource was spent, such as epoch.' }),
      resourceFrom: z
        .union([z.literal(0), z.literal(1)])
        .optional()
        .meta({ description: 'What the resource metric counts from: 0 if the first epoch is epoch 0. Default: 1.' }),
      value: z
        .enum(['last', 'best'])
        .optional()
        .meta({ description: "Which of a trial's reports is its value: the last one, or the best. Default: last." }),
      nonFinite: z.enum(['worst', 'fail']).optional().meta({
        description:
          'What NaN or an infinity means: worst lets the trial go on and lose, fail stops it. Default: worst.',
      }),
    })
    .meta({ description: 'What to optimise.' }),
  searcher: pluginReference.meta({ description: 'What to try next.' }),
  backend: pluginReference.optional().meta({ description: 'Where to run. Default: local.' }),
  metrics: z
    .union([pluginReference, z.array(pluginReference).min(1)], {
      error: 'expected a metric source, or a list of them',
    })
    .optional()
    .meta({ description: 'How results are read. Default: JSON lines in $FETTLE_METRICS and on standard output.' }),
  budget: budget.optional().meta({ description: 'Limits of the whole study; totals over all sessions.' }),
  seed: z.int().min(0).optional().meta({ description: 'Seed of every random choice. Default: 0.' }),
  first: z.array(z.record(z.string(), scalar)).optional().meta({ description: 'Configurations to try first.' }),
  duplicates: z.enum(['allow', 'redraw']).optional().meta({
    description:
      'What to do with a configuration that was tried before: ask for another one, or run it. Default: redraw.',
  }),
  retry: retry.optional().meta({ description: 'How failed attempts are tried again.' }),
  timeLimit: duration.optional().meta({ description: 'Time limit for one attempt.' }),
  grace: duration.optional().meta({ description: 'Time between the steps of asking an attempt to stop.' }),
  checkpoints: z
    .strictObject({
      keepBest: z.int().min(0).meta({ description: 'How many of the trials that are over keep theirs; 0: none.' }),
    })
    .optional()
    .meta({ description: 'Keep the checkpoints of the best so many trials that are over. Default: all.' }),
  resumable: z
    .boolean()
    .optional()
    .meta({ description: 'Whether the program can resume from $FETTLE_CHECKPOINT_DIR.' }),
});

/** A study file whose shape is right. */
export type StudyFileShape = z.output<typeof studyFileSchema>;
