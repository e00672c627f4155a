import { z } from 'zod';
import { jsonFormat } from '../metrics/json-format.ts';
import { lineSource } from '../metrics/line-source.ts';
import { API_VERSION } from '../plugin/api-version.ts';
import { defineMetricSource, type Plugin } from '../plugin/define.ts';
import type { MetricSource } from '../ports/metric-source.ts';

const LINE_FEED = 10;

/** A metric source with one mistake, and what the contract suite has to say about it. */
export interface BrokenMetricSource {
  readonly mistake: string;
  readonly make: () => Plugin<'metric-source'>;
  /** Fits at least one failing check: its name, a colon and its message. */
  readonly complaint: RegExp;
}

/** Sources that are right but for one mistake each: they show that the contract suite finds it and names it. */
export const brokenMetricSources: readonly BrokenMetricSource[] = [
  broken(
    'reads the last line before it is finished',
    /bytes to come could change: .* bytes are written: /,
    (right) => ({
      ...right,
      parse: (bytes, state) => right.parse(bytes, state, true),
    }),
  ),
  broken('throws the beginning of an unfinished line away', /byte by byte: .*it reads \[.*\] and not \[/, (right) => ({
    ...right,
    parse: (bytes, state, final) => ({ ...right.parse(bytes, state, final), consumed: bytes.length }),
  })),
  broken('keeps unfinished lines in itself', /another file read in between/, (right) => {
    let kept = Buffer.alloc(0);
    return {
      ...right,
      parse(bytes, state, final) {
        const all = Buffer.concat([kept, bytes]);
        const parsed = right.parse(all, state, final);
        const before = kept.length;
        kept = all.subarray(parsed.consumed);
        const readings = parsed.readings.map((reading) => ({
          ...reading,
          consumed: Math.max(0, reading.consumed - before),
        }));
        return { ...parsed, readings, consumed: bytes.length };
      },
    };
  }),
  broken(
    'says of every reading that the whole chunk was consumed',
    /end at the bytes|continued after reading/,
    (right) => ({
      ...right,
      parse(bytes, state, final) {
        const parsed = right.parse(bytes, state, final);
        return { ...parsed, readings: parsed.readings.map((reading) => ({ ...reading, consumed: parsed.consumed })) };
      },
    }),
  ),
  broken('has a state that JSON does not keep', /does not survive JSON/, (right) => ({
    ...right,
    parse: (bytes, state, final) => ({ ...right.parse(bytes, state, final), state: Number.NaN }),
  })),
  broken('forgets its state', /byte by byte: .*it reads \[.*\] and not \[/, (right) => ({
    ...right,
    parse(bytes, _, final) {
      return { ...right.parse(bytes, undefined, final), state: undefined };
    },
  })),
  broken('throws on what it cannot read', /threw on input/, (right) => ({
    ...right,
    parse(bytes, state, final) {
      const text = Buffer.from(bytes).toString();
      for (const line of text.split('\n').slice(0, -1)) if (line.startsWith('{')) JSON.parse(line);
      return right.parse(bytes, state, final);
    },
  })),
  broken('waits for the end of a line of any length', /wait for the line's end for ever/, (right) => ({
    ...right,
    parse(bytes, state, final) {
      const end = final ? bytes.length : bytes.lastIndexOf(LINE_FEED) + 1;
      return right.parse(bytes.subarray(0, end), state, final);
    },
  })),
  broken('leaves something of the final chunk', /of the final chunk: it must consume all/, (right) => ({
    ...right,
    parse: (bytes, state) => right.parse(bytes, state, false),
  })),
  broken('points behind the chunk', /within the chunk/, (right) => ({
    ...right,
    parse(bytes, state, final) {
      const parsed = right.parse(bytes, state, final);
      const readings = parsed.readings.map((reading) => ({ ...reading, consumed: reading.consumed + bytes.length }));
      return { ...parsed, readings };
    },
  })),
  broken('writes on the bytes it is given', /changed the bytes/, (right) => ({
    ...right,
    parse(bytes, state, final) {
      const parsed = right.parse(bytes, state, final);
      bytes.fill(0);
      return parsed;
    },
  })),
  broken('does not know carriage returns', /lone CR .*: it reads \[.*\] and not \[/, (right) => ({
    ...right,
    parse: (bytes, state, final) =>
      right.parse(
        bytes.map((byte) => (byte === 13 ? 32 : byte)),
        state,
        final,
      ),
  })),
];

function broken(
  mistake: string,
  complaint: RegExp,
  breakIt: (right: MetricSource) => MetricSource,
): BrokenMetricSource {
  const factory = defineMetricSource({
    name: 'broken',
    version: '0.1.0',
    apiVersion: API_VERSION,
    options: z.strictObject({}).optional(),
    create: (_, { objective }) => breakIt(lineSource(jsonFormat('stdout', objective))),
  });
  return { mistake, make: () => factory(), complaint };
}
