import type { Decision } from '../domain/decision.ts';
import type { StopCause, StudyEvents } from '../domain/event.ts';
import type { AttemptEnd, FailureClass } from '../domain/failure.ts';
import { isPromise, type MaybePromise } from '../domain/json.ts';
import { normalizedValue } from '../domain/objective.ts';
import type { TrialId } from '../domain/trial.ts';
import type { ObservedReport } from '../domain/report.ts';
import type { Logger } from '../ports/logger.ts';
import type { TrialOutcome } from '../ports/searcher.ts';
import { deletableCheckpoints } from './checkpoint-policy.ts';
import type { Input } from './input.ts';
import { judgeEnd } from './judge-end.ts';
import { liveAttemptId, type LiveTrial } from './live-trial.ts';
import type { Outbox } from './outbox.ts';
import { judgeRetry } from './retry.ts';
import type { SearcherGuard } from './searcher-guard.ts';
import type { StudyState } from './study-state.ts';

/** What is said of one attempt. */
export type AttemptInput = Extract<Input, { readonly attempt: unknown }>;

/**
 * Handles what is said of running attempts: reports, ends, limits. Asks the searcher for its decisions and tells it what
 * became of trials.
 */
export class AttemptHandler {
  readonly #state: StudyState;
  readonly #searcher: SearcherGuard;
  readonly #outbox: Outbox;
  readonly #logger: Logger;
  #now = 0;
  #news = 0;
  /** Trials whose checkpoints this session has asked to delete; once is enough. */
  readonly #deleting = new Set<TrialId>();
  /** Whether there may be checkpoints to delete; a session before may have left some. */
  #mayClean = true;
  /** Attempts that hold a place now. */
  occupied = 0;
  /** Trials of this session that failed, as long as none has come to anything. */
  #failedFirst: number | undefined = 0;
  #lastFailure = '';

  constructor(state: StudyState, searcher: SearcherGuard, outbox: Outbox, logger: Logger) {
    this.#state = state;
    this.#searcher = searcher;
    this.#outbox = outbox;
    this.#logger = logger;
  }

  /** Grows with everything that could change a searcher's mind. */
  get news(): number {
    return this.#news;
  }

  /** How many trials of this session failed before any came to something, and the last failure's message. */
  get failedFirst(): { readonly count: number; readonly last: string } {
    return { count: this.#failedFirst ?? 0, last: this.#lastFailure };
  }

  /** Handles one input about the attempt that a trial has under way. */
  handle(trial: LiveTrial, input: AttemptInput, now: number): MaybePromise<void> {
    this.#now = now;
    switch (input.kind) {
      case 'reported':
        return this.#reported(trial, input);
      case 'launched':
        this.#outbox.emit(
          'attempt:started',
          { trial: trial.view.id, attempt: trial.attempts, handle: input.handle },
          now,
        );
        return undefined;
      case 'unreachable': {
        const { message } = input;
        this.#outbox.emit('attempt:unreachable', { trial: trial.view.id, attempt: trial.attempts, message }, now);
        return undefined;
      }
      case 'deadline': {
        // The limit under which it was launched, which may be another one than this session's.
        const { deadline = now, since = now } = trial.attempt ?? {};
        const limit = (deadline - since) / 1000;
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
    this.#news += 1;
    const { metrics, position } = input;
    const { id, until } = trial.view;
    this.#outbox.emit(
      'trial:reported',
      { trial: id, attempt: trial.attempts, resource, metrics, position, decision },
      this.#now,
    );
    // A trial that was forked has begun: it does not need the other's checkpoint any more.
    if (trial.reports === 1 && trial.view.forkedFrom !== undefined) this.#mayClean = true;
    if (trial.attempt?.stopping !== undefined) return;
    if (diverged) {
      const { metric } = this.#state.objective;
      this.#stop(trial, 'non-finite', `${metric} was ${metrics[metric]} at resource ${resource}`, 'terminate');
    } else if (decision.kind !== 'continue') {
      // A program that has reached its target ends by itself, and may still be writing its checkpoint.
      if (until !== undefined && resource >= until) this.#outbox.act({ kind: 'expect-end', attempt: input.attempt });
      else this.#stop(trial, decision.kind, decision.reason, decision.kind === 'pause' ? this.#gently() : 'terminate');
    }
  }

  #ended(trial: LiveTrial, end: AttemptEnd): void {
    const now = this.#now;
    const { id, resource } = trial.view;
    const runtime = Math.max(0, now - (trial.attempt?.since ?? now));
    const verdict = judgeEnd(trial, end);
    this.#news += 1;
    this.occupied -= 1;
    this.#outbox.emit('attempt:ended', { trial: id, attempt: trial.attempts, end, runtime }, now);
    switch (verdict.kind) {
      case 'complete':
        this.#outbox.emit('trial:completed', { trial: id }, now);
        this.#told(trial, { state: 'completed', value: trial.normalized, resource });
        return;
      case 'pause':
        this.#outbox.emit('trial:paused', { trial: id, reason: verdict.reason }, now);
        this.#told(trial, { state: 'paused', resource });
        return;
      case 'stop':
        this.#outbox.emit('trial:stopped', { trial: id, reason: verdict.reason }, now);
        this.#told(trial, { state: 'stopped', resource, reason: verdict.reason });
        return;
      case 'requeue':
        this.#outbox.emit('trial:requeued', { trial: id, reason: verdict.reason }, now);
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
      this.#outbox.emit('trial:requeued', { trial: id, reason: message, retry: failure, notBefore }, now);
      if (notBefore !== undefined) this.#outbox.act({ kind: 'wake', at: notBefore });
      return;
    }
    this.#outbox.emit('trial:failed', { trial: id, failure, message }, now);
    this.#lastFailure = message;
    this.#told(trial, { state: 'failed', failure, resource, message });
  }

