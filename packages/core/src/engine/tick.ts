import type { Decision } from '../domain/decision.ts';
import type { StopCause, StudyEvent, StudyEvents, StudyEventType } from '../domain/event.ts';
import type { AttemptEnd, FailureClass } from '../domain/failure.ts';
import { isPromise, type MaybePromise } from '../domain/json.ts';
import { normalizedValue } from '../domain/objective.ts';
import type { ObservedReport } from '../domain/report.ts';
import type { SearchSpace } from '../domain/search-space.ts';
import type { DuplicatePolicy } from '../domain/study-spec.ts';
import { attemptId, parseAttemptId } from '../domain/trial.ts';
import { FettleError } from '../errors.ts';
import type { LaunchRequest } from '../ports/backend.ts';
import type { Logger } from '../ports/logger.ts';
import type { TrialOutcome } from '../ports/searcher.ts';
import type { Action } from './action.ts';
import { deletableCheckpoints } from './checkpoint-policy.ts';
import { DuplicateFilter } from './duplicate-filter.ts';
import type { Input } from './input.ts';
import { judgeEnd } from './judge-end.ts';
import { liveAttemptId, type LiveTrial } from './live-trial.ts';
import { makeOffer } from './offer.ts';
import { programSeed } from './random-streams.ts';
import { judgeRetry } from './retry.ts';
import type { SearcherGuard } from './searcher-guard.ts';
import { judgeBudget, type Verdict } from './stop-rules.ts';
import type { StudyState } from './study-state.ts';

/** A session whose first so many trials all fail is not worth going on with: something is wrong with the program. */
const HOPELESS = 10;

/** Why there is nothing left to do. */
export interface Finish {
  readonly status: 'finished' | 'interrupted';
  readonly reason: string;
}

/**
 * The engine's heart: inputs in, events and actions out. It reads no clock, touches no file and starts no process; with the
 * same state, the same searcher and the same inputs at the same times it does the same, so it can be simulated, replayed
 * and killed between any two steps.
 *
 * Events are applied to the state as they are made; whoever drives the tick commits them before it acts.
 */
export class Tick {
  readonly #state: StudyState;
  readonly #searcher: SearcherGuard;
  readonly #duplicates: DuplicateFilter;
  readonly #logger: Logger;
  #events: StudyEvent[] = [];
  #actions: Action[] = [];
  #touched = new Set<LiveTrial>();
  #now = 0;
  /** Attempts that hold a place now. */
  #occupied = 0;
  #capacity = 0;
  /** Set when a person wants the session to end. */
  #interrupted: { readonly reason: string; readonly kill: boolean } | undefined;
  #exhausted: string | undefined;
  /** The searcher said wait, and nothing has happened since that could change its mind. */
  #waiting: string | undefined;
  #finish: Finish | undefined;
  /** Trials of this session that failed, as long as none has come to anything. */
  #failedFirst: number | undefined = 0;
  #lastFailure = '';

  constructor(
    state: StudyState,
    searcher: SearcherGuard,
    space: SearchSpace,
    duplicates: DuplicatePolicy,
    logger: Logger,
  ) {
    this.#state = state;
    this.#searcher = searcher;
    this.#duplicates = new DuplicateFilter(space, duplicates);
    this.#logger = logger;
  }

  /** Set once nothing is left to do. */
  get finish(): Finish | undefined {
    return this.#finish;
  }

  /** Why the searcher lets a place stay free, if it does. */
  get waiting(): string | undefined {
    return this.#waiting;
  }

  /** How many events are waiting to be committed. */
  get pending(): number {
    return this.#events.length;
  }

