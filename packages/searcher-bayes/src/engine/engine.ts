import { optimistic } from '../acquisition/exploration.ts';
import type { Observation } from '../data/observation.ts';
import { trainingSet } from '../data/training-set.ts';
import { pointKey } from '../encoding/space-layout.ts';
import { createLinearAlgebra } from '../linear-algebra/create-linear-algebra.ts';
import type { LinearAlgebra } from '../linear-algebra/types.ts';
import { joined } from '../search/refine-continuous.ts';
import { type Effort, effortOf } from './effort.ts';
import { FitSchedule, type PlannedFit } from './fit-schedule.ts';
import { extended, fitModels, type FittedModels, type StartingPoint, startingPoint } from './fitted-models.ts';
import { beliefsAt, propose } from './propose.ts';
import type { Answer, EngineSetup, Question, Summary, Told } from './protocol.ts';
import { slicesThrough } from './slices.ts';

/** The first number of observations of which a model is made. */
const FIRST_FIT = 2;
/** Shares of the latency budget: for fitting and for searching. The rest is for conditioning, messages and slower machines. */
const FITTING = 0.2;
const SEARCHING = 0.25;
/** The most points at which an acquisition function is evaluated, and the least. */
const MOST_EVALUATIONS = 2000;
const LEAST_EVALUATIONS = 60;

/** A fit on its way. */
interface Fitting {
  readonly plan: PlannedFit;
  readonly steps: Generator<number, FittedModels>;
  /** Work that was done for it, in milliseconds on a machine of ordinary speed. */
  readonly done: number;
}

/**
 * Everything that is costly: fits models and searches acquisition functions. It knows no clock and no thread, and what it
 * answers depends on what it was told and asked only; what it works on in advance is memory of what it would compute anyway.
 */
export class Engine {
  readonly #setup: EngineSetup;
  readonly #algebra: LinearAlgebra;
  readonly #effort: Effort;
  readonly #schedule: FitSchedule;
  /** Models that are fitted: of the objective, of each constraint, of the cost. */
  readonly #models: number;
  readonly #points = new Map<number, Float64Array>();
  readonly #taken = new Set<string>();
  readonly #observations: Observation[] = [];
  /** Levels at which each trial was observed. */
  readonly #levels = new Map<number, Set<number>>();
  /** The latest fits by count, two at most: the one in use and the one that follows it. */
  readonly #fits = new Map<number, FittedModels>();
  readonly #anchors = new Map<number, StartingPoint>();
  #fitting: Fitting | undefined;
  /** The optimistic bounds of pending trials, by the fit in use. */
  #bounds: { readonly fittedAt: number; readonly byTrial: Map<number, number> } = { fittedAt: 0, byTrial: new Map() };
  /** The fit in use, conditioned on what was observed since. */
  #current: { readonly upTo: number; readonly models: FittedModels } | undefined;

