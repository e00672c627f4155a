import type { StudyEvent } from '../domain/event.ts';
import type { AttemptEnd } from '../domain/failure.ts';
import { isPromise } from '../domain/json.ts';
import type { AttemptId } from '../domain/trial.ts';
import { FettleError, messageOf } from '../errors.ts';
import type { EventHub } from '../events/event-hub.ts';
import type { Adoption, BackendHost, Launched, RecordedAttempt } from '../ports/backend.ts';
import type { CheckpointFiles } from '../ports/checkpoint-files.ts';
import type { Clock, Disposer } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { TrialStore } from '../ports/trial-store.ts';
import type { Action } from './action.ts';
import type { BackendGuard } from './backend-guard.ts';
import type { AttemptReaders } from './attempt-readers.ts';
import { Inbox } from './inbox.ts';
import type { Input } from './input.ts';
import { wasCutOff } from './judge-end.ts';
import { isStale, liveAttemptId, type LiveTrial, toRecord, wasToEnd } from './live-trial.ts';
import type { Finish, Tick } from './tick.ts';

/** Events that may wait for one commit when the backend dies with the driver anyway. */
const GROUP = 2048;

/** How often the store is told that the driver lives, in milliseconds. */
const LEASE_PERIOD = 10_000;

/** What a driver is put together from. */
export interface DriverParts {
  readonly tick: Tick;
  readonly store: TrialStore;
  readonly backend: BackendGuard;
  readonly readers: AttemptReaders;
  readonly hub: EventHub;
  /** Absent for a study that has no folder. */
  readonly checkpoints: CheckpointFiles | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Lets a {@link Tick} meet the world: collects inputs, commits events before anything is done about them, does the actions,
 * publishes the news. All I/O of a running study passes through here.
 */
export class Driver {
  readonly #tick: Tick;
  readonly #store: TrialStore;
  readonly #backend: BackendGuard;
  readonly #readers: AttemptReaders;
  readonly #hub: EventHub;
  readonly #checkpoints: CheckpointFiles | undefined;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #inbox = new Inbox();
  readonly #timers = new Map<AttemptId, Disposer>();
  readonly #wakes = new Set<Disposer>();
  readonly #ended = new Set<AttemptId>();
  /** Checkpoints that are being deleted. */
  readonly #deleting = new Set<Promise<void>>();
  /** Attempts whose launch or adoption the backend has not answered yet, each with what waits for the answer. */
  readonly #unanswered = new Map<AttemptId, (() => void)[]>();
  #lease: Disposer | undefined;
  #broken: unknown;

  constructor(parts: DriverParts) {
    this.#tick = parts.tick;
    this.#store = parts.store;
    this.#backend = parts.backend;
    this.#readers = parts.readers;
    this.#hub = parts.hub;
    this.#checkpoints = parts.checkpoints;
    this.#clock = parts.clock;
    this.#logger = parts.logger;
  }

  /** Tells the engine something. */
  post(input: Input): void {
    this.#inbox.post(input);
  }

  /** The part of a backend's host that leads into the engine. */
  notices(): Pick<BackendHost, 'reported' | 'ended' | 'unreachable' | 'capacityChanged'> {
    return {
      reported: (attempt, { metrics, resource }) => this.post({ kind: 'reported', attempt, metrics, resource }),
      ended: (attempt, end) => this.#attemptEnded(attempt, end),
      unreachable: (attempt, message) => this.post({ kind: 'unreachable', attempt, message }),
      capacityChanged: () => this.post({ kind: 'wake' }),
    };
  }

