import { z } from 'zod';
import type { Configuration } from '../domain/configuration.ts';
import type { MaybePromise } from '../domain/json.ts';
import { normalizedValue } from '../domain/objective.ts';
import type { ObservedReport } from '../domain/report.ts';
import type { PastStudy } from '../domain/past-study.ts';
import type { SearchSpace } from '../domain/search-space.ts';
import { FettleError } from '../errors.ts';
import { API_VERSION } from '../plugin/api-version.ts';
import {
  defineSampler,
  type FactoryOf,
  type OptionSchemas,
  type Plugin,
  type SearcherContext,
} from '../plugin/define.ts';
import { pluginOption } from '../plugin/plugin-option.ts';
import type { ConfigurationSampler, Sample } from '../ports/configuration-sampler.ts';
import type { SearcherDescription } from '../ports/searcher-description.ts';
import type { Offer, TrialOutcome, TrialView } from '../ports/searcher.ts';
import { VERSION } from '../version.ts';
import { random } from './random.ts';

const pastStudy: z.ZodType<PastStudy, PastStudy> = z.strictObject({
  name: z.string(),
  metric: z.string(),
  goal: z.enum(['minimize', 'maximize']),
  trials: z.array(
    z.strictObject({
      configuration: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
      value: z.number(),
    }),
  ),
});

/** What a study file may write, and no program: nothing of it is left once `fromFile` has read the study. */
const place = z.string().transform((_, context) => {
  context.addIssue({ code: 'custom' });
  return z.NEVER;
}) as unknown as z.ZodType<never, never>;

/** Options of `warmStart`. */
export interface WarmStartOptions {
  /** What goes on from there. Default: `random()`. */
  sampler?: Plugin<'sampler'> | undefined;
  /**
   * The other studies; at least one. In a study file, their study files or folders, relative to it; in a program, what
   * `readPastStudy` returns.
   */
  studies: PastStudy[];
  /** How many of their best configurations are tried first. Default: 5. */
  first?: number | undefined;
  /** Whether the sampler inside is told of their results. Default: `true`. */
  observe?: boolean | undefined;
}

/**
 * Starts with what other studies found: tries their best configurations first, and tells the sampler inside all of their
 * results as if it had seen them itself. `observe: false` keeps the results from it, for values that cannot be compared (other
 * data, another length of training).
 *
 * `studies` are what `readPastStudy` returns; in a study file, the study files or folders of those studies, relative to it. What
 * was read is recorded with the study, so that it always decides the same; if one of those studies has found more by the time
 * this one is continued, it is refused as changed.
 *
 * Configurations outside this study's space are left out, and a note says so.
 */
export const warmStart: FactoryOf<'sampler', WarmStartOptions> = defineSampler({
  name: 'warm-start',
  version: VERSION,
  apiVersion: API_VERSION,
  options: z.strictObject({
    sampler: pluginOption('sampler').default(() => random()),
    studies: z.array(z.union([pastStudy, place], { error: 'expected what readPastStudy(path) returns' })).min(1),
    first: z.int().min(0).default(5),
    observe: z.boolean().default(true),
  } satisfies OptionSchemas<WarmStartOptions>),
  nested: { sampler: 'sampler' },
  async fromFile(given, { pastStudy }) {
    if (!Array.isArray(given['studies'])) return given;
    const read = (one: unknown): unknown => (typeof one === 'string' ? pastStudy(one) : one);
    return { ...given, studies: await Promise.all(given['studies'].map(read)) };
  },
  create({ sampler, studies, first, observe }, context) {
    const { known, foreign } = knownTrials(studies, context);
    const note = `${known.length} trials of ${studies.map(({ name }) => `'${name}'`).join(', ')} were known from the beginning`;
    const notes = [foreign === 0 ? note : `${note}; ${foreign} do not lie in this space and were left out`];
    if (known.length === 0) context.logger.warn(`warm-start knows of no trial that lies in this space.`);
    const inner = sampler.create(context);
    if (observe) for (const [index, trial] of known.entries()) tell(inner, trial, -1 - index);
    return new WarmStartSampler(inner, context.space, known.slice(0, first), notes);
  },
});

