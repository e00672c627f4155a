import { z } from 'zod';
import { isPromise, type MaybePromise } from '../domain/json.ts';
import type { Suggestion } from '../domain/suggestion.ts';
import type { TrialId } from '../domain/trial.ts';
import { FettleError } from '../errors.ts';
import { API_VERSION } from '../plugin/api-version.ts';
import { defineSearcher, type FactoryOf, type OptionSchemas, type Plugin } from '../plugin/define.ts';
import type { SearcherDescription } from '../ports/searcher-description.ts';
import type { Offer, Searcher, TrialOutcome, TrialView } from '../ports/searcher.ts';
import { VERSION } from '../version.ts';
import { searcherOption } from './searcher-option.ts';

/** Options of `repeat`. */
export interface RepeatOptions {
  /** What proposes configurations. It must run its trials to their end, as a sampler does by itself. */
  searcher: Plugin<'searcher'> | Plugin<'sampler'>;
  /** How often each configuration is run; at least 2. */
  times: number;
}

/**
 * Runs each configuration several times, each time with another seed (`{seed}`, `$FETTLE_SEED`), for noisy objectives. The
 * searcher inside sees one trial per configuration, which ends when all of its repeats have ended, with the mean of their
 * values. Repeats that failed or gave no finite value are left out of the mean; if all failed, so did the configuration.
 *
 * The searcher inside must run its trials to their end: it is told no reports and can pause nothing.
 */
export const repeat: FactoryOf<'searcher', RepeatOptions> = defineSearcher({
  name: 'repeat',
  version: VERSION,
  apiVersion: API_VERSION,
  options: z.strictObject({
    searcher: searcherOption(),
    times: z.int().min(2),
  } satisfies OptionSchemas<RepeatOptions>),
  nested: { searcher: 'searcher' },
  create({ searcher, times }, context) {
    const { name, needs = [] } = searcher.definition;
    if (needs.includes('resume') || needs.includes('resource-limit')) throw pauses(name);
    return new RepeatSearcher(searcher.create(context), name, times);
  },
});

/** The repeats of one configuration. */
interface Group {
  /** The first of the trials, as it was when it started: what the searcher inside is told of. */
  readonly first: TrialView;
  readonly repeats: Set<TrialId>;
  readonly outcomes: TrialOutcome[];
  /** No more repeats are started: a person stopped one of them. */
  stopped: boolean;
}

class RepeatSearcher implements Searcher {
  readonly #inner: Searcher;
  readonly #name: string;
  readonly #times: number;
  /** Groups that are not over, by their first trial, oldest first. */
  readonly #groups = new Map<TrialId, Group>();
  /** The first trial of the group of each of their repeats. */
  readonly #firstOf = new Map<TrialId, TrialId>();

  constructor(inner: Searcher, name: string, times: number) {
    this.#inner = inner;
    this.#name = name;
    this.#times = times;
  }

  ask(offer: Offer): MaybePromise<Suggestion> {
    for (const { first, repeats, stopped } of this.#groups.values()) {
      if (stopped || repeats.size >= this.#times) continue;
      const { id, configuration, until } = first;
      const reason = `repeat ${repeats.size + 1} of ${this.#times} of trial ${id}`;
      return { kind: 'start', configuration, until, repeatOf: id, reason };
    }
    const active = new Map([...this.#groups].map(([id, { first }]) => [id, first]));
    const answer = this.#inner.ask({
      trial: offer.trial,
      draw: offer.draw,
      active,
      paused: new Map(),
      random: (purpose) => offer.random(purpose),
    });
    return isPromise(answer) ? answer.then((suggestion) => this.#check(suggestion)) : this.#check(answer);
  }

  started(trial: TrialView): void {
    const group = trial.repeatOf === undefined ? undefined : this.#groups.get(trial.repeatOf);
    if (group !== undefined) {
      group.repeats.add(trial.id);
      this.#firstOf.set(trial.id, group.first.id);
      return;
    }
    // A view is live: keep what is true of the whole group.
    const { id, configuration, origin, until } = trial;
    const first: TrialView = { id, configuration, origin, until, resource: 0 };
    this.#groups.set(id, { first, repeats: new Set([id]), outcomes: [], stopped: false });
    this.#firstOf.set(id, id);
    this.#inner.started?.(first);
  }

  report(): { readonly kind: 'continue' } {
    return { kind: 'continue' };
  }

  ended(trial: TrialView, outcome: TrialOutcome): void {
    const first = this.#firstOf.get(trial.id);
    const group = first === undefined ? undefined : this.#groups.get(first);
    if (first === undefined || group === undefined || outcome.state === 'paused') return;
    this.#firstOf.delete(trial.id);
    group.outcomes.push(outcome);
    if (outcome.state === 'stopped') group.stopped = true;
    if (group.outcomes.length < (group.stopped ? group.repeats.size : this.#times)) return;
    this.#groups.delete(first);
    const { view, outcome: whole } = summed(group);
    this.#inner.ended?.(view, whole);
  }

  /** What the searcher inside believes. It has no rungs: it pauses nothing and hears no reports. */
  async describe(): Promise<SearcherDescription> {
    const notes = [`each configuration is run ${this.#times} times and counts with the mean`];
    const inner = await this.#inner.describe?.();
    return { model: inner?.model, notes: [...notes, ...(inner?.notes ?? [])] };
  }

  close(): MaybePromise<void> {
    return this.#inner.close?.();
  }

  #check(suggestion: Suggestion): Suggestion {
    if (['resume', 'fork', 'stop'].includes(suggestion.kind)) throw pauses(this.#name);
    return suggestion;
  }
}

/** What became of a configuration as a whole. */
function summed({ first, outcomes }: Group): { readonly view: TrialView; readonly outcome: TrialOutcome } {
  const resource = Math.max(...outcomes.map((outcome) => outcome.resource));
  const values = outcomes.flatMap((outcome) => (outcome.state === 'completed' ? [outcome.value] : []));
  if (values.length > 0) {
    const finite = values.filter(Number.isFinite);
    const sum = finite.reduce((total, value) => total + value, 0);
    const value = finite.length === 0 ? Number.POSITIVE_INFINITY : sum / finite.length;
    return { view: { ...first, resource, value }, outcome: { state: 'completed', value, resource } };
  }
  // No repeat was completed: it was stopped by somebody, or each of them failed.
  const outcome = outcomes.find(({ state }) => state === 'stopped') ?? outcomes.at(-1)!;
  return { view: { ...first, resource }, outcome: { ...outcome, resource } };
}

function pauses(name: string): FettleError {
  return new FettleError(
    'options-invalid',
    `repeat runs every trial to its end, but '${name}' pauses and resumes trials.`,
    {
      remedy: 'Repeat a searcher that runs trials to their end, such as random, grid, sobol or bayes.',
    },
  );
}
