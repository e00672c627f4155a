import type { JsonValue } from '../domain/json.ts';
import type { AttemptFileName } from '../ports/backend.ts';
import type { LineReading } from './line-source.ts';
import type { NamedMetricSource } from './named-source.ts';
import { MAX_CHUNK } from './source-tail.ts';

const LINE_FEED = 10;
const SHOWN = 200;

/** What a source makes of one line of a sample. */
export interface TestedLine {
  /** Number of the line, from 1, as an editor counts. */
  readonly line: number;
  /** The line, shortened to at most 200 characters. */
  readonly text: string;
  /** The reports it makes: more than one if it holds several states of a progress bar. */
  readonly readings: readonly LineReading[];
  /** What is ignored in it, and why. */
  readonly ignored: readonly string[];
}

/** What a source makes of a sample. */
export interface MetricTest {
  /** Name of the source. */
  readonly source: string;
  /** The file of an attempt that it reads. */
  readonly file: AttemptFileName;
  /** How many reports the sample makes. */
  readonly readings: number;
  /** Every line that says anything to the source or that it ignores; blank lines are left out. */
  readonly lines: readonly TestedLine[];
}

/** Tries metric sources on a sample of what a program writes: what each of them reads and what it ignores, line by line. */
export function testMetricSources(sources: readonly NamedMetricSource[], sample: Uint8Array): readonly MetricTest[] {
  return sources.map((named) => {
    const lines = testSource(named, sample);
    const readings = lines.reduce((sum, line) => sum + line.readings.length, 0);
    return { source: named.name, file: named.source.file, readings, lines };
  });
}

/** Shows the source one line at a time, so that what it says belongs to that line. */
function testSource({ source }: NamedMetricSource, sample: Uint8Array): TestedLine[] {
  const lines: TestedLine[] = [];
  let state: JsonValue | undefined;
  let unread = 0;
  let line = 1;
  for (let start = 0; start < sample.length; line += 1) {
    const found = sample.indexOf(LINE_FEED, start);
    const end = found === -1 ? sample.length : found + 1;
    const readings: LineReading[] = [];
    const ignored: string[] = [];
    for (let shown = start; shown < end; ) {
      shown = Math.min(end, unread + MAX_CHUNK);
      const parsed = source.parse(sample.subarray(unread, shown), state, shown === sample.length);
      unread += parsed.consumed;
      state = parsed.state;
      for (const { metrics, resource } of parsed.readings) readings.push({ metrics, resource });
      ignored.push(...parsed.ignored.map(({ why }) => why));
      if (shown < end && parsed.consumed === 0) break;
    }
    if (readings.length > 0 || ignored.length > 0)
      lines.push({ line, text: textOf(sample, start, end), readings, ignored });
    start = end;
  }
  return lines;
}

function textOf(sample: Uint8Array, start: number, end: number): string {
  const text = Buffer.from(sample.subarray(start, Math.min(end, start + 4 * SHOWN)))
    .toString()
    .trimEnd();
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN - 1)}…`;
}
