import type { Configuration } from '../domain/configuration.ts';
import type { SearchSpace } from '../domain/search-space.ts';
import type { DuplicatePolicy } from '../domain/study-spec.ts';
import { TriedConfigurations } from '../domain/tried-configurations.ts';

/**
 * Answers in a row that may be duplicates before one is accepted. A random search gets there only with the last few of a finite
 * space of hundreds of configurations.
 */
const MOST_DRAWS = 1000;

/** Knows every configuration that was tried, and what to do when one is suggested again. */
export class DuplicateFilter {
  readonly #tried: TriedConfigurations;
  readonly #policy: DuplicatePolicy;

  constructor(space: SearchSpace, policy: DuplicatePolicy) {
    this.#tried = new TriedConfigurations(space);
    this.#policy = policy;
  }

  /** Notes a configuration that is being tried. */
  remember(configuration: Configuration): void {
    if (this.#policy === 'redraw') this.#tried.add(configuration);
  }

  /**
   * What to do with a suggested configuration.
   * @param draw how many answers before this one were refused
   */
  judge(configuration: Configuration, draw: number): 'run' | 'redraw' | 'used-up' {
    if (this.#policy === 'allow' || !this.#tried.has(configuration)) return 'run';
    if (this.#tried.all) return 'used-up';
    return draw < MOST_DRAWS ? 'redraw' : 'run';
  }
}
