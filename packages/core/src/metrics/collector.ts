import type { MetricPosition } from '../domain/event.ts';
import type { AttemptFiles } from '../ports/backend.ts';
import type { Clock, Disposer } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { IgnoredSummary } from './ignored-summary.ts';
import type { MetricFileReader } from './metric-file-reader.ts';
import type { NamedMetricSource } from './named-source.ts';
import type { CollectedReport } from './source-tail.ts';
import { SourceTail } from './source-tail.ts';

/** Wait between two looks at the files while they grow, in milliseconds. */
const SHORTEST_WAIT = 50;
/** Wait between two looks at files that have been quiet for a while, in milliseconds. */
const LONGEST_WAIT = 500;
/** How often files that cannot be read are tried again before an attempt counts as read to its end. */
const LAST_TRIES = 3;

/** What a {@link MetricCollector} is made of. */
export interface MetricCollectorParts {
  /** The study's sources, in the study's order: positions speak of them by index. */
  readonly sources: readonly NamedMetricSource[];
  /** The attempt's files, which may not exist yet. */
  readonly files: AttemptFiles;
  /** Where reading stood when the last session ended; a source that is missing here begins at the file's beginning. */
  readonly positions: Iterable<MetricPosition>;
  readonly reader: MetricFileReader;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called for each report, in the order of each file. Reading ends if it throws, and `drain` rejects. */
  readonly report: (collected: CollectedReport) => void;
}

/**
 * Follows the files of one attempt and hands out each report exactly once, with the position to save with it.
 *
 * Looks every 50 ms while the files grow, and less and less often, down to every 500 ms, while they do not; or when the
 * backend says that they may have grown. File notifications do not cross a network file system.
 */
export class MetricCollector {
  readonly #tails: readonly SourceTail[];
  readonly #clock: Clock;
  readonly #onGrowth: AttemptFiles['onGrowth'];
  #wait = SHORTEST_WAIT;
  #timer: Disposer | undefined;
  #unsubscribe: Disposer | undefined;
  #looking: Promise<void> = Promise.resolve();
  #drained: Promise<void> | undefined;
  #stopped = false;
  #failure: { readonly thrown: unknown } | undefined;

  constructor({ sources, files, positions, reader, clock, logger, report }: MetricCollectorParts) {
    const saved = new Map(Array.from(positions, (position) => [position.source, position]));
    this.#clock = clock;
    this.#onGrowth = files.onGrowth;
    this.#tails = sources.map((named, source) => {
      const path = files[named.source.file];
      return new SourceTail({
        named,
        position: saved.get(source) ?? { source, offset: 0 },
        path,
        reader,
        logger,
        report,
      });
    });
  }

  /** Begins to read. Call it once. */
  start(): void {
    this.#unsubscribe = this.#onGrowth?.(() => this.#lookAfter(0));
    this.#lookAfter(0);
  }

  /**
   * Reads the files to their real end, then stops. For when the attempt has ended. Calling it again gives the same promise.
   * After `stop`, nothing more is read.
   * @param cutOff whether the program was ended from outside: a last line without its end may then be a part of one, and of a
   * number, and is not read
   */
  drain(cutOff = false): Promise<void> {
    this.#drained ??= this.#drain(cutOff);
    return this.#drained;
  }

  /** Stops reading; nothing more is reported. */
  stop(): void {
    this.#stopped = true;
    this.#rest();
    for (const tail of this.#tails) tail.close();
  }

  /** What each source has read and ignored so far. */
  ignoredSummary(): readonly IgnoredSummary[] {
    return this.#tails.map((tail) => tail.summary());
  }

  /** Looks no more of its own accord. */
  #rest(): void {
    this.#timer?.();
    this.#unsubscribe?.();
  }

  #lookAfter(milliseconds: number): void {
    this.#timer?.();
    this.#timer = this.#clock.after(milliseconds, () => {
      this.#looking = this.#looking.then(() => this.#look());
    });
  }

  async #look(): Promise<void> {
    if (this.#stopped || this.#drained !== undefined) return;
    const found = await this.#readOn();
    if (this.#stopped || this.#drained !== undefined || this.#onGrowth !== undefined) return;
    this.#wait = found ? SHORTEST_WAIT : Math.min(LONGEST_WAIT, this.#wait * 2);
    this.#lookAfter(this.#wait);
  }

  /** Reads everything that is there, one piece of each file in turn. @returns whether there was anything */
  async #readOn(): Promise<boolean> {
    let found = false;
    try {
      for (let more = true; more && !this.#stopped; ) {
        more = false;
        for (const tail of this.#tails) {
          const piece = await tail.advance();
          found ||= piece !== 'none';
          more ||= piece === 'more';
        }
      }
    } catch (thrown) {
      // Only the callback gets here: whoever waits for the end has to know.
      this.#failure ??= { thrown };
      this.stop();
    }
    return found;
  }

  async #drain(cutOff: boolean): Promise<void> {
    this.#rest();
    await this.#looking;
    await this.#readOn();
    for (let tries = 0; tries < LAST_TRIES && this.#tails.some((tail) => tail.unreadable); tries += 1) {
      await new Promise<void>((resolve) => {
        this.#clock.after(LONGEST_WAIT, resolve);
      });
      await this.#readOn();
    }
    if (this.#failure !== undefined) throw this.#failure.thrown;
    for (const tail of this.#tails) tail.finish(cutOff);
    this.#stopped = true;
  }
}