  #told(trial: LiveTrial, outcome: TrialOutcome): void {
    this.#searcher.ended(trial.view, outcome);
    if (outcome.state !== 'failed') this.#failedFirst = undefined;
    else if (this.#failedFirst !== undefined) this.#failedFirst += 1;
    if (outcome.state !== 'paused') this.#mayClean = true;
  }

  /** Paused trials are over: they cannot go on any more. */
  release(
    trials: readonly LiveTrial[],
    released: NonNullable<StudyEvents['trial:stopped']['released']>,
    reason: string,
    now: number,
  ): void {
    for (const { view } of trials) {
      this.#outbox.emit('trial:stopped', { trial: view.id, reason, released }, now);
      this.#searcher.ended(view, { state: 'stopped', resource: view.resource, reason });
    }
    if (trials.length > 0) this.#mayClean = true;
  }

  /**
   * Asks for the deletion of the checkpoints that nobody needs any more. To be called when a turn has come to its end: a trial
   * that is over may be forked in the same turn.
   */
  cleanCheckpoints(): void {
    if (!this.#mayClean) return;
    this.#mayClean = false;
    const { checkpoints: policy } = this.#state.settings;
    if (policy === undefined) return;
    const { checkpoints, incumbent } = this.#state;
    const { keepBest } = policy;
    const held = [...checkpoints.values()].filter(({ trial }) => !this.#deleting.has(trial));
    const trials = deletableCheckpoints(held, {
      keepBest,
      best: incumbent.best,
      forkSources: this.#state.forkSources(),
    });
    for (const trial of trials) this.#deleting.add(trial);
    if (trials.length > 0) this.#outbox.act({ kind: 'delete-checkpoints', trials });
  }

  #stop(trial: LiveTrial, cause: StopCause, reason: string, from: 'checkpoint' | 'terminate' | 'kill'): void {
    const again = trial.attempt?.stopping !== undefined;
    if (again && from !== 'kill') return;
    if (!again) {
      this.#outbox.emit(
        'attempt:stopping',
        { trial: trial.view.id, attempt: trial.attempts, cause, reason },
        this.#now,
      );
    }
    this.#outbox.act({ kind: 'stop', attempt: liveAttemptId(trial), from });
  }

  /** A program that cannot resume has nothing to save: it is not asked to. */
  #gently(): 'checkpoint' | 'terminate' {
    return this.#state.definition.resumable ? 'checkpoint' : 'terminate';
  }

  /** Asks every running attempt to stop; its trial goes on another time. */
  interruptAll(reason: string, now: number, from: 'checkpoint' | 'terminate' | 'kill' = this.#gently()): void {
    if (this.occupied === 0) return;
    this.#now = now;
    for (const trial of this.#state.live.values()) {
      if (trial.state === 'running') this.#stop(trial, 'interrupt', reason, from);
    }
  }
}
