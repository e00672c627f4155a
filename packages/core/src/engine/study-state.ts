import type { StudyEvent, StudyEvents } from '../domain/event.ts';
import { normalizedValue, type Objective } from '../domain/objective.ts';
import type { StudyDefinition, StudySettings } from '../domain/study-spec.ts';
import { isTerminal, TRANSITIONS, type TrialId, type TrialState } from '../domain/trial.ts';
import { bug } from '../errors.ts';
import type { TrialView } from '../ports/searcher.ts';
import type { StudySummary } from '../ports/trial-store.ts';
import type { HeldCheckpoint } from './checkpoint-policy.ts';
import { Incumbent } from './incumbent.ts';
import { newLiveTrial, type LiveTrial } from './live-trial.ts';
import type { Totals } from './stop-rules.ts';

/** Totals that read the state where it lies: budgets are judged at every turn. */
class TotalsAt implements Totals {
  readonly #state: StudyState;
  readonly wallClock: number;

  constructor(state: StudyState, wallClock: number) {
    this.#state = state;
    this.wallClock = wallClock;
  }

  get trials(): number {
    return this.#state.trials;
  }

  get resource(): number {
    return this.#state.resource;
  }

  get failures(): number {
    return this.#state.failures;
  }

  get bestReported(): number {
    return this.#state.bestReported;
  }

  endedSinceImprovement(minDelta: number): number {
    return this.#state.incumbent.endedSinceImprovement(minDelta);
  }
}

/**
 * What a study is at one moment: nothing but the fold of its events. The engine applies each event as it makes it, recovery
 * applies the same events read from the journal, so both arrive at the same state by the same code.
 *
 * Trials that are over are dropped from memory once they are stored; what remains of them are counts and values.
 */
export class StudyState {
  #definition: StudyDefinition | undefined;
  #settings: StudySettings | undefined;
  /** Number of the last event. */
  seq = 0;
  sessions = 0;
  status: StudySummary['status'] = 'open';
  closedBecause: string | undefined;
  /** Trials created so far: also the number of the last one. */
  trials: TrialId = 0;
  /** Configurations of the study's own list that were started. */
  firsts = 0;
  reports = 0;
  resource = 0;
  wallClock = 0;
  failures = 0;
  bestReported = Number.POSITIVE_INFINITY;
  createdAt = 0;
  updatedAt = 0;
  readonly counts: { [state in TrialState]: number } = {
    queued: 0,
    running: 0,
    paused: 0,
    completed: 0,
    stopped: 0,
    failed: 0,
  };
  /** Trials that are not over. */
  readonly live = new Map<TrialId, LiveTrial>();
  /** Queued trials in the order in which they want to run. */
  readonly queue = new Set<LiveTrial>();
  /** What searchers see of queued and running trials. */
  readonly active = new Map<TrialId, TrialView>();
  /** What searchers see of paused trials. */
  readonly paused = new Map<TrialId, TrialView>();
  /** Trials that are over and whose checkpoints have not been deleted. */
  readonly checkpoints = new Map<TrialId, HeldCheckpoint & { readonly resource: number }>();
  readonly incumbent = new Incumbent();
  /** Time of the session's last event: its end, should it be cut off. */
  #lastAt: number | undefined;

  /** The study's definition; there is one from the first event on. */
  get definition(): StudyDefinition {
    return this.#definition ?? bug('a study was used before its first event');
  }

  get settings(): StudySettings {
    return this.#settings ?? bug('a study was used before it was opened');
  }

  get objective(): Objective {
    return this.definition.objective;
  }

  /** Whether there is a study at all. */
  get exists(): boolean {
    return this.#definition !== undefined;
  }

