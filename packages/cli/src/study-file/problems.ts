import type { z } from 'zod';
import { didYouMean } from '../text/did-you-mean.ts';
import { knownKeys } from './known-keys.ts';
import type { Path, Position, Source } from './source.ts';

/** Something that is wrong in a study file. */
export interface Problem {
  readonly path: Path;
  /** Whether it concerns the value at the path or its name. */
  readonly part?: 'key' | 'value' | undefined;
  readonly message: string;
  readonly remedy?: string | undefined;
  /** Where it is, when it is not where the path leads. */
  readonly position?: Position | undefined;
}

/** Every problem on its own line, in the order of the file: `study.yaml:4:3: space.rate.min: …`, the remedy below it. */
export function describeProblems(file: string, source: Source, problems: readonly Problem[]): string {
  const placed = problems.map((problem) => ({
    ...problem,
    position: problem.position ?? source.position(problem.path, problem.part),
  }));
  placed.sort((a, b) => a.position.line - b.position.line || a.position.column - b.position.column);
  const seen = new Set<string>();
  return placed
    .map(({ position, path, message, remedy }) => {
      const name = pathText(path);
      const place = `${file}:${position.line}:${position.column}`;
      return `${place}: ${name === '' ? '' : `${name}: `}${message}${remedy === undefined ? '' : `\n    ${remedy}`}`;
    })
    .filter((text) => !seen.has(text) && seen.add(text))
    .join('\n');
}

/** `space.rate.min`, `metrics[0].pattern`. */
function pathText(path: Path): string {
  return path.map((key, index) => (typeof key === 'number' ? `[${key}]` : index === 0 ? key : `.${key}`)).join('');
}

/** A value as it stands in a message, on one line and not too long. */
function shown(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/**
 * What a schema found, as problems.
 * @param error what the schema said
 * @param schema the schema, to know what the keys could have been
 * @param value what was checked
 * @param base where in the file it stands
 */
export function schemaProblems(error: z.ZodError, schema: z.ZodType, value: unknown, base: Path = []): Problem[] {
  return error.issues.flatMap((issue) => {
    const path = issue.path.map((key) => (typeof key === 'number' ? key : String(key)));
    const at = [...base, ...path];
    if (issue.code === 'unrecognized_keys') {
      const known = knownKeys(schema, path);
      return issue.keys.map((key): Problem => {
        const near = didYouMean(key, known);
        const remedy = near === undefined ? `Known here: ${known.join(', ')}.` : `Did you mean '${near}'?`;
        return { path: [...at, key], part: 'key', message: 'is not known', remedy };
      });
    }
    const given = valueAt(value, path);
    const remedy = EXAMPLES[pathText(at)];
    if (given === undefined) return [{ path: at, message: `is missing; ${expectation(issue)}`, remedy }];
    if (at.length === 0 && given === null) {
      return [
        { path: at, message: 'there is nothing in it', remedy: 'Write it, or have it written: fettle init --force.' },
      ];
    }
    const problem: Problem = {
      path: at,
      message: `${expectation(issue)}, not ${shown(given)}`,
      remedy: quotes(issue, given) ?? remedy,
    };
    const near =
      issue.code === 'invalid_value' && typeof given === 'string'
        ? didYouMean(given, issue.values.map(String))
        : undefined;
    return [near === undefined ? problem : { ...problem, remedy: `Did you mean '${near}'?` }];
  });
}

/** How it is written, where that is not plain from what was expected. */
const EXAMPLES: { readonly [path: string]: string } = {
  name: 'Such as name: digits.',
  space: 'Such as space: { rate: { type: float, min: 1e-4, max: 1, scale: log } }.',
  objective: 'Such as objective: { metric: loss, goal: minimize }.',
  searcher: 'Such as searcher: random.',
  backend: 'Such as backend: { type: local, workers: 2 }.',
  budget: 'Such as budget: { trials: 50 }, budget: { wallClock: 2h }, or both.',
};

/** YAML takes what looks like a number or a truth value for one. */
function quotes(issue: z.core.$ZodIssue, given: unknown): string | undefined {
  const isText = issue.code === 'invalid_type' && issue.expected === 'string';
  return isText && (typeof given === 'number' || typeof given === 'boolean')
    ? `In YAML, put it in quotes: "${given}"`
    : undefined;
}

const NAMES: { readonly [type: string]: string } = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'a map',
  record: 'a map',
};

function expectation(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') {
    // A schema with a message of its own knows better what it wants.
    return issue.message.startsWith('Invalid input')
      ? `expected ${NAMES[issue.expected] ?? issue.expected}`
      : issue.message;
  }
  if (issue.code === 'invalid_value') {
    return `expected ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(String).join(', ')}`;
  }
  if (issue.code === 'too_small') {
    const word = issue.inclusive === true ? 'at least' : 'more than';
    return `expected ${word} ${issue.minimum}${unitOf(issue.origin)}`;
  }
  if (issue.code === 'too_big') {
    const word = issue.inclusive === true ? 'at most' : 'less than';
    return `expected ${word} ${issue.maximum}${unitOf(issue.origin)}`;
  }
  return issue.message;
}

/** What is counted: characters of a text, items of a list, or the number itself. */
function unitOf(origin: string): string {
  return origin === 'string' ? ' characters' : origin === 'array' ? ' items' : '';
}

function valueAt(value: unknown, path: Path): unknown {
  let here = value;
  for (const key of path) {
    if (typeof here !== 'object' || here === null) return undefined;
    here = (here as Readonly<Record<string | number, unknown>>)[key];
  }
  return here;
}
