import type { Ignored } from '../ports/metric-source.ts';

/** Most different reasons that are kept apart. */
const MAX_REASONS = 20;

/** Texts that were ignored for one reason. */
export interface IgnoredReason {
  readonly why: string;
  readonly count: number;
  /** The first such text. */
  readonly sample: string;
}

/** Counts what a source ignored, by reason, in bounded memory. */
export class IgnoredTally {
  readonly #reasons = new Map<string, { count: number; readonly sample: string }>();
  #count = 0;

  /** Everything that was ignored, also for reasons that are not kept apart. */
  get count(): number {
    return this.#count;
  }

  add({ text, why }: Ignored): void {
    this.#count += 1;
    const reason = this.#reasons.get(why);
    if (reason !== undefined) reason.count += 1;
    else if (this.#reasons.size < MAX_REASONS) this.#reasons.set(copy(why), { count: 1, sample: copy(text) });
  }

  /** The reasons, the most frequent first. */
  reasons(): readonly IgnoredReason[] {
    return Array.from(this.#reasons, ([why, reason]) => ({ why, ...reason })).sort((a, b) => b.count - a.count);
  }
}

/** A text of its own: a piece of a longer one would keep all of it in memory. */
function copy(text: string): string {
  return Buffer.from(text).toString();
}
