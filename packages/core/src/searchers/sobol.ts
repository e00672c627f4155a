import { z } from 'zod';
import type { Configuration } from '../domain/configuration.ts';
import type { SearchSpace } from '../domain/search-space.ts';
import { FettleError } from '../errors.ts';
import { API_VERSION } from '../plugin/api-version.ts';
import { defineSampler, type FactoryOf, type OptionSchemas } from '../plugin/define.ts';
import type { ConfigurationSampler, Sample } from '../ports/configuration-sampler.ts';
import type { RandomStream } from '../domain/random-stream.ts';
import type { Offer, TrialView } from '../ports/searcher.ts';
import { VERSION } from '../version.ts';
import { hopeless, MOST_FORBIDDEN } from './random.ts';
import { MOST_DIMENSIONS, SobolSequence } from './sobol-sequence.ts';

/** Different configurations that are looked at for the one that a trial was started with. */
const MOST_DRAWS = 1001;

/** Options of `sobol`. */
export interface SobolOptions {
  /**
   * Whether the sequence is shaken with the study's seed. Without it, it is the same for every seed and begins with every
   * parameter's first value. Default: `true`.
   */
  scramble?: boolean | undefined;
}

/** Fills the space evenly with a Sobol sequence, of up to 1,111 parameters. Points that are forbidden are left out. */
export const sobol: FactoryOf<'sampler', SobolOptions> = defineSampler({
  name: 'sobol',
  version: VERSION,
  apiVersion: API_VERSION,
  options: z.strictObject({ scramble: z.boolean().default(true) } satisfies OptionSchemas<SobolOptions>),
  create: ({ scramble }, context) => {
    const { space } = context;
    if (space.dimensions.length > MOST_DIMENSIONS) {
      throw new FettleError(
        'options-invalid',
        `The space has ${space.dimensions.length} parameters; sobol knows sequences of up to ${MOST_DIMENSIONS}.`,
        { remedy: 'Use the random sampler.' },
      );
    }
    return new SobolSampler(space, scramble ? context.random('sobol') : undefined);
  },
});

/** A walk along the sequence from the next point on: where it has come to after so many different configurations. */
interface Walk {
  draw: number;
  index: number;
  configuration: Configuration;
  /** Keys of the configurations passed. */
  readonly passed: Set<string>;
}

class SobolSampler implements ConfigurationSampler {
  readonly #space: SearchSpace;
  readonly #sequence: SobolSequence;
  readonly #point: Float64Array;
  readonly #reason: string;
  /** Number of the next point: the only state. */
  #next = 0;
  /** The walk of the last question; it could be walked again at any time. */
  #walk: Walk | undefined;

  constructor(space: SearchSpace, scramble: RandomStream | undefined) {
    this.#space = space;
    this.#sequence = new SobolSequence(space.dimensions.length, scramble);
    this.#point = new Float64Array(space.dimensions.length);
    this.#reason = `of the ${scramble === undefined ? 'plain' : 'scrambled'} Sobol sequence`;
  }

  sample({ draw }: Offer): Sample {
    const walk = this.#walkTo(draw);
    if (walk === undefined) {
      return { kind: 'exhausted', reason: 'the sequence brings no new configuration' };
    }
    return {
      kind: 'configuration',
      configuration: walk.configuration,
      reason: `point ${walk.index + 1} ${this.#reason}`,
    };
  }

  started({ origin, configuration }: TrialView): void {
    if (origin !== 'searcher') return;
    // The walk of the question comes first, because the answer is most often the trial that was started.
    if (this.#walk?.configuration !== configuration && !this.#find(this.#space.key(configuration))) return;
    this.#next = this.#walk!.index + 1;
    this.#walk = undefined;
  }

  /** Walks to the first point with this key; `false` if the trial is not one of this sequence. */
  #find(key: string): boolean {
    for (let draw = 0; draw < MOST_DRAWS; draw++) {
      const walk = this.#walkTo(draw);
      if (walk === undefined) return false;
      if (this.#space.key(walk.configuration) === key) return true;
    }
    return false;
  }

  /** The walk to the `draw`-th different configuration from the next point on; `undefined` if there is none. */
  #walkTo(draw: number): Walk | undefined {
    if (this.#walk === undefined || this.#walk.draw > draw) this.#walk = this.#step(this.#next, new Set(), 0);
    while (this.#walk !== undefined && this.#walk.draw < draw) {
      const { index, configuration, passed } = this.#walk;
      passed.add(this.#space.key(configuration));
      this.#walk = this.#step(index + 1, passed, this.#walk.draw + 1);
    }
    return this.#walk;
  }

  #step(from: number, passed: Set<string>, draw: number): Walk | undefined {
    if (passed.size > 0 && passed.size >= this.#space.cardinality()) return undefined;
    for (let index = from; index < from + MOST_FORBIDDEN; index++) {
      this.#sequence.point(index, this.#point);
      const configuration = this.#space.fromUnit(this.#point);
      if (configuration === undefined) continue;
      if (passed.size === 0 || !passed.has(this.#space.key(configuration)))
        return { draw, index, configuration, passed };
    }
    if (passed.size === 0) throw hopeless();
    return undefined;
  }
}
