import { inspect } from 'node:util';
import { z } from 'zod';
import { FAILURE_CLASSES } from '../domain/failure.ts';
import { FettleError } from '../errors.ts';
import type { Plugin, PluginKind } from '../plugin/define.ts';
import { problemsOf } from '../plugin/issue-text.ts';

/**
 * Refuses options that are no study's: the compiler sees them in TypeScript that is checked, but nothing does in JavaScript and in a
 * study file whose types are only stripped. A misspelt `budget` would be no budget at all.
 * @param options what the person wrote
 * @param name what is checked, for the message
 * @throws FettleError `options-invalid` with everything that is wrong
 */
export function checkStudyOptions(options: unknown, name = 'The study'): void {
  const { error } = studyOptions.safeParse(options);
  if (error === undefined) return;
  const problems = error.issues.flatMap((issue) => problemsOf(issue, options, 'its options'));
  throw new FettleError('options-invalid', `${name} is not right:\n  ${problems.join('\n  ')}`);
}

/** Several limits are infinite in tests of a searcher; not a number is none. */
const number = custom((value) => typeof value === 'number' && !Number.isNaN(value), 'a number');
const amount = custom((value) => typeof value === 'number' && value >= 0, 'a number from 0 on');
const milliseconds = custom((value) => typeof value === 'number' && value >= 0, 'a number of milliseconds');
const text = custom((value) => typeof value === 'string' && value !== '', 'a text');
const call = custom((value) => typeof value === 'function', 'a function');
const service = custom((value) => typeof value === 'object' && value !== null, 'an object');

const limits = {
  trials: amount.optional(),
  wallClock: milliseconds.optional(),
  resource: amount.optional(),
  target: number.optional(),
  noImprovement: z.strictObject({ trials: amount, minDelta: amount.optional() }).optional(),
  failures: amount.optional(),
};
const budget: z.ZodType = z.strictObject({
  ...limits,
  any: z.array(z.lazy(() => budget)).optional(),
  all: z.array(z.lazy(() => budget)).optional(),
});

const studyOptions = z.strictObject({
  name: text,
  space: custom(
    (value) => service.safeParse(value).success && typeof (value as { canonical?: unknown }).canonical === 'function',
    'a search space, as searchSpace({ … }) makes it',
  ),
  objective: z.strictObject({
    metric: custom((value) => typeof value === 'string', 'a text'),
    goal: oneOf('minimize', 'maximize'),
    resource: text.optional(),
    resourceFrom: oneOf(0, 1).optional(),
    value: oneOf('last', 'best').optional(),
    nonFinite: oneOf('worst', 'fail').optional(),
  }),
  searcher: plugin('a searcher or a sampler, such as random()', 'searcher', 'sampler'),
  evaluate: call.optional(),
  command: custom(
    (value) => Array.isArray(value) && value.length > 0 && value.every((word) => typeof word === 'string'),
    "a list of texts, one for each argument, such as ['python3', 'train.py', '{rate}']",
  ).optional(),
  workingDirectory: text.optional(),
  environment: z.record(z.string(), z.string()).optional(),
  backend: plugin('a backend, such as local()', 'backend').optional(),
  metrics: z.array(plugin('a metric source, such as regex({ … })', 'metric-source')).optional(),
  budget: budget.optional(),
  seed: number.optional(),
  first: z.array(service).optional(),
  duplicates: oneOf('allow', 'redraw').optional(),
  retry: z
    .strictObject({
      limits: z.partialRecord(z.enum(FAILURE_CLASSES), number.optional()).optional(),
      backOff: milliseconds.optional(),
      maxBackOff: milliseconds.optional(),
    })
    .optional(),
  // Whether its value will do is said with all that can only be judged once the shape is right.
  timeLimit: custom((value) => number.safeParse(value).success, 'a number of milliseconds').optional(),
  grace: milliseconds.optional(),
  resumable: custom((value) => typeof value === 'boolean', 'true or false').optional(),
  checkpoints: z.strictObject({ keepBest: number }).optional(),
  directory: text.optional(),
  store: service.optional(),
  clock: service.optional(),
  logger: service.optional(),
  services: call.optional(),
});

function custom(holds: (value: unknown) => boolean, what: string): z.ZodType {
  return z.custom<unknown>(holds, `expected ${what}`);
}

function oneOf(...values: readonly (string | number)[]): z.ZodType {
  return custom((value) => values.includes(value as string), values.map((value) => inspect(value)).join(' or '));
}

/** Told by its shape: whoever wraps a plugin may spread it, and its mark is not copied along. */
function plugin(what: string, ...kinds: readonly PluginKind[]): z.ZodType {
  return custom((value) => {
    if (!service.safeParse(value).success) return false;
    const { kind, record, create } = value as Partial<Plugin<PluginKind>>;
    return kind !== undefined && kinds.includes(kind) && record !== undefined && typeof create === 'function';
  }, what);
}
