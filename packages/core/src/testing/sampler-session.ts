import type { Configuration } from '../domain/configuration.ts';
import { createRandomStream } from '../domain/rng.ts';
import type { SearchSpace } from '../domain/search-space.ts';
import type { TrialId, TrialOrigin } from '../domain/trial.ts';
import type { Plugin } from '../plugin/define.ts';
import type { ConfigurationSampler, Sample } from '../ports/configuration-sampler.ts';
import type { Offer, TrialOutcome, TrialView } from '../ports/searcher.ts';
import { silentLogger } from '../study/silent-logger.ts';

/** One thing a sampler was told. */
type Told =
  | { readonly kind: 'started'; readonly trial: TrialView }
  | { readonly kind: 'reported'; readonly trial: TrialView; readonly value: number }
  | { readonly kind: 'ended'; readonly trial: TrialView; readonly outcome: TrialOutcome };

/**
 * Puts a sampler through its paces outside of a study: makes the offers, numbers the trials, remembers what it was told,
 * and refuses answers that are none.
 */
export class SamplerSession {
  readonly space: SearchSpace;
  readonly #plugin: Plugin<'sampler'>;
  readonly #seed: number;
  readonly #sampler: ConfigurationSampler;
  readonly #active = new Map<TrialId, TrialView>();
  readonly #told: Told[] = [];
  #trials = 0;

  constructor(plugin: Plugin<'sampler'>, space: SearchSpace, seed: number) {
    this.space = space;
    this.#plugin = plugin;
    this.#seed = seed;
    this.#sampler = plugin.create({
      space,
      objective: { metric: 'loss', goal: 'minimize' },
      resumable: true,
      random: (purpose) => createRandomStream(seed, 'study', purpose),
      logger: silentLogger(),
    });
  }

  /** Asks for the next configuration. @throws Error if the answer is none, or lies outside the space */
  async sample(draw = 0): Promise<Sample> {
    const trial = this.#trials + 1;
    const offer: Offer = {
      trial,
      draw,
      active: this.#active,
      paused: new Map(),
      random: (purpose) => createRandomStream(this.#seed, 'trial', trial, purpose, draw),
    };
    const sample = await this.#sampler.sample(offer);
    if (sample.kind === 'configuration') {
      const issues = this.space.issues(sample.configuration);
      if (issues.length > 0) {
        fail(`for trial ${trial} it suggested ${JSON.stringify(sample.configuration)}: ${issues.join('; ')}`);
      }
    }
    return sample;
  }

  /** Says that a trial was created. */
  start(configuration: Configuration, origin: TrialOrigin = 'searcher'): TrialView {
    this.#trials += 1;
    const trial: TrialView = { id: this.#trials, configuration, origin, resource: 0 };
    this.#tell({ kind: 'started', trial });
    return trial;
  }

  /** A running trial reports: less is better. */
  report(trial: TrialView, value: number, resource = 1): void {
    this.#tell({ kind: 'reported', trial: { ...trial, value, resource }, value });
  }

  /** A trial leaves the running state. */
  end(trial: TrialView, outcome: TrialOutcome): void {
    this.#tell({ kind: 'ended', trial: { ...trial, resource: outcome.resource }, outcome });
  }

  /** A fresh sampler that was told the same, as after a restart. */
  rebuilt(): SamplerSession {
    const copy = new SamplerSession(this.#plugin, this.space, this.#seed);
    for (const told of this.#told) {
      // Views are read back from a store: equal, but not the same objects.
      copy.#tell(structuredClone(told));
      if (told.kind === 'started') copy.#trials += 1;
    }
    return copy;
  }

  /** Ends the session: releases what the sampler holds. */
  async close(): Promise<void> {
    await this.#sampler.close?.();
  }

  #tell(told: Told): void {
    this.#told.push(told);
    const { trial } = told;
    if (told.kind === 'ended') this.#active.delete(trial.id);
    else this.#active.set(trial.id, trial);
    if (told.kind === 'started') this.#sampler.started?.(trial);
    else if (told.kind === 'ended') this.#sampler.ended?.(trial, told.outcome);
    else
      this.#sampler.reported?.(trial, { resource: trial.resource, value: told.value, metrics: { loss: told.value } });
  }
}

/** Says what is wrong with the plugin under test. */
export function fail(what: string): never {
  throw new Error(what);
}