/** A trial of another study. */
interface KnownTrial {
  readonly configuration: Configuration;
  /** Less is better. */
  readonly value: number;
  readonly reason: string;
}

/** The trials that lie in this study's space, best first, each configuration once; and how many do not. */
function knownTrials(
  studies: readonly PastStudy[],
  { space, objective }: SearcherContext,
): { readonly known: readonly KnownTrial[]; readonly foreign: number } {
  const found = new Map<string, KnownTrial>();
  let foreign = 0;
  for (const { name, metric, goal, trials } of studies) {
    if (metric !== objective.metric || goal !== objective.goal) {
      throw new FettleError(
        'options-invalid',
        `The study '${name}' is about ${goal.replace(/e$/, 'ing')} '${metric}', and this one about ${objective.goal.replace(/e$/, 'ing')} '${objective.metric}'.`,
        { remedy: 'Warm-start from studies of the same objective.' },
      );
    }
    for (const { configuration: given, value: userValue } of trials) {
      const configuration = within(space, given);
      if (configuration === undefined) {
        foreign += 1;
        continue;
      }
      const value = normalizedValue(objective, { [metric]: userValue });
      const before = found.get(space.key(configuration));
      if (before !== undefined && before.value <= value) continue;
      found.set(space.key(configuration), { configuration, value, reason: `${metric} was ${userValue} in '${name}'` });
    }
  }
  return { known: [...found.values()].sort((a, b) => a.value - b.value), foreign };
}

function within(space: SearchSpace, configuration: Configuration): Configuration | undefined {
  try {
    return space.canonical(configuration);
  } catch {
    return undefined;
  }
}

/** Tells a sampler of a trial of the past, under a number that no trial of this study has. */
function tell(sampler: ConfigurationSampler, { configuration, value }: KnownTrial, id: number): void {
  const trial: TrialView = { id, configuration, origin: 'first', resource: 0 };
  const ended: TrialView = { ...trial, resource: 1, value };
  sampler.started?.(trial);
  sampler.reported?.(ended, { resource: 1, value, metrics: {} });
  sampler.ended?.(ended, { state: 'completed', value, resource: 1 });
}

class WarmStartSampler implements ConfigurationSampler {
  readonly #inner: ConfigurationSampler;
  readonly #space: SearchSpace;
  /** By key, best first; those that were started are taken out. */
  readonly #first: Map<string, KnownTrial>;
  readonly #notes: readonly string[];

  constructor(inner: ConfigurationSampler, space: SearchSpace, first: readonly KnownTrial[], notes: readonly string[]) {
    this.#inner = inner;
    this.#space = space;
    this.#first = new Map(first.map((trial) => [space.key(trial.configuration), trial]));
    this.#notes = notes;
  }

  sample(offer: Offer): MaybePromise<Sample> {
    const next = [...this.#first.values()][offer.draw];
    if (next !== undefined) return { kind: 'configuration', configuration: next.configuration, reason: next.reason };
    const { trial, draw, active, paused } = offer;
    const random: Offer['random'] = (purpose) => offer.random(purpose);
    return this.#inner.sample({ trial, draw: draw - this.#first.size, active, paused, random });
  }

  started(trial: TrialView): void {
    this.#first.delete(this.#space.key(trial.configuration));
    this.#inner.started?.(trial);
  }

  reported(trial: TrialView, report: ObservedReport): void {
    this.#inner.reported?.(trial, report);
  }

  ended(trial: TrialView, outcome: TrialOutcome): void {
    this.#inner.ended?.(trial, outcome);
  }

  async describe(): Promise<Pick<SearcherDescription, 'model' | 'notes'>> {
    const inner = await this.#inner.describe?.();
    return { model: inner?.model, notes: [...this.#notes, ...(inner?.notes ?? [])] };
  }

  close(): MaybePromise<void> {
    return this.#inner.close?.();
  }
}
