import {
  type Configuration,
  type ConfigurationSampler,
  type MaybePromise,
  type ModelDescription,
  type ObservedReport,
  type Offer,
  type RandomStream,
  type Sample,
  type SearcherContext,
  SobolSequence,
  type TrialOutcome,
  type TrialView,
} from '@fettle/core';
import type { CheckedBayesOptions } from './bayes-options.ts';
import { LevelLog } from './data/level-log.ts';
import { enumeratePoints } from './encoding/enumerate-points.ts';
import { SpaceEncoding } from './encoding/space-encoding.ts';
import type { EngineHost, Told } from './engine/protocol.ts';
import { engineSetup } from './engine-setup.ts';
import { modelDescription } from './model-description.ts';
import type { Seed } from './search/seeded-numbers.ts';
import { detailsOf, reasonOf } from './suggestion-text.ts';

/**
 * At rungs one trial in so many is spread over the space whatever the model says: low rungs may mislead it (Falkner et al., BOHB,
 * ICML 2018, section 4.1, take a third at random).
 */
const SPREAD_AT_RUNGS = 4;
/** Random points that are looked at for one that was not tried. */
const MOST_DRAWS = 1000;
/** Largest space that is listed to find what is left of it. */
const MOST_LISTED = 1_000_000;

/** The sampler: what it was told, the initial design, and the questions to the engine. */
export class BayesSampler implements ConfigurationSampler {
  readonly #options: CheckedBayesOptions;
  readonly #context: SearcherContext;
  readonly #encoding: SpaceEncoding;
  readonly #initialTrials: number;
  readonly #sequence: SobolSequence;
  readonly #log: LevelLog;
  readonly #makeHost: (setup: ReturnType<typeof engineSetup>) => EngineHost;
  /** Keys of the configurations that were tried. */
  readonly #taken = new Set<string>();
  /** Trials of this sampler. */
  #started = 0;
  /** Those and the ones that were given: what is known need not be found out again. */
  #trials = 0;
  /** Whether trials are sent to levels of resource. */
  #atRungs = false;
  /** Usable results. */
  #results = 0;
  #host: EngineHost | undefined;
  /** What the engine does not know yet. */
  #unsent: Told[] = [];
  #sending = false;

