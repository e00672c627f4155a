import { z } from 'zod';
import type { Objective } from '../domain/objective.ts';
import { FettleError, messageOf } from '../errors.ts';
import { API_VERSION } from '../plugin/api-version.ts';
import { defineMetricSource, type FactoryOf, type OptionSchemas } from '../plugin/define.ts';
import { capturedNumber } from './captured-number.ts';
import type { LineFormat } from './line-source.ts';
import { lineSource, toLineReading } from './line-source.ts';
import type { TimeLimit } from './time-limit.ts';
import { timeLimit } from './time-limit.ts';

/** Longest line, in characters, that is shown to a regular expression. */
const MAX_REGEX_LINE = 2000;

/** How long the expressions may take on one chunk before its lines are looked at one by one, in milliseconds. */
const CHUNK_LIMIT = 1000;
/** How long one expression may then take on one line, in milliseconds. */
const LINE_LIMIT = 100;
/** On how many lines of a chunk an expression may take too long before it is not tried on the rest. */
const MAX_SLOW_LINES = 3;

const pattern = z.string().superRefine((source, context) => {
  try {
    // With an empty alternative it matches the empty text, and the match says how many groups there are.
    const groups = new RegExp(`${source}|`).exec('')?.length ?? 1;
    if (groups < 2) context.addIssue(`'${source}' has no group: put the number in parentheses, as in loss=([^ ]+)`);
  } catch (thrown) {
    const hint = source.includes('(?P<') ? '; write (?<value>…) instead of (?P<value>…)' : '';
    context.addIssue(`${messageOf(thrown)}${hint}`);
  }
});

/** Options of `regex`. */
export interface RegexOptions {
  /** The metrics, the objective's among them, each with the expression that finds its number. */
  metrics: {
    /** Name of the metric, as the objective has it. */
    name: string;
    /** JavaScript's syntax, as a text; the number is the group named `value`, or else the first: `loss=([^ ]+)`. */
    regex: string;
  }[];
  /** What is read. Default: `stdout`. */
  file?: 'stdout' | 'stderr' | undefined;
}

const options = z.strictObject({
  metrics: z.array(z.strictObject({ name: z.string().min(1), regex: pattern })).min(1),
  file: z.enum(['stdout', 'stderr']).default('stdout'),
} satisfies OptionSchemas<RegexOptions>);

/**
 * Metric source `regex`: numbers that regular expressions find in what the program prints. The number is the group named
 * `value`, or else the first group; JavaScript's syntax.
 *
 * Each expression is tried once on each line (every state of a progress bar is a line) and its first match counts. A match
 * replaces the latest value of its metric; when the objective's metric matches, a report is made of it and of the latest
 * values of the others. The resource is the latest value of the metric that the objective names as `resource`.
 *
 * A capture that is only a part of a number (`1` of `1e-05`) is ignored with a reason rather than read. So are lines
 * longer than 2000 characters, and lines on which an expression takes longer than a tenth of a second: an expression that
 * backtracks without end must not stop the study.
 */
export const regex: FactoryOf<'metric-source', RegexOptions> = defineMetricSource({
  name: 'regex',
  version: '0.1.0',
  apiVersion: API_VERSION,
  options,
  create({ metrics, file }, { objective }) {
    requireNames(
      objective,
      metrics.map(({ name }) => name),
    );
    const patterns = metrics.map(({ name, regex: source }) => ({ name, expression: new RegExp(source, 'd') }));
    const limit = timeLimit();
    const fast = lineSource(regexFormat(patterns, file, objective, (expression, text) => expression.exec(text)));
    return {
      file,
      parse(bytes, state, final) {
        const parsed = limit.run(CHUNK_LIMIT, () => fast.parse(bytes, state, final));
        if (parsed !== undefined) return parsed.value;
        return lineSource(regexFormat(patterns, file, objective, slowMatch(limit))).parse(bytes, state, final);
      },
    };
  },
});

function requireNames({ metric, resource }: Objective, names: readonly string[]): void {
  for (const [name, role] of [
    [metric, "the objective's metric"] as const,
    [resource, "the objective's resource"] as const,
  ]) {
    if (name === undefined || names.includes(name)) continue;
    throw new FettleError(
      'metric-source-invalid',
      `The metric source 'regex' has no regular expression for '${name}', ${role}; it has them for ${names.join(', ')}.`,
      { remedy: `Add { name: ${name}, regex: … } to the source's metrics.` },
    );
  }
}

interface Pattern {
  readonly name: string;
  readonly expression: RegExp;
}

/** Tries an expression on a line; `undefined` if that takes too long. */
type Match = (expression: RegExp, text: string) => RegExpExecArray | null | undefined;

/** A match for a chunk on which some expression takes too long, though nobody knows yet which one and where. */
function slowMatch(limit: TimeLimit): Match {
  const slowLines = new Map<RegExp, number>();
  return (expression, text) => {
    const slow = slowLines.get(expression) ?? 0;
    if (slow >= MAX_SLOW_LINES) return undefined;
    const matched = limit.run(LINE_LIMIT, () => expression.exec(text));
    if (matched === undefined) slowLines.set(expression, slow + 1);
    return matched?.value;
  };
}

function regexFormat(
  patterns: readonly Pattern[],
  file: 'stdout' | 'stderr',
  objective: Objective,
  match: Match,
): LineFormat {
  return {
    file,
    readLine(text, latest, ignore) {
      if (text.length > MAX_REGEX_LINE) {
        ignore(`the line is longer than ${MAX_REGEX_LINE} characters`);
        return undefined;
      }
      const matched = new Set<string>();
      let complete = false;
      for (const { name, expression } of patterns) {
        const found = match(expression, text);
        if (found === undefined) {
          matched.add(name);
          ignore(`'${name}': its regular expression takes too long`);
          continue;
        }
        const indices = found?.indices;
        const capture = indices?.groups?.['value'] ?? indices?.[1];
        if (capture === undefined) continue;
        matched.add(name);
        const number = capturedNumber(text, capture[0], capture[1]);
        if (typeof number === 'string') {
          ignore(`'${name}': ${number}`);
          continue;
        }
        latest.set(name, number);
        if (name === objective.metric) complete = true;
      }
      if (complete) return toLineReading(latest, objective.resource, objective, ignore);
      if (matched.size === 0) ignore('no regular expression matches');
      else if (!matched.has(objective.metric)) ignore(`there is no '${objective.metric}' in it`);
      return undefined;
    },
  };
}