  /** What budgets are measured against, at this time. */
  totals(now: number): Totals {
    return new TotalsAt(this, this.wallClock + (this.#lastAt === undefined ? 0 : Math.max(0, now - this.#lastAt)));
  }

  /** The live trial with this number. It is a bug to ask for one that is over. */
  trial(id: TrialId): LiveTrial {
    return this.live.get(id) ?? bug(`trial ${id} is not live`);
  }

  /** Resource that a trial's checkpoint stands for, as far as its reports tell; 0 if there is none. */
  checkpointResource(id: TrialId): number {
    return this.live.get(id)?.view.resource ?? this.checkpoints.get(id)?.resource ?? 0;
  }

  /** Trials whose checkpoint is still needed by those that were forked from them and have not reported. */
  forkSources(): Set<TrialId> {
    const sources = new Set<TrialId>();
    for (const { reports, view } of this.live.values()) {
      if (reports === 0 && view.forkedFrom !== undefined) sources.add(view.forkedFrom);
    }
    return sources;
  }

  /**
   * Applies one event.
   * @returns the trial it changed, if it changed one
   */
  apply(event: StudyEvent): LiveTrial | undefined {
    if (event.seq !== this.seq + 1) bug(`event ${event.seq} follows event ${this.seq}`);
    this.seq = event.seq;
    this.updatedAt = event.at;
    // The time between two sessions, from the last event of one to the opening of the next, is nobody's.
    if (event.type === 'study:opened') this.#lastAt = event.at;
    else if (this.#lastAt !== undefined) {
      this.wallClock += Math.max(0, event.at - this.#lastAt);
      this.#lastAt = event.at;
    }
    switch (event.type) {
      case 'study:created':
        this.#definition = event.body.definition;
        this.createdAt = event.at;
        return undefined;
      case 'study:opened':
        this.#settings = event.body.settings;
        this.sessions = event.body.session;
        this.status = 'open';
        this.closedBecause = undefined;
        return undefined;
      case 'study:closed':
        this.status = event.body.status;
        this.closedBecause = event.body.reason;
        this.#lastAt = undefined;
        return undefined;
      case 'trial:created':
        return this.#create(event.body, event.at);
      case 'trial:resumed': {
        const trial = this.trial(event.body.trial);
        trial.view.until = event.body.until;
        trial.reason = event.body.reason;
        trial.decision = undefined;
        trial.notBefore = 0;
        this.#move(trial, 'queued');
        return trial;
      }
      case 'attempt:launching': {
        const trial = this.trial(event.body.trial);
        trial.attempts = event.body.attempt;
        trial.attempt = {
          number: event.body.attempt,
          resumeFrom: event.body.resumeFrom,
          deadline: event.body.deadline,
          since: event.at,
          started: false,
          handle: undefined,
          stopping: undefined,
          positions: new Map(),
          resource: event.body.resumeFrom,
        };
        trial.startedAt ??= event.at;
        this.#move(trial, 'running');
        return trial;
      }
      case 'attempt:started': {
        const trial = this.trial(event.body.trial);
        if (trial.attempt !== undefined) {
          trial.attempt.started = true;
          trial.attempt.handle = event.body.handle;
        }
        return undefined;
      }
      case 'attempt:unreachable':
        return undefined;
      case 'attempt:stopping': {
        const trial = this.trial(event.body.trial);
        if (trial.attempt !== undefined) {
          trial.attempt.stopping = { cause: event.body.cause, reason: event.body.reason };
        }
        return undefined;
      }
      case 'trial:reported':
        return this.#report(event.body);
      case 'attempt:ended': {
        const trial = this.trial(event.body.trial);
        trial.runtime += event.body.runtime;
        return trial;
      }
      case 'trial:requeued': {
        const trial = this.trial(event.body.trial);
        const { retry } = event.body;
        if (retry !== undefined) trial.retries.set(retry, (trial.retries.get(retry) ?? 0) + 1);
        trial.notBefore = event.body.notBefore ?? 0;
        trial.attempt = undefined;
        this.#move(trial, 'queued');
        this.incumbent.left(event.body.trial, 'queued', trial.normalized, trial.view.resource);
        return trial;
      }
      case 'trial:paused':
        return this.#leave(event.body.trial, 'paused', event.at, event.body.reason);
      case 'trial:completed':
        return this.#leave(event.body.trial, 'completed', event.at);
      case 'trial:stopped':
        return this.#leave(event.body.trial, 'stopped', event.at, event.body.reason);
      case 'trial:failed': {
        const trial = this.trial(event.body.trial);
        trial.failure = event.body.failure;
        this.failures += 1;
        return this.#leave(event.body.trial, 'failed', event.at, event.body.message);
      }
      case 'checkpoints:deleted':
        for (const trial of event.body.trials) this.checkpoints.delete(trial);
        return undefined;
      default:
        return bug(`an event of an unknown type: ${JSON.stringify(event satisfies never)}`);
    }
  }

  /** Forgets trials that are over; called once they are stored. */
  forget(trial: LiveTrial): void {
    if (isTerminal(trial.state)) this.live.delete(trial.view.id);
  }

  /** The study as it is stored beside its trials. */
  summary(): StudySummary {
    return {
      definition: this.definition,
      status: this.status,
      reason: this.closedBecause,
      sessions: this.sessions,
      counts: { ...this.counts },
      best: this.incumbent.best,
      reports: this.reports,
      resource: this.resource,
      wallClock: this.wallClock,
      createdAt: this.createdAt,
      updatedAt: this.updatedAt,
    };
  }

  #create(body: StudyEvents['trial:created'], at: number): LiveTrial {
    if (body.trial !== this.trials + 1) bug(`trial ${body.trial} follows trial ${this.trials}`);
    const { trial: id, configuration, origin, until, forkedFrom, repeatOf, resource = 0 } = body;
    const trial = newLiveTrial({ id, configuration, origin, until, forkedFrom, repeatOf, resource }, body.reason, at);
    this.trials = id;
    if (origin === 'first') this.firsts += 1;
    if (repeatOf !== undefined) this.incumbent.group(repeatOf, id);
    this.live.set(id, trial);
    this.counts.queued += 1;
    this.queue.add(trial);
    this.active.set(id, trial.view);
    return trial;
  }

  #report(body: StudyEvents['trial:reported']): LiveTrial {
    const trial = this.trial(body.trial);
    const { objective } = this;
    const normalized = normalizedValue(objective, body.metrics);
    this.reports += 1;
    this.resource += body.resource - trial.view.resource;
    if (normalized < this.bestReported) this.bestReported = normalized;
    trial.reports += 1;
    trial.view.resource = body.resource;
    trial.view.value = normalized;
    trial.metrics = body.metrics;
    if (objective.value !== 'best' || trial.reports === 1 || normalized < trial.normalized) {
      trial.value = body.metrics[objective.metric];
      trial.normalized = normalized;
    }
    // A program that reports beyond the level at which it was to pause or to stop is asked about again: that takes nothing back.
    if (body.decision.kind !== 'continue') trial.decision = body.decision;
    if (trial.attempt !== undefined) {
      trial.attempt.resource = body.resource;
      if (body.position !== undefined) trial.attempt.positions.set(body.position.source, body.position);
    }
    return trial;
  }

  #leave(id: TrialId, state: Exclude<TrialState, 'queued' | 'running'>, at: number, message?: string): LiveTrial {
    const trial = this.trial(id);
    trial.attempt = undefined;
    trial.message = message;
    if (state !== 'paused') {
      trial.endedAt = at;
      this.checkpoints.set(id, { trial: id, state, value: trial.normalized, resource: trial.view.resource });
    }
    if (trial.state === 'paused') this.incumbent.released();
    else this.incumbent.left(id, state, trial.normalized, trial.view.resource);
    this.#move(trial, state);
    return trial;
  }

  #move(trial: LiveTrial, to: TrialState): void {
    const from = trial.state;
    if (!TRANSITIONS[from].includes(to)) bug(`trial ${trial.view.id} cannot go from ${from} to ${to}`);
    const { id } = trial.view;
    this.counts[from] -= 1;
    this.counts[to] += 1;
    trial.state = to;
    if (to === 'queued') this.queue.add(trial);
    else this.queue.delete(trial);
    if (to === 'queued' || to === 'running') this.active.set(id, trial.view);
    else this.active.delete(id);
    if (to === 'paused') this.paused.set(id, trial.view);
    else this.paused.delete(id);
  }
}
