import type { Configuration } from '../domain/configuration.ts';
import type { SearchSpace } from '../domain/search-space.ts';
import type { DuplicatePolicy } from '../domain/study-spec.ts';

/** Answers in a row that may be duplicates before one is accepted: the chance of a real search to get there is nil. */
const MOST_DRAWS = 1000;

/** Knows every configuration that was tried, and what to do when one is suggested again. */
export class DuplicateFilter {
  readonly #keys = new Set<string>();
  readonly #space: SearchSpace;
  readonly #policy: DuplicatePolicy;
  #cardinality: number | undefined;
  #last: { readonly configuration: Configuration; readonly key: string } | undefined;

  constructor(space: SearchSpace, policy: DuplicatePolicy) {
    this.#space = space;
    this.#policy = policy;
  }

  /** Notes a configuration that is being tried. */
  remember(configuration: Configuration): void {
    if (this.#policy === 'redraw') this.#keys.add(this.#key(configuration));
  }

  /**
   * What to do with a suggested configuration.
   * @param draw how many answers before this one were refused
   */
  judge(configuration: Configuration, draw: number): 'run' | 'redraw' | 'used-up' {
    if (this.#policy === 'allow' || !this.#keys.has(this.#key(configuration))) return 'run';
    this.#cardinality ??= this.#space.cardinality();
    if (this.#keys.size >= this.#cardinality) return 'used-up';
    return draw < MOST_DRAWS ? 'redraw' : 'run';
  }

  /** A configuration is judged and then remembered: its key is made once. */
  #key(configuration: Configuration): string {
    if (this.#last?.configuration !== configuration) {
      this.#last = { configuration, key: this.#space.key(configuration) };
    }
    return this.#last.key;
  }
}
