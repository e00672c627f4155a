import { FettleError, messageOf } from '../errors.ts';
import type { SearchSpace } from '../domain/search-space.ts';
import type { PluginRecord, StudyDefinition, StudySettings } from '../domain/study-spec.ts';
import { DEFAULT_RETRY } from '../engine/retry.ts';
import { encode } from '../store/codec.ts';
import type { StudyOptions } from './study-options.ts';

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** What defines the study, from its options. @throws FettleError `options-invalid`, `configuration-invalid` */
export function definitionOf(options: StudyOptions, space: SearchSpace, searcher: PluginRecord): StudyDefinition {
  const { name, objective, seed = 0, first = [], duplicates = 'redraw', resumable = false } = options;
  const problems: string[] = [];
  if (!NAME.test(name)) {
    problems.push(
      `name: '${name}' must be 1 to 100 letters, digits, '.', '_' or '-', and begin with a letter or digit`,
    );
  }
  if (objective.metric === '') problems.push('objective.metric: must not be empty');
  if (!(Number.isSafeInteger(seed) && seed >= 0)) problems.push(`seed: ${seed} is not an integer from 0 to 2^53 - 1`);
  const canonical = first.flatMap((configuration, index) => {
    try {
      return [space.canonical(configuration)];
    } catch (thrown) {
      problems.push(`first[${index}]: ${messageOf(thrown)}`);
      return [];
    }
  });
  if (problems.length > 0) {
    throw new FettleError('options-invalid', `The study is not right:\n  ${problems.join('\n  ')}`);
  }
  return {
    name,
    space: space.toJSON(),
    objective: { ...objective },
    searcher,
    seed,
    first: canonical,
    duplicates,
    resumable,
  };
}

/** What may change between sessions beside the backend, from the study's options. @throws FettleError `options-invalid` */
export function settingsOf(options: StudyOptions): Omit<StudySettings, 'backend'> {
  const { budget = {}, retry, timeLimit, grace = 5000, checkpoints } = options;
  if (timeLimit !== undefined && !(timeLimit > 0)) {
    throw new FettleError('options-invalid', `timeLimit: ${timeLimit} ms is not a positive time.`);
  }
  if (checkpoints !== undefined && !(Number.isInteger(checkpoints.keepBest) && checkpoints.keepBest >= 0)) {
    throw new FettleError(
      'options-invalid',
      `checkpoints.keepBest: ${checkpoints.keepBest} is not a whole number from 0 on.`,
    );
  }
  return {
    budget,
    retry: {
      limits: { ...DEFAULT_RETRY.limits, ...retry?.limits },
      backOff: retry?.backOff ?? DEFAULT_RETRY.backOff,
      maxBackOff: retry?.maxBackOff ?? DEFAULT_RETRY.maxBackOff,
    },
    timeLimit,
    grace,
    checkpoints,
  };
}

/**
 * Refuses to continue a study as another one: old trials would be compared with new ones that mean something else.
 * @throws FettleError `study-changed` with every difference
 */
export function requireSameDefinition(recorded: StudyDefinition, wanted: StudyDefinition): void {
  const differences: string[] = [];
  for (const key of ['name', 'space', 'objective', 'searcher', 'seed', 'first', 'duplicates', 'resumable'] as const) {
    compare(key, withoutPluginVersions(recorded[key]), withoutPluginVersions(wanted[key]), differences);
  }
  if (differences.length === 0) return;
  throw new FettleError(
    'study-changed',
    `The study '${recorded.name}' was begun with another definition:\n  ${differences.join('\n  ')}`,
    { remedy: 'Change it back, give the study a new name, or begin it afresh (fettle run --fresh).' },
  );
}

/** Recorded data as what must stay the same of it: without what is undefined, and without plugins' versions, which may change. */
export function withoutPluginVersions(value: unknown): unknown {
  return JSON.parse(encode(value), function (this: object, key, item: unknown) {
    return key === 'version' && typeof item === 'string' && 'type' in this && 'options' in this ? undefined : item;
  });
}

function compare(path: string, recorded: unknown, wanted: unknown, differences: string[]): void {
  if (isRecord(recorded) && isRecord(wanted)) {
    for (const key of new Set([...Object.keys(recorded), ...Object.keys(wanted)])) {
      compare(`${path}.${key}`, recorded[key], wanted[key], differences);
    }
    return;
  }
  const before = JSON.stringify(recorded);
  const now = JSON.stringify(wanted);
  if (before !== now) differences.push(`${path}: was ${before ?? 'absent'}, now ${now ?? 'absent'}`);
}

function isRecord(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
