import { inspect, isDeepStrictEqual } from 'node:util';
import type { JsonValue } from '../domain/json.ts';
import type { Metrics } from '../domain/report.ts';
import { messageOf } from '../errors.ts';
import type { MetricSource, Parsed } from '../ports/metric-source.ts';

const MAX_CHUNK = 1_048_576;
const MAX_IGNORED_TEXT = 200;

/** A reading without its place. */
export interface PlainReading {
  readonly metrics: Metrics;
  readonly resource?: number | undefined;
}

/** A reading with its place in the file, and the state to go on with from there. */
export interface PlacedReading extends PlainReading {
  readonly end: number;
  readonly state: JsonValue | undefined;
}

/** Where a feeding begins and whether anything follows. */
export interface Feeding {
  /** Size of the next chunk of new bytes; default: as much as is allowed at once. */
  readonly nextSize?: (() => number) | undefined;
  readonly offset?: number | undefined;
  readonly state?: JsonValue | undefined;
  /** Whether the end of the bytes is the end of the file; default true. */
  readonly final?: boolean | undefined;
}

/**
 * Shows a file to a source as the core does: piece by piece, with what was not consumed again in front, at most 1 MiB at
 * a time, every state through JSON. Throws where the source breaks the contract of a single call.
 */
export function feed(source: MetricSource, file: Uint8Array, feeding: Feeding = {}): PlacedReading[] {
  const { nextSize = () => MAX_CHUNK, final = true } = feeding;
  const readings: PlacedReading[] = [];
  let { offset = 0, state } = feeding;
  let shown = offset;
  for (let ended = false; !ended; ) {
    if (shown - offset >= MAX_CHUNK) {
      fail(`of 1 MiB of a long line at byte ${offset} it consumed nothing: it would wait for the line's end for ever`);
    }
    shown = Math.min(file.length, shown + Math.max(1, nextSize()), offset + MAX_CHUNK);
    ended = shown === file.length;
    const parsed = parseOnce(source, file.subarray(offset, shown), state, ended && final);
    for (const { metrics, resource, consumed, state: after } of parsed.readings) {
      readings.push({ metrics: { ...metrics }, resource, end: offset + consumed, state: throughJson(after) });
    }
    offset += parsed.consumed;
    state = throughJson(parsed.state);
  }
  return readings;
}

/** One call, with everything that the contract says of a single call. */
function parseOnce(source: MetricSource, chunk: Uint8Array, state: JsonValue | undefined, final: boolean): Parsed {
  const given = chunk.slice();
  const parsed = call(source, given, state, final);
  if (!isDeepStrictEqual(given, chunk.slice())) fail('it changed the bytes that it was given');
  let before = 0;
  for (const { consumed } of parsed.readings) {
    if (!(Number.isInteger(consumed) && consumed >= before && consumed <= chunk.length)) {
      fail(
        `a reading says consumed = ${consumed}, after ${before} and in a chunk of ${chunk.length} bytes: it must be the end of its text within the chunk`,
      );
    }
    before = consumed;
  }
  const { consumed } = parsed;
  if (!(Number.isInteger(consumed) && consumed >= before && consumed <= chunk.length)) {
    fail(`it consumed ${consumed} bytes of a chunk of ${chunk.length}, with a reading that ends at ${before}`);
  }
  if (final && consumed !== chunk.length)
    fail(`it consumed ${consumed} of ${chunk.length} bytes of the final chunk: it must consume all`);
  for (const { text, why } of parsed.ignored) {
    if (text.length > MAX_IGNORED_TEXT)
      fail(`an ignored text has ${text.length} characters; at most ${MAX_IGNORED_TEXT} are shown`);
    if (why === '') fail(`it does not say why ${show(text)} is ignored`);
  }
  return parsed;
}

function call(source: MetricSource, chunk: Uint8Array, state: JsonValue | undefined, final: boolean): Parsed {
  try {
    return source.parse(chunk, state, final);
  } catch (thrown) {
    const beginning = Buffer.from(chunk.subarray(0, 40)).toString('latin1');
    return fail(
      `it threw on input (${messageOf(thrown)}), a chunk that begins with ${show(beginning)}: what cannot be read is listed as ignored`,
    );
  }
}

function throughJson(state: JsonValue | undefined): JsonValue | undefined {
  if (state === undefined) return undefined;
  const copy = JSON.parse(JSON.stringify(state)) as JsonValue;
  if (!isDeepStrictEqual(copy, state))
    fail(`its state ${show(state)} does not survive JSON: it comes back as ${show(copy)}`);
  return copy;
}

/** Any value, on one line. */
export function show(value: unknown): string {
  return inspect(value, { breakLength: Number.POSITIVE_INFINITY, depth: 5, maxArrayLength: 6, maxStringLength: 100 });
}

/** Says that a contract is broken. */
export function fail(message: string): never {
  throw new Error(message);
}