  /** Opens the backend, finds out from it what became of the attempts that were under way, and goes on from there. */
  async open(host: BackendHost): Promise<void> {
    await this.#backend.open(host);
    // A session by hand must not keep a process alive whose caller has forgotten to close it.
    this.#keepLease({ background: true });
    const { state } = this.#tick;
    const running = [...state.live.values()].filter((trial) => trial.state === 'running');
    const recorded: RecordedAttempt[] = running.map((trial) => ({
      request: this.#tick.request(trial),
      handle: trial.attempt?.started === true ? trial.attempt.handle : undefined,
    }));
    const answers = running.map((trial) => this.#awaitAnswer(liveAttemptId(trial)));
    const adoptions = await this.#backend.adopt(recorded);
    for (const [index, trial] of running.entries()) {
      this.#tick.occupy();
      const adoption = adoptions.get(liveAttemptId(trial));
      if (adoption !== undefined) answers[index]?.(() => this.#adopted(trial, adoption));
    }
  }

  #adopted(trial: LiveTrial, adoption: Adoption): void {
    const { attempt } = adoption;
    switch (adoption.status) {
      case 'running':
        this.#logger.info(`Attempt ${attempt} still runs and was taken over.`);
        this.#watch(trial, attempt, adoption.launched);
        if (trial.attempt?.stopping !== undefined) this.#stop(attempt, 'checkpoint');
        else if (wasToEnd(trial)) this.#setTimer(attempt, this.#tick.state.settings.grace, 'overdue');
        return;
      case 'ended':
        if (adoption.launched !== undefined) this.#read(trial, attempt, adoption.launched);
        this.#attemptEnded(attempt, adoption.end);
        return;
      case 'never-launched':
        if (isStale(trial)) this.#attemptEnded(attempt, { kind: 'evicted', message: 'It was never launched.' });
        else this.#launch({ kind: 'launch', request: this.#tick.request(trial) });
        return;
    }
  }

  /** Works until nothing is left to do. */
  async run(): Promise<Finish> {
    this.#keepLease({ background: false });
    for (;;) {
      await this.step();
      if (this.#tick.finish !== undefined) return this.#tick.finish;
      if (this.#inbox.size > 0) continue;
      if (this.#clock.idle?.() === true) continue;
      this.commit();
      await this.#inbox.wait();
    }
  }

  /**
   * One turn: everything that has been said, then everything that follows from it.
   * @param impatient see {@link Tick.schedule}
   */
  async step(impatient = false): Promise<void> {
    if (this.#broken !== undefined) throw this.#broken;
    for (const input of this.#inbox.take()) {
      const handled = this.#tick.handle(input, this.#clock.now());
      if (isPromise(handled)) await handled;
    }
    const scheduled = this.#tick.schedule(this.#clock.now(), this.#backend.capacity(), impatient);
    if (isPromise(scheduled)) await scheduled;
    if (this.#backend.outlivesDriver) this.commit();
    else if (this.#tick.outbox.pending >= GROUP) {
      this.commit();
      // A simulated study never waits for anything: let signals and other work of the process have their turn.
      await new Promise(setImmediate);
    }
    for (const action of this.#tick.outbox.takeActions()) this.#act(action);
  }

  /** Sees what was begun through to its end once nothing runs any more: checkpoints that are being deleted. */
  async settle(): Promise<void> {
    await Promise.all(this.#deleting);
    for (const input of this.#inbox.take()) {
      if (input.kind === 'checkpoints-deleted') await this.#tick.handle(input, this.#clock.now());
    }
  }

  /** Commits what has been decided, then publishes it. */
  commit(): void {
    if (this.#tick.outbox.pending === 0) return;
    const { events, trials } = this.#tick.outbox.commit((made, touched) => {
      this.#store.append({ events: made, trials: Array.from(touched, toRecord), summary: this.#tick.state.summary() });
    });
    for (const trial of trials) this.#tick.state.forget(trial);
    this.#publish(events);
  }

  /** Lets the engine look again at this time, in milliseconds since the epoch. */
  wakeAt(at: number): void {
    const cancel = this.#clock.after(at - this.#clock.now(), () => {
      this.#wakes.delete(cancel);
      this.post({ kind: 'wake' });
    });
    this.#wakes.add(cancel);
  }

  /** Releases timers and files. */
  close(): void {
    this.#lease?.();
    for (const cancel of [...this.#timers.values(), ...this.#wakes]) cancel();
    this.#timers.clear();
    this.#wakes.clear();
    this.#readers.close();
  }

  #publish(events: readonly StudyEvent[]): void {
    for (const event of events) this.#hub.publish(event);
  }

  #act(action: Action): void {
    switch (action.kind) {
      case 'launch':
        this.#launch(action);
        return;
      case 'stop':
        this.#stop(action.attempt, action.from);
        return;
      case 'expect-end':
        this.#setTimer(action.attempt, this.#tick.state.settings.grace, 'overdue');
        return;
      case 'delete-checkpoints': {
        const { trials } = action;
        // What is deleted is gone for good, so nobody may find these trials under way in the journal.
        this.commit();
        const deleted = this.#checkpoints?.delete(trials).then(
          () => this.post({ kind: 'checkpoints-deleted', trials }),
          (thrown: unknown) => this.#logger.warn(`Checkpoints could not be deleted: ${messageOf(thrown)}`),
        );
        if (deleted === undefined) return;
        this.#deleting.add(deleted);
        void deleted.then(() => this.#deleting.delete(deleted));
        return;
      }
      case 'wake':
        this.wakeAt(action.at);
        return;
    }
  }

  #launch({ request }: Extract<Action, { kind: 'launch' }>): void {
    const { attempt } = request;
    const answered = this.#awaitAnswer(attempt);
    const launched = (answer: Launched): void =>
      answered(() => {
        // Nothing to remember, nothing to record: the attempt is found again by its name.
        if (answer.handle !== null) this.post({ kind: 'launched', attempt, handle: answer.handle });
        const trial = this.#tick.state.live.get(request.trial);
        if (trial !== undefined) this.#watch(trial, attempt, answer);
      });
    const failed = (thrown: unknown): void =>
      answered(() => this.#attemptEnded(attempt, { kind: 'failed', failure: 'launch', message: messageOf(thrown) }));
    try {
      const answer = this.#backend.launch(request);
      if (isPromise(answer)) void answer.then(launched, failed);
      else launched(answer);
    } catch (thrown) {
      failed(thrown);
    }
  }

  /**
   * Keeps what the backend says of an attempt, at once or later, until it has answered for it: only the answer says which files
   * there are to read first.
   * @returns to be called once with what is done about the answer
   */
  #awaitAnswer(attempt: AttemptId): (take: () => void) => void {
    const waiting: (() => void)[] = [];
    this.#unanswered.set(attempt, waiting);
    return (take) => {
      this.#unanswered.delete(attempt);
      take();
      for (const call of waiting) call();
    };
  }

  #watch(trial: LiveTrial, attempt: AttemptId, launched: Launched): void {
    this.#read(trial, attempt, launched);
    const deadline = trial.attempt?.deadline;
    if (deadline !== undefined) this.#setTimer(attempt, deadline - this.#clock.now(), 'deadline');
  }

  #read(trial: LiveTrial, attempt: AttemptId, launched: Launched): void {
    if (launched.files === undefined || this.#ended.has(attempt)) return;
    this.#readers.open(attempt, launched.files, trial.attempt?.positions ?? new Map(), (reading) => {
      this.post({ kind: 'reported', attempt, ...reading });
    });
  }

  /** An end is passed on only after everything the attempt wrote has been read. */
  #attemptEnded(attempt: AttemptId, end: AttemptEnd): void {
    const waiting = this.#unanswered.get(attempt);
    if (waiting !== undefined) {
      waiting.push(() => this.#attemptEnded(attempt, end));
      return;
    }
    if (this.#ended.has(attempt)) return;
    this.#ended.add(attempt);
    this.#timers.get(attempt)?.();
    this.#timers.delete(attempt);
    const drained = this.#readers.drain(attempt, wasCutOff(end));
    const pass = (ignored: string | undefined): void => {
      this.#ended.delete(attempt);
      const explained = end.kind === 'finished' && ignored !== undefined ? { ...end, note: ignored } : end;
      this.post({ kind: 'ended', attempt, end: explained });
    };
    if (drained === undefined) pass(undefined);
    else drained.then(pass, (thrown: unknown) => this.#break(thrown));
  }

  #stop(attempt: AttemptId, from: 'checkpoint' | 'terminate' | 'kill'): void {
    const { grace } = this.#tick.state.settings;
    const waiting = this.#unanswered.get(attempt);
    if (waiting !== undefined) {
      waiting.push(() => this.#stop(attempt, from));
      return;
    }
    try {
      const answer = this.#backend.stop(attempt, { from, grace });
      if (isPromise(answer)) answer.catch((thrown: unknown) => this.#break(thrown));
    } catch (thrown) {
      this.#break(thrown);
    }
  }

  #setTimer(attempt: AttemptId, wait: number, kind: 'deadline' | 'overdue'): void {
    this.#timers.get(attempt)?.();
    this.#timers.set(
      attempt,
      this.#clock.after(wait, () => this.post({ kind, attempt })),
    );
  }

  /** Something failed outside a turn: the next turn throws it to whoever runs the study. */
  #break(thrown: unknown): void {
    this.#broken ??= thrown;
    this.post({ kind: 'wake' });
  }

  /** Tells the store again and again that the driver lives; on a virtual clock nobody could be waiting for it to die. */
  #keepLease(options: { readonly background: boolean }): void {
    if (this.#clock.idle !== undefined) return;
    this.#lease?.();
    let silent = false;
    const beat = (): void => {
      try {
        this.#store.renewLease();
        silent = false;
      } catch (thrown) {
        if (!(thrown instanceof FettleError && thrown.code === 'store-unwritable')) {
          this.#break(thrown);
          return;
        }
        // A disk that is full for a while, or a file server away, ends no session that has nothing to write.
        if (!silent) this.#logger.warn(`The study's store cannot be told that the driver lives: ${thrown.message}`);
        silent = true;
      }
      this.#lease = this.#clock.after(LEASE_PERIOD, beat, options);
    };
    this.#lease = this.#clock.after(LEASE_PERIOD, beat, options);
  }
}
