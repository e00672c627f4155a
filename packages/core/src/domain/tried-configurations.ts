import type { Configuration } from './configuration.ts';
import type { SearchSpace } from './search-space.ts';

/** Why nothing is left to try once {@link TriedConfigurations.all} holds. */
export const ALL_TRIED = 'every configuration of the search space has been tried';

/** The configurations of a space that were tried, each once. */
export class TriedConfigurations {
  readonly #space: SearchSpace;
  readonly #keys = new Set<string>();
  #cardinality: number | undefined;
  #last: { readonly configuration: Configuration; readonly key: string } | undefined;

  constructor(space: SearchSpace) {
    this.#space = space;
  }

  /** Whether there is no other one. Counting those that there are may take its time, once. */
  get all(): boolean {
    this.#cardinality ??= this.#space.cardinality();
    return this.#keys.size >= this.#cardinality;
  }

  add(configuration: Configuration): void {
    this.#keys.add(this.#key(configuration));
  }

  has(configuration: Configuration): boolean {
    return this.#keys.has(this.#key(configuration));
  }

  /** A configuration is looked for and then added: its key is made once. */
  #key(configuration: Configuration): string {
    if (this.#last?.configuration !== configuration) {
      this.#last = { configuration, key: this.#space.key(configuration) };
    }
    return this.#last.key;
  }
}