  /** Takes the events made since the last call and the trials they changed; to be committed now. */
  takeCommit(): { readonly events: StudyEvent[]; readonly trials: ReadonlySet<LiveTrial> } {
    const commit = { events: this.#events, trials: this.#touched };
    this.#events = [];
    this.#touched = new Set();
    return commit;
  }

  /** Takes the actions asked for since the last call; to be done once the events before them are committed. */
  takeActions(): Action[] {
    const actions = this.#actions;
    this.#actions = [];
    return actions;
  }

  /** Makes an event and applies it. */
  emit<T extends StudyEventType>(type: T, body: StudyEvents[T], at: number): void {
    const event = { seq: this.#state.seq + 1, at, type, body } as StudyEvent;
    const trial = this.#state.apply(event);
    if (trial !== undefined) this.#touched.add(trial);
    this.#events.push(event);
  }

  /** Tells the duplicate filter of a trial of the past; used by recovery. */
  remember(trial: LiveTrial): void {
    this.#duplicates.remember(trial.view.configuration);
  }

  /** Says that an attempt of an earlier session holds a place; used by recovery. */
  occupy(): void {
    this.#occupied += 1;
  }

  /** The order to launch (or find again) the attempt that a trial has under way. */
  request(trial: LiveTrial): LaunchRequest {
    const { view, attempt } = trial;
    return {
      attempt: attemptId(view.id, trial.attempts),
      trial: view.id,
      configuration: view.configuration,
      until: view.until,
      resumeFrom: attempt?.resumeFrom ?? 0,
      forkFrom: trial.attempts === 1 ? view.forkedFrom : undefined,
      seed: programSeed(this.#state.definition.seed, view.id),
      deadline: attempt?.deadline,
    };
  }

  /** Handles one input. A promise is returned only when the searcher answers with one. */
  handle(input: Input, now: number): MaybePromise<void> {
    this.#now = now;
    switch (input.kind) {
      case 'wake':
        return undefined;
      case 'checkpoints-deleted':
        this.emit('checkpoints:deleted', { trials: input.trials }, now);
        return undefined;
      case 'interrupt':
        this.#interrupted = { reason: input.reason, kill: input.kill };
        if (input.kill) this.#stopAll('interrupt', input.reason, 'kill');
        return undefined;
      default:
        break;
    }
    const trial = this.#state.live.get(parseAttemptId(input.attempt).trial);
    if (trial === undefined || trial.state !== 'running' || liveAttemptId(trial) !== input.attempt) {
      this.#logger.debug(`Attempt ${input.attempt} is over; its '${input.kind}' came late and is ignored.`);
      return undefined;
    }
    switch (input.kind) {
      case 'reported':
        return this.#reported(trial, input);
      case 'launched':
        this.emit('attempt:started', { trial: trial.view.id, attempt: trial.attempts, handle: input.handle }, now);
        return undefined;
      case 'unreachable': {
        const { message } = input;
        this.emit('attempt:unreachable', { trial: trial.view.id, attempt: trial.attempts, message }, now);
        return undefined;
      }
      case 'deadline': {
        const limit = (this.#state.settings.timeLimit ?? 0) / 1000;
        this.#stop(trial, 'timeout', `it ran longer than the time limit of ${limit} s`, 'terminate');
        return undefined;
      }
      case 'overdue': {
        const { decision } = trial;
        if (decision !== undefined) this.#stop(trial, decision.kind, decision.reason, this.#gently());
        return undefined;
      }
      case 'ended':
        this.#ended(trial, input.end);
        return undefined;
    }
  }

  /**
   * Fills free places: queued trials first, then what the searcher wants. Afterwards says whether anything is left to do.
   * @param capacity attempts that can run at the same time
   */
  schedule(now: number, capacity: number): MaybePromise<void> {
    this.#now = now;
    if (capacity !== this.#capacity) this.#waiting = undefined;
    this.#capacity = capacity;
    const verdict = this.#verdict();
    if (verdict.kind === 'halt') {
      this.#stopAll('interrupt', verdict.reason, this.#gently());
      this.#finishIfIdle(verdict);
      return undefined;
    }
    this.#launchQueued();
    const filled = this.#fill();
    if (isPromise(filled)) return filled.then(() => this.#finishIfIdle(this.#verdict()));
    this.#finishIfIdle(this.#verdict());
    return undefined;
  }

  #verdict(): Verdict {
    if (this.#interrupted !== undefined) return { kind: 'halt', reason: this.#interrupted.reason };
    const state = this.#state;
    if (this.#failedFirst !== undefined && this.#failedFirst >= HOPELESS) {
      return {
        kind: 'halt',
        reason: `the first ${HOPELESS} trials of this session all failed; the last: ${this.#lastFailure}`,
      };
    }
    const { goal } = state.objective;
    return judgeBudget(state.settings.budget, state.totals(this.#now), (target) =>
      goal === 'maximize' ? -target : target,
    );
  }

  /** The study as it stands. */
  get state(): StudyState {
    return this.#state;
  }

  #launchQueued(): void {
    for (const trial of this.#state.queue) {
      if (this.#occupied >= this.#capacity) return;
      if (trial.notBefore <= this.#now) this.#launch(trial);
    }
  }

  #launch(trial: LiveTrial): void {
    const { timeLimit } = this.#state.settings;
    const { resumable } = this.#state.definition;
    const { id: trialId } = trial.view;
    const attempt = trial.attempts + 1;
    const resumeFrom = resumable ? trial.view.resource : 0;
    const deadline = timeLimit === undefined ? undefined : this.#now + timeLimit;
    this.emit('attempt:launching', { trial: trialId, attempt, resumeFrom, deadline }, this.#now);
    this.#occupied += 1;
    this.#actions.push({ kind: 'launch', request: this.request(trial) });
  }

  /** Asks the searcher until every place is taken or it has nothing for them. */
  #fill(): MaybePromise<void> {
    while (this.#occupied < this.#capacity && this.#exhausted === undefined && this.#waiting === undefined) {
      // Anew for each place: the trial before may have been the last of the budget.
      const step = this.#askOnce(this.#verdict(), 0);
      if (isPromise(step)) return step.then(() => this.#fill());
    }
    return undefined;
  }

  /** One question to the searcher; asked again when the answer is a duplicate. */
  #askOnce(verdict: Verdict, draw: number): MaybePromise<void> {
    if (verdict.kind === 'drain' && this.#state.paused.size === 0) {
      // Only a paused trial could go on under this budget: spare the searcher a question that may cost it much.
      this.#waiting = verdict.reason;
      return undefined;
    }
    const offer = makeOffer(this.#state, draw);
    const answer = this.#searcher.ask(offer);
    if (isPromise(answer)) return answer.then((suggestion) => this.#accept(suggestion, verdict, draw));
    return this.#accept(answer, verdict, draw);
  }

  #accept(suggestion: Awaited<ReturnType<SearcherGuard['ask']>>, verdict: Verdict, draw: number): MaybePromise<void> {
    const now = this.#now;
    switch (suggestion.kind) {
      case 'exhausted':
        this.#exhausted = suggestion.reason;
        return undefined;
      case 'wait':
        this.#waiting = suggestion.reason;
        return undefined;
      case 'resume': {
        const { trial: id, until, reason } = suggestion;
        this.emit('trial:resumed', { trial: id, until, reason }, now);
        const trial = this.#state.trial(id);
        this.#searcher.resumed(trial.view);
        this.#launch(trial);
        return undefined;
      }
      case 'start':
      case 'fork':
        break;
    }
    if (verdict.kind === 'drain') {
      // No new trial fits the budget; paused ones may still be resumed once something has been reported.
      this.#waiting = verdict.reason;
      return undefined;
    }
    const { definition, firsts } = this.#state;
    const first = definition.first[firsts];
    const given = first !== undefined && suggestion.kind === 'start' && suggestion.repeatOf === undefined;
    const configuration = given ? first : suggestion.configuration;
    const repeatOf = suggestion.kind === 'start' && !given ? suggestion.repeatOf : undefined;
    if (!given && repeatOf === undefined && suggestion.kind === 'start') {
      const duplicate = this.#duplicates.judge(configuration, draw);
      if (duplicate === 'redraw') return this.#askOnce(verdict, draw + 1);
      if (duplicate === 'used-up') {
        this.#exhausted = 'every configuration of the search space has been tried';
        return undefined;
      }
    }
    const id = this.#state.trials + 1;
    this.emit(
      'trial:created',
      {
        trial: id,
        configuration,
        origin: given ? 'first' : 'searcher',
        until: suggestion.until,
        forkedFrom: suggestion.kind === 'fork' ? suggestion.from : undefined,
        repeatOf,
        draw,
        reason: given ? 'one of the configurations to try first' : suggestion.reason,
      },
      now,
    );
    const trial = this.#state.trial(id);
    this.remember(trial);
    this.#searcher.started(trial.view);
    this.#launch(trial);
    return undefined;
  }

  #reported(trial: LiveTrial, input: Extract<Input, { kind: 'reported' }>): MaybePromise<void> {
    const { objective } = this.#state;
    const { metrics, attempt } = input;
    const counted = input.resource === undefined ? undefined : input.resource + (objective.resourceFrom === 0 ? 1 : 0);
    const resource = counted ?? (trial.attempt?.resource ?? 0) + 1;
    if (metrics[objective.metric] === undefined) {
      this.#logger.warn(`Attempt ${attempt} reported without '${objective.metric}'; the report is ignored.`);
      return undefined;
    }
    if (!(Number.isFinite(resource) && resource > 0)) {
      const hint = resource === 0 ? ' If it counts from 0, say so with `resourceFrom: 0` in the objective.' : '';
      this.#logger.warn(
        `Attempt ${attempt} reported resource ${resource}, which is not a positive number; ignored.${hint}`,
      );
      return undefined;
    }
    if (resource <= trial.view.resource) {
      // A trial that began again from an older checkpoint says again what is known; the first value stays.
      if (trial.attempt !== undefined && input.resource === undefined) trial.attempt.resource = resource;
      return undefined;
    }
    const value = normalizedValue(objective, metrics);
    const observed: ObservedReport = { resource, metrics, value };
    const diverged = objective.nonFinite === 'fail' && !Number.isFinite(value);
    const answer = this.#searcher.report(trial.view, observed);
    if (isPromise(answer)) {
      return answer.then((decision) => this.#decided(trial, input, resource, decision, diverged));
    }
    this.#decided(trial, input, resource, answer, diverged);
    return undefined;
  }

  #decided(
    trial: LiveTrial,
    input: Extract<Input, { kind: 'reported' }>,
    resource: number,
    decision: Decision,
    diverged: boolean,
  ): void {
    this.#waiting = undefined;
    const { metrics, position } = input;
    const { id, until } = trial.view;
    this.emit(
      'trial:reported',
      { trial: id, attempt: trial.attempts, resource, metrics, position, decision },
      this.#now,
    );
    if (trial.attempt?.stopping !== undefined) return;
    if (diverged) {
      const { metric } = this.#state.objective;
      this.#stop(trial, 'non-finite', `${metric} was ${metrics[metric]} at resource ${resource}`, 'terminate');
    } else if (decision.kind !== 'continue') {
      // A program that has reached its target ends by itself, and may still be writing its checkpoint.
      if (until !== undefined && resource >= until) this.#actions.push({ kind: 'expect-end', attempt: input.attempt });
      else this.#stop(trial, decision.kind, decision.reason, decision.kind === 'pause' ? this.#gently() : 'terminate');
    }
  }

  #ended(trial: LiveTrial, end: AttemptEnd): void {
    const now = this.#now;
    const { id, resource } = trial.view;
    const runtime = Math.max(0, now - (trial.attempt?.since ?? now));
    const verdict = judgeEnd(trial, end);
    this.#waiting = undefined;
    this.#occupied -= 1;
    this.emit('attempt:ended', { trial: id, attempt: trial.attempts, end, runtime }, now);
    switch (verdict.kind) {
      case 'complete':
        this.emit('trial:completed', { trial: id }, now);
        this.#told(trial, { state: 'completed', value: trial.normalized, resource });
        return;
      case 'pause':
        this.emit('trial:paused', { trial: id, reason: verdict.reason }, now);
        this.#told(trial, { state: 'paused', resource });
        return;
      case 'stop':
        this.emit('trial:stopped', { trial: id, reason: verdict.reason }, now);
        this.#told(trial, { state: 'stopped', resource, reason: verdict.reason });
        return;
      case 'requeue':
        this.emit('trial:requeued', { trial: id, reason: verdict.reason }, now);
        return;
      case 'fail':
        this.#failed(trial, verdict.failure, verdict.message);
        return;
    }
  }

  #failed(trial: LiveTrial, failure: FailureClass, message: string): void {
    const now = this.#now;
    const { id, resource } = trial.view;
    const retry = judgeRetry(this.#state.settings.retry, failure, trial.retries.get(failure) ?? 0);
    if (retry.again) {
      const notBefore = failure === 'preempted' ? undefined : now + retry.wait;
      this.emit('trial:requeued', { trial: id, reason: message, retry: failure, notBefore }, now);
      if (notBefore !== undefined) this.#actions.push({ kind: 'wake', at: notBefore });
      return;
    }
    this.emit('trial:failed', { trial: id, failure, message }, now);
    this.#lastFailure = message;
    this.#told(trial, { state: 'failed', failure, resource, message });
  }

  #told(trial: LiveTrial, outcome: TrialOutcome): void {
    this.#searcher.ended(trial.view, outcome);
    if (outcome.state !== 'failed') this.#failedFirst = undefined;
    else if (this.#failedFirst !== undefined) this.#failedFirst += 1;
    if (outcome.state !== 'paused') this.#cleanCheckpoints();
  }

  #cleanCheckpoints(): void {
    const { checkpoints: policy } = this.#state.settings;
    if (policy === undefined) return;
    const { checkpoints, incumbent, queue } = this.#state;
    const held = new Map([...checkpoints].map((id) => [id, incumbent.valueOf(id)]));
    const sources = new Set(
      [...queue].flatMap(({ attempts, view }) => (attempts === 0 ? (view.forkedFrom ?? []) : [])),
    );
    const trials = deletableCheckpoints(held, policy.keepBest, sources);
    if (trials.length > 0) this.#actions.push({ kind: 'delete-checkpoints', trials });
  }

  #stop(trial: LiveTrial, cause: StopCause, reason: string, from: 'checkpoint' | 'terminate' | 'kill'): void {
    const again = trial.attempt?.stopping !== undefined;
    if (again && from !== 'kill') return;
    if (!again) {
      this.emit('attempt:stopping', { trial: trial.view.id, attempt: trial.attempts, cause, reason }, this.#now);
    }
    this.#actions.push({ kind: 'stop', attempt: liveAttemptId(trial), from });
  }

  /** A program that cannot resume has nothing to save: it is not asked to. */
  #gently(): 'checkpoint' | 'terminate' {
    return this.#state.definition.resumable ? 'checkpoint' : 'terminate';
  }

  #stopAll(cause: StopCause, reason: string, from: 'checkpoint' | 'terminate' | 'kill'): void {
    if (this.#occupied === 0) return;
    for (const trial of this.#state.live.values()) {
      if (trial.state === 'running') this.#stop(trial, cause, reason, from);
    }
  }

  #finishIfIdle(verdict: Verdict): void {
    if (this.#finish !== undefined || this.#occupied > 0) return;
    const { queue } = this.#state;
    if (verdict.kind === 'halt') {
      this.#finish = { status: this.#interrupted === undefined ? 'finished' : 'interrupted', reason: verdict.reason };
      return;
    }
    if (queue.size > 0 || this.#capacity === 0) return;
    if (this.#exhausted !== undefined) this.#finish = { status: 'finished', reason: this.#exhausted };
    else if (verdict.kind === 'drain') this.#finish = { status: 'finished', reason: verdict.reason };
    else if (this.#waiting !== undefined) {
      throw new FettleError(
        'plugin-misbehaved',
        `The searcher waits (${this.#waiting}), but nothing runs that it could wait for.`,
        { remedy: 'A searcher that has nothing more to suggest must answer `exhausted`.' },
      );
    }
  }
}
