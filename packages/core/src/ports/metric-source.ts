import type { JsonValue } from '../domain/json.ts';
import type { Metrics } from '../domain/report.ts';
import type { AttemptFileName } from './backend.ts';

/** Metrics that a source read. */
export interface Reading {
  readonly metrics: Metrics;
  /** Resource level, if the text says it; otherwise the engine counts. */
  readonly resource?: number | undefined;
  /** Number of bytes of this chunk up to and including the text this was read from. */
  readonly consumed: number;
  /** The source's state right after this reading; saved with the report. */
  readonly state?: JsonValue | undefined;
}

/** Something a source saw and did not understand, for `fettle metrics` and for the missing-metric watchdog. */
export interface Ignored {
  /** The text, shortened to at most 200 characters. */
  readonly text: string;
  /** Why it was ignored. */
  readonly why: string;
}

/** What a source made of one chunk. */
export interface Parsed {
  readonly readings: readonly Reading[];
  readonly ignored: readonly Ignored[];
  /** Bytes that need not be shown again: all of them when the chunk is final. */
  readonly consumed: number;
  /** The state to go on with after `consumed` bytes. */
  readonly state?: JsonValue | undefined;
}

/**
 * Turns what an attempt writes into reports. A pure function of bytes: reading files, waiting and remembering offsets is
 * the core's work, so that each report arrives exactly once however often the driver dies.
 *
 * Partial lines, carriage returns, ANSI sequences, NaN and infinities, lines of any length and invalid UTF-8 are normal
 * input. A source never throws on input; what it cannot read it lists as ignored.
 */
export interface MetricSource {
  /** Which of the attempt's files it reads. */
  readonly file: AttemptFileName;
  /**
   * Reads a chunk that begins where the last one's `consumed` ended.
   * @param bytes at most 1 MiB; the unread end of a line may be shown again with more behind it
   * @param state what the last call returned; absent at the beginning of the file
   * @param final whether nothing will ever follow
   */
  parse(bytes: Uint8Array, state: JsonValue | undefined, final: boolean): Parsed;
}
