import { isPromise, type MaybePromise } from '../domain/json.ts';
import type { SearchSpace } from '../domain/search-space.ts';
import type { DuplicatePolicy } from '../domain/study-spec.ts';
import { attemptId, parseAttemptId, type TrialId } from '../domain/trial.ts';
import { ALL_TRIED } from '../domain/tried-configurations.ts';
import { FettleError } from '../errors.ts';
import type { LaunchRequest } from '../ports/backend.ts';
import type { Logger } from '../ports/logger.ts';
import { AttemptHandler } from './attempt-handler.ts';
import { DuplicateFilter } from './duplicate-filter.ts';
import type { Input } from './input.ts';
import { liveAttemptId, type LiveTrial } from './live-trial.ts';
import { makeOffer } from './offer.ts';
import { Outbox } from './outbox.ts';
import { programSeed } from './random-streams.ts';
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
  readonly #attempts: AttemptHandler;
  /** What has been brought about and waits to be committed and done. */
  readonly outbox: Outbox;
  #now = 0;
  #capacity = 0;
  /** Set when a person wants the session to end. */
  #interrupted: { readonly reason: string; readonly kill: boolean } | undefined;
  #exhausted: string | undefined;
  /** The searcher said wait, and nothing has happened since that could change its mind. */
  #waiting: string | undefined;
  #finish: Finish | undefined;
  /** The handler's news when the searcher was last asked. */
  #heard = 0;

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
    this.outbox = new Outbox(state);
    this.#attempts = new AttemptHandler(state, searcher, this.outbox, logger);
  }

  /** Set once nothing is left to do. */
  get finish(): Finish | undefined {
    return this.#finish;
  }

  /** Why the searcher lets a place stay free, if it does. */
  get waiting(): string | undefined {
    return this.#waiting;
  }

  /** Tells the duplicate filter of a trial of the past; used by recovery. */
  remember(trial: LiveTrial): void {
    this.#duplicates.remember(trial.view.configuration);
  }

  /** Says that an attempt of an earlier session holds a place; used by recovery. */
  occupy(): void {
    this.#attempts.occupied += 1;
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
      forkFrom: trial.reports === 0 ? view.forkedFrom : undefined,
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
        this.outbox.emit('checkpoints:deleted', { trials: input.trials }, now);
        return undefined;
      case 'interrupt':
        this.#interrupted = { reason: input.reason, kill: input.kill };
        if (input.kill) this.#attempts.interruptAll(input.reason, now, 'kill');
        return undefined;
      default:
        break;
    }
    const trial = this.#state.live.get(parseAttemptId(input.attempt).trial);
    if (trial === undefined || trial.state !== 'running' || liveAttemptId(trial) !== input.attempt) {
      this.#logger.debug(`Attempt ${input.attempt} is over; its '${input.kind}' came late and is ignored.`);
      return undefined;
    }
    return this.#attempts.handle(trial, input, now);
  }

  /**
   * Fills free places: queued trials first, then what the searcher wants. Afterwards says whether anything is left to do.
   * @param capacity attempts that can run at the same time
   * @param impatient whether a place that stays free is given to a trial whose time to be tried again has not come
   */
  schedule(now: number, capacity: number, impatient = false): MaybePromise<void> {
    this.#now = now;
    if (capacity !== this.#capacity || this.#attempts.news !== this.#heard) this.#waiting = undefined;
    this.#capacity = capacity;
    this.#heard = this.#attempts.news;
    const verdict = this.#verdict();
    if (verdict.kind === 'halt') {
      this.#attempts.interruptAll(verdict.reason, now);
      this.#endTurn(verdict);
      return undefined;
    }
    this.#launchQueued(now);
    const filled = this.#fill();
    const end = (): void => {
      if (impatient) this.#launchQueued(Number.POSITIVE_INFINITY);
      this.#endTurn(this.#verdict());
    };
    if (isPromise(filled)) return filled.then(end);
    end();
    return undefined;
  }

  #verdict(): Verdict {
    if (this.#interrupted !== undefined) return { kind: 'halt', reason: this.#interrupted.reason };
    const state = this.#state;
    const { count, last } = this.#attempts.failedFirst;
    if (count >= HOPELESS) {
      return { kind: 'halt', reason: `the first ${count} trials of this session all failed; the last: ${last}` };
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

  #launchQueued(time: number): void {
    for (const trial of this.#state.queue) {
      if (this.#attempts.occupied >= this.#capacity) return;
      if (trial.notBefore <= time) this.#launch(trial);
    }
  }

  #launch(trial: LiveTrial): void {
    const { timeLimit } = this.#state.settings;
    const { resumable } = this.#state.definition;
    const { id: trialId } = trial.view;
    const attempt = trial.attempts + 1;
    const resumeFrom = resumable ? trial.view.resource : 0;
    const deadline = timeLimit === undefined ? undefined : this.#now + timeLimit;
    this.outbox.emit('attempt:launching', { trial: trialId, attempt, resumeFrom, deadline }, this.#now);
    this.#attempts.occupied += 1;
    this.outbox.act({ kind: 'launch', request: this.request(trial) });
  }

  /** Asks the searcher until every place is taken or it has nothing for them. */
  #fill(): MaybePromise<void> {
    while (this.#attempts.occupied < this.#capacity && this.#exhausted === undefined && this.#waiting === undefined) {
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
        this.outbox.emit('trial:resumed', { trial: id, until, reason }, now);
        const trial = this.#state.trial(id);
        this.#searcher.resumed(trial.view);
        this.#launch(trial);
        return undefined;
      }
      case 'stop':
        this.#attempts.release([this.#state.trial(suggestion.trial)], 'suggestion', suggestion.reason, now);
        return undefined;
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
        // Trials that are paused may still go on by what others report: the searcher is asked again then.
        if (this.#state.active.size > 0) this.#waiting = ALL_TRIED;
        else this.#exhausted = ALL_TRIED;
        return undefined;
      }
    }
    const id = this.#state.trials + 1;
    this.outbox.emit(
      'trial:created',
      {
        trial: id,
        configuration,
        origin: given ? 'first' : 'searcher',
        until: suggestion.until,
        ...(suggestion.kind === 'fork' ? this.#forkOf(suggestion.from) : {}),
        repeatOf,
        draw,
        reason: given ? 'one of the configurations to try first' : suggestion.reason,
        details: given || suggestion.kind === 'fork' ? undefined : suggestion.details,
      },
      now,
    );
    const trial = this.#state.trial(id);
    this.remember(trial);
    this.#searcher.started(trial.view);
    this.#launch(trial);
    return undefined;
  }

  /** What a forked trial begins with. A program that cannot resume begins at 0 whatever lies in its checkpoint folder. */
  #forkOf(from: TrialId): { readonly forkedFrom: TrialId; readonly resource: number | undefined } {
    const { definition } = this.#state;
    const resource = definition.resumable ? this.#state.checkpointResource(from) : 0;
    return { forkedFrom: from, resource: resource > 0 ? resource : undefined };
  }

  #endTurn(verdict: Verdict): void {
    this.#finishIfIdle(verdict);
    this.#attempts.cleanCheckpoints();
  }

  #finishIfIdle(verdict: Verdict): void {
    if (this.#finish !== undefined || this.#attempts.occupied > 0) return;
    const { queue } = this.#state;
    if (verdict.kind === 'halt') {
      this.#finish = { status: this.#interrupted === undefined ? 'finished' : 'interrupted', reason: verdict.reason };
      return;
    }
    if (queue.size > 0 || this.#capacity === 0) return;
    if (this.#exhausted !== undefined) {
      // Nothing is suggested ever again, in a later session neither: who waits, waits in vain.
      const waiting = [...this.#state.paused.keys()].map((id) => this.#state.trial(id));
      this.#attempts.release(waiting, 'exhaustion', `nobody goes on: ${this.#exhausted}`, this.#now);
      this.#finish = { status: 'finished', reason: this.#exhausted };
    } else if (verdict.kind === 'drain') this.#finish = { status: 'finished', reason: verdict.reason };
    else if (this.#waiting !== undefined) {
      throw new FettleError(
        'plugin-misbehaved',
        `The searcher '${this.#state.definition.searcher.type}' waits (${this.#waiting}), but nothing runs that it could wait for.`,
        { remedy: 'A searcher that has nothing more to suggest must answer `exhausted`.' },
      );
    }
  }
}
