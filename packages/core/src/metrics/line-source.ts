import type { JsonObject, JsonValue } from '../domain/json.ts';
import type { Objective } from '../domain/objective.ts';
import type { Metrics } from '../domain/report.ts';
import type { AttemptFileName } from '../ports/backend.ts';
import type { Ignored, MetricSource, Parsed, Reading } from '../ports/metric-source.ts';
import { splitLines } from './line-splitter.ts';

/** Most characters of a text that is shown as ignored. */
const SHOWN = 200;

/** What one line says. */
export interface LineReading {
  readonly metrics: Metrics;
  readonly resource?: number | undefined;
}

/** A metric source that looks at one line at a time. */
export interface LineFormat {
  /** Which of the attempt's files it reads. */
  readonly file: AttemptFileName;
  /**
   * Reads a line.
   * @param text the line, never blank
   * @param latest numbers that were seen and not reported yet; what is left in it is kept for the next line
   * @param ignore says why something on the line is ignored
   */
  readLine(text: string, latest: Map<string, number>, ignore: (why: string) => void): LineReading | undefined;
}

/**
 * Makes a metric source of a line format. Its state says what cannot be seen from the bytes that follow: whether they
 * belong to a line that is too long, and the numbers seen and not reported yet.
 */
export function lineSource(format: LineFormat): MetricSource {
  return {
    file: format.file,
    parse(bytes, state, final): Parsed {
      const before = isObject(state) ? state : {};
      const latest = decodeNumbers(before['latest']);
      const { lines, consumed, skipping } = splitLines(bytes, before['skipping'] === true, final);
      const readings: Reading[] = [];
      const ignored: Ignored[] = [];
      let text = '';
      const ignore = (why: string): void => {
        ignored.push({ text: shorten(text), why });
      };
      for (const line of lines) {
        text = line.text;
        if (line.tooLong) {
          ignore('the line is longer than 1 MiB');
          continue;
        }
        if (text.trim() === '') continue;
        const reading = format.readLine(text, latest, ignore);
        if (reading !== undefined) readings.push({ ...reading, consumed: line.end, state: encode(latest, false) });
      }
      return { readings, ignored, consumed, state: encode(latest, skipping) };
    },
  };
}

/**
 * The numbers seen, as a reading: one of them may be the resource level, which is not among the metrics then.
 * @param resourceName name of the number that says the resource; absent: the engine counts
 */
export function toLineReading(
  numbers: ReadonlyMap<string, number>,
  resourceName: string | undefined,
  objective: Objective,
  ignore: (why: string) => void,
): LineReading {
  const metrics: { [name: string]: number } = {};
  let resource: number | undefined;
  for (const [name, number] of numbers) {
    if (name === resourceName) resource = number;
    if (name === resourceName && name !== objective.metric) continue;
    // An assignment to `__proto__` would be lost.
    if (name === '__proto__') Object.defineProperty(metrics, name, { value: number, enumerable: true });
    else metrics[name] = number;
  }
  if (resource === undefined) return { metrics };
  if (Number.isFinite(resource)) return { metrics, resource };
  ignore(`'${resourceName}': ${resource} is not a resource level`);
  return { metrics };
}

function shorten(text: string): string {
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN - 1)}…`;
}

function encode(latest: ReadonlyMap<string, number>, skipping: boolean): JsonObject | undefined {
  if (latest.size === 0) return skipping ? { skipping } : undefined;
  // JSON has no NaN, no infinities and no -0: these are kept as text.
  const numbers = Object.fromEntries(
    Array.from(latest, ([name, value]): [string, number | string] => {
      if (Object.is(value, -0)) return [name, '-0'];
      return [name, Number.isFinite(value) ? value : String(value)];
    }),
  );
  return skipping ? { skipping, latest: numbers } : { latest: numbers };
}

function decodeNumbers(value: JsonValue | undefined): Map<string, number> {
  return new Map(isObject(value) ? Object.entries(value).map(([name, number]) => [name, Number(number)]) : []);
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
