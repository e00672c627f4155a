import type { Configuration } from '../domain/configuration.ts';
import type { Decision } from '../domain/decision.ts';
import type { StudyEventType } from '../domain/event.ts';
import { FAILURE_CLASSES, type FailureClass } from '../domain/failure.ts';
import { type Metrics, requireNumbers } from '../domain/report.ts';
import { attemptId, isTerminal, type TrialId, type TrialRecord } from '../domain/trial.ts';
import type { Scope } from '../container/scope.ts';
import { BACKEND, CLOCK, EVENT_HUB, LOGGER, READER_AFTERWARDS, SEARCHER, STORE } from '../container/tokens.ts';
import type { Driver } from '../engine/driver.ts';
import { type LiveTrial, toRecord } from '../engine/live-trial.ts';
import { budgetUse } from '../engine/stop-rules.ts';
import type { Tick } from '../engine/tick.ts';
import { FettleError, messageOf } from '../errors.ts';
import type { EventListener } from '../events/event-hub.ts';
import type { BackendHost, LaunchRequest } from '../ports/backend.ts';
import type { SearcherDescription } from '../ports/searcher-description.ts';
import type { Disposer } from '../ports/clock.ts';
import type { TrialReader } from '../ports/trial-store.ts';
import { ManualBackend } from './manual-backend.ts';
import { OneAtATime } from './one-at-a-time.ts';
import type { StudyResult, StudyStatus } from './study-status.ts';

/** A trial handed out by {@link Study.ask}. */
export interface AskedTrial<C extends Configuration = Configuration> {
  readonly id: TrialId;
  readonly configuration: C;
  /** Resource level to run to; absent: to the end. */
  readonly until: number | undefined;
  /** Resource reported before, for a trial that goes on. */
  readonly resumeFrom: number;
  /** A seed for the evaluation's own randomness. */
  readonly seed: number;
}

/** A trial that failed, as {@link Study.tell} is told. */
export interface ToldFailure {
  readonly failed: FailureClass;
  readonly message?: string | undefined;
}

/** What {@link Study.tell} is told. */
export type Told =
  | number
  | Metrics
  | ToldFailure
  /** The trial has reported all it had to say. */
  | undefined;

/** What a study is put together from; made by `createStudy`. */
export interface StudyParts {
  readonly scope: Scope;
  readonly tick: Tick;
  readonly driver: Driver;
  readonly host: BackendHost;
}

/**
 * A study that is open for work: the one process that may write to it. Begin with `run()`, or hand out trials with `ask()`
 * and `tell()`; end with `close()`.
 */
export class Study<C extends Configuration = Configuration> implements AsyncDisposable {
  readonly #parts: StudyParts;
  #phase: 'open' | 'ready' | 'running' | 'closed' = 'open';
  #bestRecord: TrialRecord<C> | undefined;
  #byHand: ManualBackend | undefined;
  /** For questions after the session has ended. */
  #afterwards: TrialReader | undefined;
  /** Callers of `ask`, `report` and `tell` may be many, the searcher is asked one thing at a time. */
  readonly #turns = new OneAtATime();

  /**
   * Use `createStudy`.
   * @internal
   */
  constructor(parts: StudyParts) {
    this.#parts = parts;
  }

  /** The study's name. */
  get name(): string {
    return this.#parts.tick.state.definition.name;
  }