  constructor(
    options: CheckedBayesOptions,
    context: SearcherContext,
    makeHost: (setup: ReturnType<typeof engineSetup>) => EngineHost,
  ) {
    this.#options = options;
    this.#context = context;
    this.#makeHost = makeHost;
    this.#encoding = new SpaceEncoding(context.space);
    const size = this.#encoding.size;
    this.#initialTrials = options.initialTrials ?? Math.min(12, Math.max(4, size + 2));
    this.#sequence = new SobolSequence(size, context.random('bayes-initial'));
    const { constraints, costMetric } = options;
    this.#log = new LevelLog(
      (report) => {
        const limited = constraints.map((one) => {
          const value = report.metrics[one.metric] ?? Number.NaN;
          return 'atMost' in one ? value : -value;
        });
        return costMetric === undefined ? limited : [...limited, Math.log(report.metrics[costMetric] ?? Number.NaN)];
      },
      constraints.length + Number(costMetric !== undefined),
    );
  }

  started(trial: TrialView): void {
    this.#trials += 1;
    if (trial.origin === 'searcher') this.#started += 1;
    this.#atRungs ||= trial.until !== undefined;
    this.#taken.add(this.#context.space.key(trial.configuration));
    this.#tell([{ kind: 'started', trial: trial.id, point: this.#encoding.encode(trial.configuration) }]);
  }

  reported(trial: TrialView, report: ObservedReport): void {
    this.#tell(this.#log.reported(trial, report));
  }

  ended(trial: TrialView, outcome: TrialOutcome): void {
    this.#tell(this.#log.ended(trial, outcome));
  }

  sample(offer: Offer): MaybePromise<Sample> {
    const { repeats } = this.#options;
    if (!repeats && this.#taken.size >= this.#encoding.layout.cardinality) {
      return { kind: 'exhausted', reason: `all ${this.#taken.size} configurations were tried` };
    }
    // The engine's thread starts while the initial design runs.
    if (this.#trials >= this.#initialTrials / 2) this.#host ??= this.#newHost();
    if (offer.draw > 0) return this.#untried(offer, 'drawn at random, because the suggestion before was refused');
    // With many workers there may be no result yet when the initial design is used up: it goes on.
    const enough = Math.max(2, Math.min(this.#initialTrials, this.#encoding.size) / 2);
    if (this.#trials < this.#initialTrials || this.#results < enough) {
      return this.#spread(offer, 'of the initial design, a scrambled Sobol sequence');
    }
    if (this.#atRungs && offer.trial % SPREAD_AT_RUNGS === 0) {
      return this.#spread(offer, `of a scrambled Sobol sequence, as every ${SPREAD_AT_RUNGS}th trial at rungs`);
    }
    return this.#suggested(offer);
  }

  async describe(): Promise<{ readonly model?: ModelDescription; readonly notes: readonly string[] }> {
    if (this.#results < 2) return { notes: [] };
    // A sampler that was only told of the past has no engine yet.
    this.#host ??= this.#newHost();
    this.#flush();
    const summary = await this.#host.describe();
    if (summary === undefined) return { notes: [] };
    return { model: modelDescription(summary, this.#context, this.#encoding), notes: [] };
  }

  async close(): Promise<void> {
    await this.#host?.close();
  }

  #tell(told: readonly Told[]): void {
    if (told.length === 0) return;
    for (const one of told) if (one.kind === 'observed' && Number.isFinite(one.value)) this.#results += 1;
    this.#unsent.push(...told);
    if (this.#host === undefined || this.#sending) return;
    // A history is told at once, and sent at once.
    this.#sending = true;
    setImmediate(() => this.#flush());
  }

  #flush(): void {
    this.#sending = false;
    if (this.#unsent.length === 0) return;
    this.#host?.tell(this.#unsent);
    this.#unsent = [];
  }

  #newHost(): EngineHost {
    const setup = engineSetup(this.#options, this.#encoding.layout, (purpose) => this.#context.random(purpose));
    return this.#makeHost(setup);
  }

  /** The next point of the sequence that is not forbidden and was not tried. */
  #spread(offer: Offer, ofWhat: string): Sample {
    const point = new Float64Array(this.#encoding.size);
    for (let index = this.#started; index < this.#started + MOST_DRAWS; index++) {
      this.#sequence.point(index, point);
      const configuration = this.#context.space.fromUnit(point);
      if (configuration !== undefined && this.#isNew(configuration)) {
        return { kind: 'configuration', configuration, reason: `point ${index + 1} ${ofWhat}` };
      }
    }
    return this.#untried(offer, 'drawn at random: the Sobol sequence holds nothing new');
  }

  async #suggested(offer: Offer): Promise<Sample> {
    const host = (this.#host ??= this.#newHost());
    this.#flush();
    const active = [...offer.active.keys()].sort((a, b) => a - b);
    const answer = await host.ask({ active, seed: seedFrom(offer.random('bayes')) });
    const { objective } = this.#context;
    const proposal = answer?.proposal;
    const configuration = proposal && this.#encoding.decode(proposal.point);
    if (answer === undefined || proposal === undefined || configuration === undefined || !this.#isNew(configuration)) {
      return this.#untried(offer, 'drawn at random: all that the model would try was tried before');
    }
    return {
      kind: 'configuration',
      configuration,
      reason: reasonOf(answer, proposal, objective),
      details: detailsOf(answer, proposal, objective, this.#encoding),
    };
  }

  /** A configuration that was not tried: at random, or, if those are few, the first one there is. */
  #untried(offer: Offer, reason: string): Sample {
    const stream = offer.random('bayes-random');
    const point = new Float64Array(this.#encoding.size);
    for (let draw = 0; draw < MOST_DRAWS; draw++) {
      for (let index = 0; index < point.length; index++) point[index] = stream.next();
      const configuration = this.#context.space.fromUnit(point);
      if (configuration !== undefined && this.#isNew(configuration)) {
        return { kind: 'configuration', configuration, reason };
      }
    }
    const { layout } = this.#encoding;
    if (layout.cardinality <= MOST_LISTED) {
      for (const listed of enumeratePoints(layout)) {
        const configuration = this.#encoding.decode(listed);
        if (configuration !== undefined && this.#isNew(configuration)) {
          return { kind: 'configuration', configuration, reason };
        }
      }
    }
    return { kind: 'exhausted', reason: 'nothing was found that was not tried' };
  }

  #isNew(configuration: Configuration): boolean {
    return this.#options.repeats || !this.#taken.has(this.#context.space.key(configuration));
  }
}

function seedFrom(stream: RandomStream): Seed {
  const word = (): number => stream.integer(2 ** 32);
  return [word(), word(), word(), word()];
}
