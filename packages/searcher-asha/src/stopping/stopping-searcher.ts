import {
  type ConfigurationSampler,
  type Decision,
  isPromise,
  type MaybePromise,
  type ObservedReport,
  type Offer,
  type Sample,
  type Searcher,
  type SearcherDescription,
  type Suggestion,
  type TrialId,
  type TrialOutcome,
  type TrialView,
} from '@fettle/core';
import type { StoppingRule } from './stopping-rule.ts';

const GO_ON: Decision = { kind: 'continue' };

/** A curve that still grows. */
interface Growing {
  readonly levels: number[];
  readonly values: number[];
  best: number;
  /** The decision to stop the trial. The engine goes by the last answer, so it stays the same until that is done. */
  stop?: Decision;
}

/** Runs every trial to its own end, unless a rule gives it up. */
export class StoppingSearcher implements Searcher {
  readonly #sampler: ConfigurationSampler;
  readonly #rule: StoppingRule;
  readonly #counts: 'reported' | 'best';
  readonly #curves = new Map<TrialId, Growing>();
  #completed = 0;
  #stopped = 0;

  /** @param counts what stands in a curve at each report: the value `reported`, or the `best` so far */
  constructor(sampler: ConfigurationSampler, rule: StoppingRule, counts: 'reported' | 'best' = 'reported') {
    this.#sampler = sampler;
    this.#rule = rule;
    this.#counts = counts;
  }

  ask(offer: Offer): MaybePromise<Suggestion> {
    const sample = this.#sampler.sample(offer);
    return isPromise(sample) ? sample.then(suggestionOf) : suggestionOf(sample);
  }

  started(trial: TrialView): void {
    this.#curves.set(trial.id, { levels: [], values: [], best: Number.POSITIVE_INFINITY });
    this.#sampler.started?.(trial);
  }

  report(trial: TrialView, report: ObservedReport): Decision {
    this.#sampler.reported?.(trial, report);
    const curve = this.#curves.get(trial.id);
    if (curve === undefined) return GO_ON;
    if (curve.stop !== undefined) return curve.stop;
    curve.best = Math.min(curve.best, report.value);
    curve.levels.push(report.resource);
    curve.values.push(this.#counts === 'best' ? curve.best : report.value);
    const reason = this.#rule.judge(curve);
    if (reason === undefined) return GO_ON;
    curve.stop = { kind: 'stop', reason };
    return curve.stop;
  }

  ended(trial: TrialView, outcome: TrialOutcome): void {
    const curve = this.#curves.get(trial.id);
    this.#curves.delete(trial.id);
    if (curve !== undefined && outcome.state === 'completed') {
      this.#rule.completed(curve);
      this.#completed += 1;
    } else if (outcome.state === 'stopped') this.#stopped += 1;
    this.#sampler.ended?.(trial, outcome);
  }

  async describe(): Promise<SearcherDescription> {
    const inner = await this.#sampler.describe?.();
    const own = `${this.#stopped} trials were stopped, judged by ${this.#completed} that completed`;
    return { model: inner?.model, notes: [own, ...(inner?.notes ?? [])] };
  }

  close(): MaybePromise<void> {
    return this.#sampler.close?.();
  }
}

function suggestionOf(sample: Sample): Suggestion {
  if (sample.kind === 'exhausted') return sample;
  const { configuration, reason, details } = sample;
  return { kind: 'start', configuration, reason, details };
}