  /** What is stored: trials, reports, events. It can be read after `run` as well, until `close`. */
  get reader(): TrialReader<C> {
    const { scope } = this.#parts;
    // Its configurations lie in the space, which is the recorded one: `createStudy` has seen to that.
    if (this.#phase !== 'closed') return scope.get(STORE) as TrialReader as TrialReader<C>;
    this.#afterwards ??= scope.get(READER_AFTERWARDS);
    return this.#afterwards as TrialReader<C>;
  }

  /**
   * Listens to what happens; see `StudyEvents` for the names. Events are heard after they have been committed.
   * @returns stops listening
   */
  on<T extends StudyEventType>(type: T, listener: EventListener<T>): Disposer;
  on(type: '*', listener: EventListener<StudyEventType>): Disposer;
  on(type: '*', listener: EventListener<StudyEventType>): Disposer {
    return this.#parts.scope.get(EVENT_HUB).on(type, listener);
  }

  /**
   * Runs trials until the budget is used, the searcher has nothing left, or the study is interrupted; then ends the session. What
   * has come of it can still be read.
   * @throws FettleError when a plugin or the store fails; what was recorded is safe and the study can be continued
   */
  async run(): Promise<StudyResult<C>> {
    const { driver, tick, scope } = this.#parts;
    if (scope.get(BACKEND) instanceof ManualBackend) {
      throw new FettleError(
        'study-state',
        `The study '${this.name}' has nothing to run: it has no function and no command.`,
        {
          remedy: 'Give `evaluate` or `command`, or run the trials yourself with ask() and tell().',
        },
      );
    }
    await this.#makeReady();
    this.#phase = 'running';
    const clock = scope.get(CLOCK);
    const now = clock.now();
    for (const { rule, used, limit } of this.#budget(now)) {
      if (rule === 'wallClock') driver.wakeAt(now + limit - used);
    }
    for (const { notBefore } of tick.state.queue) if (notBefore > now) driver.wakeAt(notBefore);
    try {
      const { status, reason } = await driver.run();
      await driver.settle();
      tick.outbox.emit('study:closed', { status, reason }, clock.now());
      driver.commit();
      const best = this.best();
      return { status, reason, best, summary: tick.state.summary() };
    } finally {
      await this.#end();
    }
  }

  /**
   * Ends the session cleanly: nothing more is launched; what runs is asked to save a checkpoint and continues next time. `run`
   * then comes to its end: `process.once('SIGINT', () => study.interrupt('Ctrl-C'))`.
   * @param reason why, for the record
   */
  interrupt(reason: string): void {
    this.#parts.driver.post({ kind: 'interrupt', reason, kill: false });
  }

  /** Ends the session at once: what runs is killed, and continues next time from its last checkpoint. */
  kill(reason: string): void {
    this.#parts.driver.post({ kind: 'interrupt', reason, kill: true });
  }

  /** How the study stands now. */
  status(): StudyStatus<C> {
    const { tick, scope } = this.#parts;
    const { state } = tick;
    const running = [...state.live.values()]
      .filter((trial) => trial.state === 'running')
      .map((trial) => this.#record(trial));
    const isOpen = this.#phase === 'ready' || this.#phase === 'running';
    const now = scope.get(CLOCK).now();
    const summary = state.summary();
    return {
      summary: isOpen ? { ...summary, wallClock: state.totals(now).wallClock } : summary,
      budget: this.#budget(now),
      running,
      queued: state.counts.queued,
      // A backend that is not open cannot say how many attempts it would take.
      capacity: isOpen ? scope.get(BACKEND).capacity() : 0,
      backend: isOpen ? scope.get(BACKEND).standing?.() : undefined,
      waiting: tick.waiting,
      best: this.best(),
    };
  }

  /**
   * Where the searcher stands: its rungs, its model. `undefined` when it fails to say; that is logged and harms nothing.
   * May be asked at any time until the study is closed.
   */
  async describe(): Promise<SearcherDescription | undefined> {
    const { scope } = this.#parts;
    try {
      return await scope.get(SEARCHER).describe();
    } catch (thrown) {
      // What was asked for when the study closed goes unanswered, and nobody minds.
      if (this.#phase !== 'closed') scope.get(LOGGER).warn(messageOf(thrown));
      return undefined;
    }
  }

  /**
   * The best trial so far, among those that have left the running state: the one with the least (or largest) value at any
   * resource, unless it was stopped, or overtaken by one that was as good at the same resource and has gone further.
   */
  best(): TrialRecord<C> | undefined {
    const { state } = this.#parts.tick;
    const id = state.incumbent.best;
    if (id === undefined) return undefined;
    const live = state.live.get(id);
    if (live !== undefined) return this.#record(live);
    // A trial that is over never changes: read it once.
    if (this.#bestRecord?.id !== id) this.#bestRecord = this.reader.trial(id);
    return this.#bestRecord;
  }

  /**
   * The next trial to run by hand, or `undefined` if there is none now: the budget is used up, or the searcher waits for
   * results or has nothing left. There will be none any more once no trial is out (`status().running` is empty). A trial that
   * is to be tried again comes after the others until its back-off has passed, but nobody waits for that.
   */
  async ask(): Promise<AskedTrial<C> | undefined> {
    const backend = this.#manual();
    return await this.#turns.do(async () => {
      await this.#requireReady();
      backend.places += 1;
      let request: LaunchRequest | undefined;
      try {
        await this.#parts.driver.step(true);
        request = backend.takeLaunched();
      } finally {
        if (request === undefined) backend.places -= 1;
      }
      if (request === undefined) return undefined;
      const { trial: id, configuration, until, resumeFrom, seed } = request;
      return { id, configuration: configuration as C, until, resumeFrom, seed };
    });
  }

  /**
   * Reports metrics of a trial that is being run by hand.
   * @returns whether it should go on; after `pause` or `stop`, end it with `tell(trial)`
   */
  async report(trial: TrialId, metrics: number | Metrics, resource?: number): Promise<Decision> {
    this.#manual();
    const { driver, tick } = this.#parts;
    return await this.#turns.do(async () => {
      await this.#requireReady();
      const attempt = attemptId(trial, this.#running(trial).attempts);
      driver.post({ kind: 'reported', attempt, metrics: this.#metrics(metrics, resource), resource });
      await driver.step();
      return tick.state.live.get(trial)?.decision ?? { kind: 'continue' };
    });
  }

  /**
   * Tells how a trial that was run by hand ended. One that failed is handed out again by `ask` as often as the retry policy says.
   * @param result its value, its metrics, `{ failed: 'oom' }`, or nothing after its last `report`
   */
  async tell(trial: TrialId, result?: Told): Promise<void> {
    const backend = this.#manual();
    const { driver } = this.#parts;
    await this.#turns.do(async () => {
      await this.#requireReady();
      const attempt = attemptId(trial, this.#running(trial).attempts);
      if (isFailure(result)) {
        const { failed: failure, message = 'said by the caller' } = result;
        driver.post({ kind: 'ended', attempt, end: { kind: 'failed', failure, message } });
      } else {
        if (result !== undefined) driver.post({ kind: 'reported', attempt, metrics: this.#metrics(result) });
        driver.post({ kind: 'ended', attempt, end: { kind: 'finished' } });
      }
      backend.places -= 1;
      await driver.step();
    });
  }

  /** Ends the session and releases everything. Trials handed out by `ask` can be told in the next session. */
  async close(): Promise<void> {
    this.#afterwards?.close();
    await this.#end();
  }

  async #end(): Promise<void> {
    if (this.#phase === 'closed') return;
    this.#phase = 'closed';
    const { driver, scope, tick } = this.#parts;
    driver.close();
    try {
      if (tick.state.status === 'open' && tick.finish === undefined && scope.get(BACKEND) instanceof ManualBackend) {
        tick.outbox.emit(
          'study:closed',
          { status: 'interrupted', reason: 'closed by its caller' },
          scope.get(CLOCK).now(),
        );
      }
      driver.commit();
    } finally {
      await scope.close();
    }
  }

  /** The same as `close`, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #requireReady(): Promise<void> {
    if (this.#phase !== 'ready') await this.#makeReady();
  }

  async #makeReady(): Promise<void> {
    if (this.#phase !== 'open') {
      throw new FettleError('study-state', `The study '${this.name}' is ${this.#phase}.`, {
        remedy: 'Open it again with createStudy.',
      });
    }
    const { driver, scope, host } = this.#parts;
    // Made first, so that it is closed last: reports that still come in are told to it.
    scope.get(SEARCHER);
    scope.get(LOGGER);
    await driver.open(host);
    this.#phase = 'ready';
  }

  #budget(now: number): ReturnType<typeof budgetUse> {
    const { state } = this.#parts.tick;
    const sign = state.objective.goal === 'maximize' ? -1 : 1;
    return budgetUse(state.settings.budget, state.totals(now), (target) => sign * target);
  }

  #record(trial: LiveTrial): TrialRecord<C> {
    return toRecord(trial) as TrialRecord<C>;
  }

  #manual(): ManualBackend {
    if (this.#byHand !== undefined) return this.#byHand;
    const backend = this.#parts.scope.get(BACKEND);
    if (backend instanceof ManualBackend) {
      this.#byHand = backend;
      return backend;
    }
    throw new FettleError(
      'study-state',
      `The study '${this.name}' runs its trials itself; ask and tell are not for it.`,
      {
        remedy: 'Leave out `evaluate` and `command` to run trials by hand.',
      },
    );
  }

  #running(id: TrialId): { readonly attempts: number } {
    const trial = this.#parts.tick.state.live.get(id);
    if (trial?.state === 'running') return trial;
    const state = trial?.state ?? this.reader.trial(id)?.state;
    if (state === undefined) throw new FettleError('trial-missing', `The study '${this.name}' has no trial ${id}.`);
    throw new FettleError('trial-state', `Trial ${id} is ${state}; only a running trial can be reported or told.`, {
      remedy: isTerminal(state) ? 'Each trial is told once.' : 'Ask for it first.',
    });
  }

  #metrics(given: number | Metrics, resource?: number): Metrics {
    const metrics = typeof given === 'number' ? { [this.#parts.tick.state.objective.metric]: given } : given;
    requireNumbers(metrics, resource, this.#parts.tick.state.objective.resourceFrom);
    return metrics;
  }
}

function isFailure(result: Told): result is ToldFailure {
  if (typeof result !== 'object' || typeof result?.['failed'] !== 'string') return false;
  if (FAILURE_CLASSES.some((failure) => failure === result['failed'])) return true;
  throw new TypeError(`'${result['failed']}' is no class of failure; there are ${FAILURE_CLASSES.join(', ')}.`);
}
