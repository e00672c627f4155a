import type { JsonValue } from '../domain/json.ts';
import type { Objective } from '../domain/objective.ts';
import type { AttemptFileName } from '../ports/backend.ts';
import { parseJsonObject } from './json-line.ts';
import type { LineFormat } from './line-source.ts';
import { toLineReading } from './line-source.ts';
import { readNumber, whyNoNumber } from './number-text.ts';

/** Most numbers that wait for a line with the objective's metric. */
const MAX_WAITING = 1000;

/** The key that says the resource when the objective does not name one. */
const RESOURCE = 'resource';

/** How both JSON sources read a line; what it means is written at `jsonLinesFile`. */
export function jsonFormat(file: AttemptFileName, objective: Objective): LineFormat {
  return {
    file,
    readLine(text, latest, ignore) {
      const object = parseJsonObject(text);
      if (typeof object === 'string') {
        ignore(object);
        return undefined;
      }
      const numbers: [string, number][] = [];
      for (const key of Object.keys(object)) {
        const value = object[key] as JsonValue;
        const number = toNumber(value);
        if (number === undefined) ignore(`'${key}': ${whyNot(value)}`);
        else numbers.push([key, number]);
      }
      const complete = numbers.some(([key]) => key === objective.metric);
      if (!complete) {
        const full = latest.size + numbers.length > MAX_WAITING;
        if (!Object.hasOwn(object, objective.metric)) ignore(whyNoReport(objective.metric, numbers.length, full));
        if (full) return undefined;
      }
      for (const [key, number] of numbers) latest.set(key, number);
      if (!complete) return undefined;
      const reading = toLineReading(latest, objective.resource ?? RESOURCE, objective, ignore);
      latest.clear();
      return reading;
    },
  };
}

function whyNoReport(metric: string, numbers: number, full: boolean): string {
  if (numbers === 0) return 'there is no number in it';
  if (full) return `there is no '${metric}' in it, and ${MAX_WAITING} other numbers wait for one already`;
  return `there is no '${metric}' in it; its numbers wait for the next report`;
}

function toNumber(value: JsonValue): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' ? readNumber(value) : undefined;
}

function whyNot(value: JsonValue): string {
  if (typeof value === 'string') return whyNoNumber(value);
  if (value === null) return 'null is not a number (JavaScript writes NaN as null; write "NaN")';
  if (typeof value === 'boolean') return 'a boolean is not a number';
  return Array.isArray(value) ? 'lists are not read' : 'nested objects are not read: put its numbers at the top level';
}
