import type { IgnoredReason } from './ignored-tally.ts';

/** What one source has made of an attempt's file so far, for the message that says why there is no metric. */
export interface IgnoredSummary {
  /** Name of the source. */
  readonly source: string;
  /** Absolute path of the file it reads. */
  readonly path: string;
  /** Bytes of the file that have been read. */
  readonly bytes: number;
  /** Reports that were read in this session. */
  readonly readings: number;
  /** Texts that were ignored. */
  readonly ignored: number;
  /** Why, the most frequent reason first; at most 20. */
  readonly reasons: readonly IgnoredReason[];
  /** Why the file is not read any further, if so. */
  readonly problem?: string | undefined;
}

/** Most reasons that are named for each source. */
const NAMED = 3;

/** The summaries as a person should read them: one line for each source. */
export function describeIgnored(summaries: readonly IgnoredSummary[]): string {
  return summaries.map(describe).join('\n');
}

function describe({ source, path, bytes, readings, ignored, reasons, problem }: IgnoredSummary): string {
  const facts: string[] = [];
  if (bytes > 0)
    facts.push(
      `${bytes} bytes of ${path} were read, ${readings} ${readings === 1 ? 'report was' : 'reports were'} made`,
    );
  else if (problem === undefined) facts.push(`${path} has nothing in it`);
  if (ignored > 0) {
    const named = reasons
      .slice(0, NAMED)
      .map(
        ({ why, count, sample }) =>
          `${why} (${count === 1 ? 'once:' : `${count} times, first`} ${JSON.stringify(sample)})`,
      );
    facts.push(
      `${ignored} ${ignored === 1 ? 'text was' : 'texts were'} ignored: ${named.join(', ')}${reasons.length > NAMED ? ', …' : ''}`,
    );
  }
  if (problem !== undefined) facts.push(`${path}: ${problem}`);
  return `${source}: ${facts.join('; ')}.`;
}
