import type { MetricPosition } from '../domain/event.ts';
import type { Metrics } from '../domain/report.ts';
import type { AttemptId } from '../domain/trial.ts';
import type { AttemptFiles } from '../ports/backend.ts';

/** What was read from an attempt's files: metrics, and how far reading has come with them. */
export interface AttemptReading {
  readonly metrics: Metrics;
  readonly resource?: number | undefined;
  readonly position: MetricPosition;
}

/** Reads the metrics of running attempts from their files. */
export interface AttemptReaders {
  /** Begins to read, from the saved positions on. */
  open(
    attempt: AttemptId,
    files: AttemptFiles,
    positions: ReadonlyMap<number, MetricPosition>,
    read: (reading: AttemptReading) => void,
  ): void;
  /**
   * Reads to the end of the files, then forgets the attempt.
   * @param cutOff whether the program may have been in the middle of a line
   * @returns what was seen and not understood, once everything has been read; `undefined` at once if nothing is open
   */
  drain(attempt: AttemptId, cutOff: boolean): Promise<string | undefined> | undefined;
  /** Stops reading everything. */
  close(): void;
}
