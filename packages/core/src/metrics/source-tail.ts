import type { MetricPosition } from '../domain/event.ts';
import type { JsonValue } from '../domain/json.ts';
import type { LineReading } from './line-source.ts';
import { messageOf } from '../errors.ts';
import type { Logger } from '../ports/logger.ts';
import type { Parsed } from '../ports/metric-source.ts';
import type { IgnoredSummary } from './ignored-summary.ts';
import { IgnoredTally } from './ignored-tally.ts';
import type { MetricFileReader } from './metric-file-reader.ts';
import type { NamedMetricSource } from './named-source.ts';

/** Most bytes that a source is shown at once: what the port promises. */
export const MAX_CHUNK = 1_048_576;
/** Most bytes that are read at once. */
const MAX_PIECE = 262_144;

/** A report that was read, and where reading stands after it. */
export interface CollectedReport {
  readonly report: LineReading;
  readonly position: MetricPosition;
}

/** What a {@link SourceTail} is made of. */
export interface SourceTailParts {
  readonly named: NamedMetricSource;
  /** Where to begin; also says which source this is. */
  readonly position: MetricPosition;
  readonly path: string;
  readonly reader: MetricFileReader;
  readonly logger: Logger;
  readonly report: (collected: CollectedReport) => void;
}

/**
 * One file as one source reads it, piece by piece. Holds at most 1 MiB of it: the end of what was read that the source
 * wants to see again with more behind it. A file that shrinks and a source that breaks its contract end the reading, with
 * a warning.
 */
export class SourceTail {
  readonly #parts: SourceTailParts;
  readonly #ignored = new IgnoredTally();
  #rest: Uint8Array = new Uint8Array();
  #offset: number;
  #state: JsonValue | undefined;
  #readings = 0;
  #done = false;
  #closed = false;
  #unreadable = false;
  #problem: string | undefined;

  constructor(parts: SourceTailParts) {
    this.#parts = parts;
    this.#offset = parts.position.offset;
    this.#state = parts.position.state;
  }

  /** Whether the last try to read the file failed. */
  get unreadable(): boolean {
    return this.#unreadable && !this.#done;
  }

  /** Reads one piece, if there is one. @returns whether that was `all` there is, or there is `more`; `none` if there was none */
  async advance(): Promise<'none' | 'all' | 'more'> {
    if (this.#done) return 'none';
    const at = this.#offset + this.#rest.length;
    const piece = await this.#read(at);
    // `close` may have been called meanwhile.
    if (this.#done || piece === undefined) return 'none';
    if (piece.size < at) {
      this.#giveUp(`it has ${piece.size} bytes, but ${at} had been read: it was cut off or written anew`);
      return 'none';
    }
    if (piece.bytes.length === 0) return 'none';
    this.#rest = this.#rest.length === 0 ? piece.bytes : Buffer.concat([this.#rest, piece.bytes]);
    this.#parse(false);
    return piece.size > at + piece.bytes.length ? 'more' : 'all';
  }

  /**
   * Reads what is left of the bytes, now that nothing will follow them, and ends.
   * @param cutOff whether something should have followed: what the source wanted to see the rest of is then left out
   */
  finish(cutOff: boolean): void {
    if (!this.#done && !this.#unreadable && !cutOff) this.#parse(true);
    this.#done = true;
  }

  /** Ends at once. */
  close(): void {
    this.#done = true;
    this.#closed = true;
  }

  summary(): IgnoredSummary {
    return {
      source: this.#parts.named.name,
      path: this.#parts.path,
      bytes: this.#offset,
      readings: this.#readings,
      ignored: this.#ignored.count,
      reasons: this.#ignored.reasons(),
      problem: this.#problem,
    };
  }

  async #read(at: number) {
    try {
      const piece = await this.#parts.reader.read(
        this.#parts.path,
        at,
        Math.min(MAX_PIECE, MAX_CHUNK - this.#rest.length),
      );
      this.#unreadable = false;
      this.#problem = undefined;
      return piece;
    } catch (thrown) {
      const problem = `it cannot be read: ${messageOf(thrown)}`;
      if (problem !== this.#problem) this.#warn(problem);
      this.#unreadable = true;
      this.#problem = problem;
      return undefined;
    }
  }

  #parse(final: boolean): void {
    const { named, report, position } = this.#parts;
    const start = this.#offset;
    const parsed = this.#ask(final);
    if (parsed === undefined) return;
    this.#state = parsed.state;
    this.#offset = start + parsed.consumed;
    this.#rest = this.#rest.subarray(parsed.consumed);
    if (this.#rest.length >= MAX_CHUNK) {
      this.#giveUp(`the metric source '${named.name}' consumes nothing of a full chunk`);
    }
    for (const ignored of parsed.ignored) this.#ignored.add(ignored);
    for (const { consumed, state, metrics, resource } of parsed.readings) {
      // Whoever gets a report may close this tail.
      if (this.#closed) return;
      this.#readings += 1;
      report({ report: { metrics, resource }, position: { source: position.source, offset: start + consumed, state } });
    }
  }

  /** What the source makes of the bytes; `undefined` if it breaks its contract, as every plugin may. */
  #ask(final: boolean): Parsed | undefined {
    const { named } = this.#parts;
    const available = this.#rest.length;
    try {
      const parsed = named.source.parse(this.#rest, this.#state, final);
      const places = [0, ...parsed.readings.map(({ consumed }) => consumed), parsed.consumed, available];
      if (places.every((place, index) => index === 0 || place >= (places[index - 1] as number))) return parsed;
      this.#giveUp(
        `the metric source '${named.name}' says that it consumed ${parsed.consumed} of ${available} bytes, with readings out of order`,
      );
    } catch (thrown) {
      this.#giveUp(`the metric source '${named.name}' failed: ${messageOf(thrown)}`);
    }
    return undefined;
  }

  #giveUp(problem: string): void {
    this.#done = true;
    this.#problem = `it is not read any further: ${problem}`;
    this.#warn(this.#problem);
  }

  #warn(problem: string): void {
    const { named, path } = this.#parts;
    this.#parts.logger.warn(`Metrics file ${path}: ${problem}.`, { source: named.name, offset: this.#offset });
  }
}
