import { z } from 'zod';
import type { ParameterValue } from '../domain/configuration.ts';
import type { MaybePromise } from '../domain/json.ts';
import { normalQuantile } from '../domain/normal-quantile.ts';
import type { RandomStream } from '../domain/random-stream.ts';
import type { ObservedReport } from '../domain/report.ts';
import type { SearchSpace } from '../domain/search-space.ts';
import type { Parameter } from '../domain/space-parameter.ts';
import { FettleError } from '../errors.ts';
import { API_VERSION } from '../plugin/api-version.ts';
import { defineSampler, type FactoryOf, type OptionSchemas, type Plugin } from '../plugin/define.ts';
import { pluginOption } from '../plugin/plugin-option.ts';
import type { ConfigurationSampler, Sample } from '../ports/configuration-sampler.ts';
import type { Offer, TrialOutcome, TrialView } from '../ports/searcher.ts';
import { VERSION } from '../version.ts';
import { hopeless, MOST_FORBIDDEN, random } from './random.ts';

/** How far from the guess counts as near: a tenth of the parameter's range, on its scale. */
const NEAR = 0.1;

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const confidence = z.number().min(0.05).lt(1);

/** Options of `prior`. */
export interface PriorOptions {
  /** Where all other configurations come from. Default: `random()`. */
  sampler?: Plugin<'sampler'> | undefined;
  /** For each parameter that there is an opinion on: the guess, or the guess with its own confidence. At least one. */
  guesses: {
    [parameter: string]:
      | ParameterValue
      | {
          /** The value that is thought to be the best. */
          value: ParameterValue;
          /** Probability that a drawn value is near it: from 0.05 to below 1. Default: that of all guesses. */
          confidence?: number | undefined;
        };
  };
  /** Probability that a drawn value is near its guess, where the guess has none of its own: from 0.05 to below 1. Default: 0.5. */
  confidence?: number | undefined;
  /** Trials that the guesses are worth; above 0. Default: 10. */
  worth?: number | undefined;
}

/**
 * Starts where an expert would look. Some trials are drawn around guesses of the best values; all others come from the sampler
 * inside, which learns from every trial.
 *
 * `confidence` (from 0.05 up to but not including 1, default 0.5) is the probability that a drawn value is near the guess: at
 * most a tenth of the parameter's range away, on its scale (a normal distribution, cut off at the ends). For a categorical
 * parameter it is the probability of the guess itself, on top of its even share of the rest. Parameters without a guess are
 * drawn evenly.
 *
 * Trial n of this sampler is drawn this way with probability `worth / (worth + n)`, n from 0: nearly always at first, half of
 * the time after `worth` trials. Guesses that are wrong cost about `worth * ln(1 + N / worth)` of N trials. That an expert's belief
 * should fade like this as results come in is from Hvarfner et al., πBO, ICLR 2022, section 4; drawing from it rather than
 * weighing an acquisition function is what makes it work with every sampler.
 */
export const prior: FactoryOf<'sampler', PriorOptions> = defineSampler({
  name: 'prior',
  version: VERSION,
  apiVersion: API_VERSION,
  options: z.strictObject({
    sampler: pluginOption('sampler').default(() => random()),
    guesses: z
      .record(z.string(), z.union([scalar, z.strictObject({ value: scalar, confidence: confidence.optional() })]))
      .refine((guesses) => Object.keys(guesses).length > 0, { error: 'expected at least one guess' }),
    confidence: confidence.default(0.5),
    worth: z.number().positive().default(10),
  } satisfies OptionSchemas<PriorOptions>),
  nested: { sampler: 'sampler' },
  create({ sampler, guesses, confidence: usual, worth }, context) {
    const beliefs = new Map<string, Belief>();
    const problems: string[] = [];
    for (const [name, guess] of Object.entries(guesses)) {
      const given = typeof guess === 'object' ? guess : { value: guess };
      const parameter = context.space.parameters.find((one) => one.name === name);
      const issue = parameter === undefined ? 'is no parameter of the space' : parameter.domain.issue(given.value);
      if (issue !== undefined) problems.push(`${name} ${issue}`);
      else if (parameter !== undefined) beliefs.set(name, belief(parameter, given.value, given.confidence ?? usual));
    }
    if (problems.length > 0) {
      throw new FettleError('options-invalid', `The guesses of prior do not fit the space: ${problems.join('; ')}.`);
    }
    return new PriorSampler(sampler.create(context), context.space, beliefs, worth);
  },
});

/** Draws a coordinate of the unit cube. */
type Belief = (stream: RandomStream) => number;

class PriorSampler implements ConfigurationSampler {
  readonly #inner: ConfigurationSampler;
  readonly #space: SearchSpace;
  readonly #beliefs: ReadonlyMap<string, Belief>;
  readonly #worth: number;
  /** What the sampler inside says of itself, if it does. */
  readonly describe?: NonNullable<ConfigurationSampler['describe']>;
  /** Trials of this sampler: the only state. */
  #trials = 0;

  constructor(inner: ConfigurationSampler, space: SearchSpace, beliefs: ReadonlyMap<string, Belief>, worth: number) {
    this.#inner = inner;
    this.#space = space;
    this.#beliefs = beliefs;
    this.#worth = worth;
    if (inner.describe !== undefined) this.describe = () => inner.describe!();
  }

  sample(offer: Offer): MaybePromise<Sample> {
    const stream = offer.random('prior');
    if (stream.next() >= this.#worth / (this.#worth + this.#trials)) return this.#inner.sample(offer);
    return this.#draw(stream);
  }

  started(trial: TrialView): void {
    if (trial.origin === 'searcher') this.#trials += 1;
    this.#inner.started?.(trial);
  }

  reported(trial: TrialView, report: ObservedReport): void {
    this.#inner.reported?.(trial, report);
  }

  ended(trial: TrialView, outcome: TrialOutcome): void {
    this.#inner.ended?.(trial, outcome);
  }

  close(): MaybePromise<void> {
    return this.#inner.close?.();
  }

  #draw(stream: RandomStream): Sample {
    for (let attempt = 0; attempt < MOST_FORBIDDEN; attempt++) {
      const point = this.#space.dimensions.map((name) => (this.#beliefs.get(name) ?? even)(stream));
      const configuration = this.#space.fromUnit(point);
      if (configuration !== undefined)
        return { kind: 'configuration', configuration, reason: 'drawn around the guesses' };
    }
    throw hopeless();
  }
}

const even: Belief = (stream) => stream.next();

function belief({ domain }: Parameter, value: ParameterValue, confident: number): Belief {
  const centre = domain.toUnit(domain.canonical(value));
  if (!domain.ordered) return (stream) => (stream.next() < confident ? centre : stream.next());
  const deviation = NEAR / normalQuantile((1 + confident) / 2);
  return (stream) => {
    for (;;) {
      const place = centre + deviation * stream.normal();
      // At least a fifth of the bell lies inside, even of the widest one at an end: this ends soon.
      if (place >= 0 && place <= 1) return place;
    }
  };
}