  constructor(setup: EngineSetup, algebra: LinearAlgebra = createLinearAlgebra()) {
    this.#setup = setup;
    this.#algebra = algebra;
    this.#effort = effortOf(setup.layout.order.length);
    this.#models = 1 + setup.limits.length + Number(setup.cost);
    this.#schedule = new FitSchedule(
      FIRST_FIT,
      (count) => this.#models * this.#effort.likelihood(Math.min(count, this.#effort.mostObservations)),
      setup.latencyBudget * FITTING,
    );
  }

  tell(all: readonly Told[]): void {
    for (const told of all) {
      if (told.kind === 'started') {
        this.#points.set(told.trial, told.point);
        if (!this.#setup.repeats) this.#taken.add(pointKey(told.point));
        continue;
      }
      const { trial, level, value, extras } = told;
      this.#observations.push({ trial, point: this.#points.get(trial)!, level, value, extras });
      const levels = this.#levels.get(trial);
      if (levels === undefined) this.#levels.set(trial, new Set([level]));
      else levels.add(level);
    }
  }

  /** Does a part of the work that suggestions to come will need. @returns whether there is more of it */
  work(): boolean {
    const next = [this.#schedule.used(this.#observations.length), this.#schedule.begun(this.#observations.length)].find(
      (plan) => plan !== undefined && !this.#fits.has(plan.count),
    );
    if (next !== undefined) this.#step(next);
    return next !== undefined;
  }

  /** @returns undefined while there are too few observations for a model */
  ask({ active, seed }: Question): Answer | undefined {
    const models = this.#conditioned();
    if (models === undefined) return undefined;
    // The next fit keeps its pace, so that its work is spread evenly however quickly questions follow each other.
    const begun = this.#schedule.begun(this.#observations.length)!;
    this.#advance(begun, (this.#observations.length - begun.count + 1) / (begun.due - begun.count + 1));
    const unknown = active.filter((trial) => this.#levels.get(trial)?.has(models.level) !== true);
    const pending = this.#foremost(models, unknown).map((trial) => this.#points.get(trial)!);
    return propose(this.#setup, {
      models,
      pending,
      parallel: unknown.length,
      taken: this.#taken,
      seed,
      evaluations: this.#evaluations(models.observations.length, pending.length),
    });
  }

  describe(): Summary | undefined {
    const models = this.#conditioned();
    if (models === undefined) return undefined;
    const { layout } = this.#setup;
    return {
      observations: models.observations.length,
      lengthScales: models.objective.hyperparameters.lengthScales,
      slices: slicesThrough(layout, models.objective, models.observations, beliefsAt),
    };
  }

  /** The models that a suggestion uses now. */
  #conditioned(): FittedModels | undefined {
    const plan = this.#schedule.used(this.#observations.length);
    if (plan === undefined) return undefined;
    this.#advance(plan, 1);
    const fit = this.#fits.get(plan.count)!;
    const known = this.#current?.models.fittedAt === plan.count ? this.#current : { upTo: plan.count, models: fit };
    const models = extended(known.models, this.#observations.slice(known.upTo));
    this.#current = { upTo: this.#observations.length, models };
    return models;
  }

  /** Sees to it that a fit has come so far; at a progress of 1, to its end. */
  #advance(plan: PlannedFit, progress: number): void {
    while (!this.#fits.has(plan.count)) {
      const done = this.#fitting?.plan.count === plan.count ? this.#fitting.done : 0;
      if (progress < 1 && done >= progress * plan.work) return;
      this.#step(plan);
    }
  }

  /** One step of a fit. */
  #step(plan: PlannedFit): void {
    const begun = this.#fitting?.plan.count === plan.count ? this.#fitting : undefined;
    const fitting = begun ?? { plan, steps: this.#fit(plan), done: 0 };
    // A fit that throws is not gone on with.
    this.#fitting = undefined;
    const step = fitting.steps.next();
    if (step.done === true) this.#keep(plan, step.value);
    else this.#fitting = { ...fitting, done: fitting.done + this.#effort.likelihood(step.value) };
  }

  *#fit({ count, isAnchor, anchor }: Omit<PlannedFit, 'due' | 'work'>): Generator<number, FittedModels> {
    const start = isAnchor || anchor === undefined ? undefined : yield* this.#anchor(anchor);
    const enough = this.#setup.layout.order.length + 2;
    const set = trainingSet(
      this.#observations.slice(0, count),
      enough,
      this.#effort.mostObservations,
      this.#setup.rungs,
    );
    return yield* fitModels(this.#algebra, this.#setup, count, set, start);
  }

  /** An anchor's hyperparameters; after a restart it is fitted again. */
  *#anchor(count: number): Generator<number, StartingPoint> {
    const known = this.#anchors.get(count);
    if (known !== undefined) return known;
    const models = yield* this.#fit({ count, isAnchor: true, anchor: undefined });
    const start = startingPoint(models);
    this.#anchors.set(count, start);
    return start;
  }

  #keep({ count, isAnchor }: PlannedFit, models: FittedModels): void {
    if (isAnchor) this.#anchors.set(count, startingPoint(models));
    this.#fits.set(count, models);
    const used = this.#schedule.used(this.#observations.length)!;
    for (const earlier of this.#fits.keys()) if (earlier < used.count) this.#fits.delete(earlier);
  }

  /** Of many pending trials those that matter: where the model, as it was fitted, may expect most. */
  #foremost(models: FittedModels, pending: readonly number[]): readonly number[] {
    const { mostPending } = this.#setup;
    if (pending.length <= mostPending) return pending;
    if (this.#bounds.fittedAt !== models.fittedAt) this.#bounds = { fittedAt: models.fittedAt, byTrial: new Map() };
    const { byTrial } = this.#bounds;
    const fresh = pending.filter((trial) => !byTrial.has(trial));
    const { mean, variance } = this.#fits
      .get(models.fittedAt)!
      .objective.predict(joined(fresh.map((trial) => this.#points.get(trial)!)));
    for (const [index, trial] of fresh.entries()) byTrial.set(trial, optimistic(mean[index]!, variance[index]!));
    return pending.toSorted((a, b) => byTrial.get(a)! - byTrial.get(b)! || a - b).slice(0, mostPending);
  }

  /** Points at which an acquisition function may be evaluated. */
  #evaluations(observations: number, pending: number): number {
    const { fantasies, mostPending, latencyBudget } = this.#setup;
    const one =
      this.#effort.prediction(observations + pending) + this.#effort.fantasies(pending, fantasies.length / mostPending);
    const affordable = (latencyBudget * SEARCHING) / one;
    return Math.round(Math.min(MOST_EVALUATIONS, Math.max(LEAST_EVALUATIONS, affordable)));
  }
}
