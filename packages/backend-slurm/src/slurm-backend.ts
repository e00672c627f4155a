import {
  type Adoption,
  attemptDirectory,
  type AttemptEnd,
  type AttemptFiles,
  type AttemptId,
  type Backend,
  type BackendHost,
  type Diagnosis,
  type Disposer,
  FettleError,
  type Launched,
  type LaunchRequest,
  makeAttemptDirectory,
  messageOf,
  type Recollection,
  type RecordedAttempt,
  type StopRequest,
  systemClock,
} from '@fettle/core';
import { endOfJob, endOfLaunch, endOfRecord } from './attempt-end.ts';
import { scrubEnvironment } from './commands/scrub-environment.ts';
import { CallCount } from './jobs/call-count.ts';
import { runScript } from './jobs/run-script.ts';
import { type SlurmCommand, slurmCommands } from './jobs/slurm.ts';
import { type Round, Rounds } from './rounds.ts';
import { openSession, type Session } from './session.ts';
import { diagnoseSite } from './site/diagnose-site.ts';
import { recallStudy } from './site/recall-study.ts';
import { pollSecondsOf, type SlurmOptions } from './slurm-options.ts';
import type { Slot } from './slots/slot.ts';

const STOPPED_FIRST: AttemptEnd = { kind: 'evicted', message: 'It was stopped before it began.' };

/** See `slurm`. */
export class SlurmBackend implements Backend {
  readonly outlivesDriver = true;
  readonly #options: SlurmOptions;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #slurm: CallCount;
  /** The slot of each attempt that was given to one and has not ended. */
  readonly #homes = new Map<AttemptId, Slot>();
  /** Attempts that wait for a slot, in order. */
  readonly #waiting = new Map<AttemptId, LaunchRequest>();
  readonly #over = new Set<AttemptId>();
  readonly #launches = new Map<AttemptId, Promise<Launched>>();
  /** How somebody is told that the files of an attempt may have grown. */
  readonly #looks = new Map<AttemptId, () => void>();
  #opened: Session | undefined;
  #rounds: Rounds | undefined;
  #looking: Round | undefined;
  /** Whether the last place that became free was taken. */
  #demand = true;
  #closed = false;
  #told: number | undefined;

  /** @param run Slurm's commands, by default as processes */
  constructor(
    options: SlurmOptions,
    environment: NodeJS.ProcessEnv = process.env,
    run: SlurmCommand = slurmCommands(scrubEnvironment(environment), options.ssh),
  ) {
    this.#options = options;
    this.#environment = environment;
    this.#slurm = new CallCount(run);
  }

  async open(host: BackendHost): Promise<void> {
    this.#opened = await openSession(host, this.#options, this.#slurm.command, this.#environment);
    this.#rounds = new Rounds(host.clock, (thrown) => {
      host.logger.warn(`Looking after the Slurm jobs failed: ${messageOf(thrown)}`);
    });
  }

  async adopt(attempts: readonly RecordedAttempt[]): Promise<readonly Adoption[]> {
    const { pool, jobs, watch, host } = this.#here;
    const assigned = pool.restore();
    const given = new Set<string>();
    const ends = new Map<string, AttemptEnd>();
    const slots = new Set([...pool, ...attempts.flatMap(({ request }) => assigned.get(request.attempt) ?? [])]);
    for (const slot of slots) {
      const files = pool.files(slot);
      for (const order of files.orders()) {
        slot.ordered = order.seq;
        if (order.kind === 'run') given.add(order.attempt);
      }
      for (const record of files.news()) {
        slot.hear(record, host.clock.now());
        if (record.kind === 'ended') ends.set(record.attempt, this.#endOfRecord(record.attempt as AttemptId, record));
      }
    }
    const adoptions = attempts.map(({ request }) => this.#adopt(request, assigned.get(request.attempt), ends, given));
    await jobs.submit(this.#demand);
    const poll = pollSecondsOf(this.#options) * 1000;
    this.#rounds?.begin(poll, () => this.#poll());
    // Apart from hearing the agents, which must not wait for a controller that is slow to answer.
    this.#rounds?.begin(poll, () => this.#submit());
    this.#looking = this.#rounds?.begin(watch.nextLook, () => this.#look());
    return adoptions;
  }

  launch(request: LaunchRequest): Promise<Launched> {
    const { attempt } = request;
    const known = this.#launches.get(attempt);
    if (known !== undefined) return known;
    const files = this.#filesOf(attempt);
    if (this.#over.has(attempt)) return Promise.resolve({ handle: null, files });
    this.#demand = true;
    const launched = this.#launch(request).catch((thrown: unknown) => {
      this.#waiting.delete(attempt);
      this.#tellEnd(attempt, endOfLaunch(thrown));
      return { handle: null, files };
    });
    this.#launches.set(attempt, launched);
    return launched;
  }

  async stop(attempt: AttemptId, request: StopRequest): Promise<void> {
    if (this.#waiting.delete(attempt)) {
      this.#tellEnd(attempt, STOPPED_FIRST);
      return;
    }
    const { pool, jobs } = this.#here;
    const slot = this.#homes.get(attempt);
    if (slot === undefined) return;
    pool.order(slot, { kind: 'stop', attempt, ...request });
    await jobs.cancel(slot);
  }

  capacity(): number {
    if (this.#options.bind === 'submit') return this.#options.slots;
    const { pool } = this.#opened ?? {};
    // Where every slot has gone for want of work, an attempt has to come before there is a slot for it. Where there is work, slots are
    // submitted without one, and none is asked for yet: its time limit would run while it waits in the queue.
    if (pool?.size === 0) return this.#demand ? 0 : 1;
    let places = 0;
    for (const { state } of pool ?? []) if (state === 'idle' || state === 'busy') places += 1;
    return places;
  }

  standing(): string | undefined {
    return this.#opened?.watch.standing;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#rounds?.end();
    if (this.#opened === undefined) return;
    await this.#opened.jobs.release();
    this.#noteCalls();
  }

  diagnose(): Promise<readonly Diagnosis[]> {
    return diagnoseSite(this.#slurm.command, this.#options);
  }

  recall(directory: string, attempts: readonly AttemptId[]): Promise<Recollection> {
    return recallStudy(this.#slurm.command, directory, attempts, this.#options, systemClock().now());
  }

  get #here(): Session {
    if (this.#opened === undefined) throw new TypeError('the Slurm backend was used before it was opened');
    return this.#opened;
  }

  #noteCalls(): void {
    const { ledger, session, host } = this.#here;
    ledger.append({ kind: 'calls', session, at: host.clock.now(), calls: this.#slurm.calls });
  }

  #adopt(
    request: LaunchRequest,
    slot: Slot | undefined,
    ends: ReadonlyMap<string, AttemptEnd>,
    given: ReadonlySet<string>,
  ): Adoption {
    const { attempt } = request;
    const launched = { handle: null, files: this.#filesOf(attempt) };
    if (slot === undefined) return { attempt, status: 'never-launched' };
    const end = ends.get(attempt);
    if (end !== undefined || slot.state === 'closed') {
      this.#over.add(attempt);
      const message = `Its job ended: ${slot.closed}.`;
      return { attempt, status: 'ended', end: end ?? { kind: 'evicted', message }, launched };
    }
    slot.attempt = attempt;
    this.#homes.set(attempt, slot);
    this.#launches.set(attempt, Promise.resolve(launched));
    // The driver may have died between noting the order and giving it.
    if (!given.has(attempt)) this.#give(slot, request);
    return { attempt, status: 'running', launched };
  }

  async #launch(request: LaunchRequest): Promise<Launched> {
    const { attempt } = request;
    await makeAttemptDirectory(this.#here.directory, request);
    this.#waiting.set(attempt, request);
    if (this.#options.bind === 'submit') await this.#submitWaiting();
    else this.#assign();
    return { handle: null, files: this.#filesOf(attempt) };
  }

  /** Gives waiting attempts to idle slots. */
  #assign(): void {
    const { pool, agents } = this.#here;
    for (const slot of pool) {
      const [next] = this.#waiting;
      if (next === undefined) return;
      if (slot.state !== 'idle' || !agents.takesMore(slot)) continue;
      const [attempt, request] = next;
      this.#waiting.delete(attempt);
      try {
        pool.assign(slot, attempt);
        this.#give(slot, request);
        this.#homes.set(attempt, slot);
      } catch (thrown) {
        pool.takeBack(slot);
        if (!this.#waitsOn(request, thrown)) continue;
        return;
      }
    }
  }

  /**
   * What to do with an attempt that could not be given to a slot: what is wrong with its command stays so, and it has failed at
   * launch; a disk that is full may have room at the next look.
   * @returns whether it waits on
   */
  #waitsOn(request: LaunchRequest, thrown: unknown): boolean {
    const { attempt } = request;
    if (thrown instanceof FettleError) {
      this.#tellEnd(attempt, endOfLaunch(thrown));
      return false;
    }
    this.#homes.delete(attempt);
    this.#waiting.set(attempt, request);
    this.#here.host.logger.warn(`Attempt ${attempt} has to wait: ${messageOf(thrown)}`);
    return true;
  }

  /** Submits a job for each waiting attempt. */
  async #submitWaiting(): Promise<void> {
    const { jobs } = this.#here;
    for (const [attempt, request] of this.#waiting) {
      if (this.#closed || !jobs.isReady) return;
      this.#waiting.delete(attempt);
      try {
        // oxlint-disable-next-line no-await-in-loop -- A controller is asked one thing at a time.
        const refused = await jobs.submitFor(request, (slot) => {
          this.#homes.set(attempt, slot);
          this.#give(slot, request);
        });
        if (refused === undefined) continue;
        const stopped = this.#homes.get(attempt)?.cancelled === true;
        this.#homes.delete(attempt);
        if (refused.kind === 'refused') {
          const message = `Slurm refused it: ${refused.message}`;
          this.#tellEnd(attempt, { kind: 'failed', failure: 'launch', message });
        } else if (stopped) this.#tellEnd(attempt, STOPPED_FIRST);
        else this.#waiting.set(attempt, request);
      } catch (thrown) {
        if (this.#waitsOn(request, thrown)) return;
      }
    }
  }

  #give(slot: Slot, request: LaunchRequest): void {
    const { program, directory, host, pool } = this.#here;
    const { prefix, stopSignal } = this.#options;
    pool.order(slot, { kind: 'run', attempt: request.attempt, stopSignal }, (stopFile) =>
      runScript(request, { program, study: host.study.id, directory, prefix, stopFile }),
    );
  }

  /** Reads what the agents have written. @returns milliseconds until the next time */
  #poll(): number {
    const { pool, agents, watch } = this.#here;
    agents.leaveInTime();
    for (const slot of pool) {
      this.#hear(slot);
      if (slot.state === 'idle' && this.#waiting.size === 0) this.#demand = false;
    }
    if (this.#options.bind === 'start') this.#assign();
    for (const [attempt, message] of watch.silent()) this.#here.host.unreachable(attempt, message);
    this.#looking?.hasten(watch.nextLook);
    pool.sweep();
    this.#tellCapacity();
    return pollSecondsOf(this.#options) * 1000;
  }

  /** Submits what is wanted. @returns milliseconds until the next time */
  async #submit(): Promise<number> {
    const { jobs, watch } = this.#here;
    if (this.#options.bind === 'submit') await this.#submitWaiting();
    else await jobs.submit(this.#demand);
    this.#looking?.hasten(watch.nextLook);
    this.#tellCapacity();
    return pollSecondsOf(this.#options) * 1000;
  }

  #hear(slot: Slot): void {
    const { jobs, agents } = this.#here;
    const { begun, grown, ended, lost } = agents.hear(slot);
    if (begun) jobs.began();
    if (grown && slot.attempt !== undefined) this.#looks.get(slot.attempt)?.();
    for (const record of ended) {
      const attempt = record.attempt as AttemptId;
      const end = this.#endOfRecord(attempt, record);
      jobs.judge(slot, end);
      this.#tellEnd(attempt, end);
    }
    if (lost !== undefined) this.#tellEnd(lost, endOfJob('over', `Its job ended before it did: ${slot.closed}.`));
  }

  /** Asks Slurm what became of the jobs. @returns milliseconds until the next time */
  async #look(): Promise<number> {
    const { jobs, watch } = this.#here;
    const gone = await watch.look((slot) => this.#hear(slot));
    await jobs.learn(gone);
    for (const job of gone) {
      const { slot, state, why, remedy } = job;
      // Its last words may have come between the two.
      if (slot.closed === undefined) this.#hear(slot);
      const lost = slot.attempt;
      if (!jobs.close(job) || lost === undefined) continue;
      slot.attempt = undefined;
      this.#tellEnd(lost, endOfJob(state, [`Its job ended before it did: ${why}.`, remedy].filter(Boolean).join(' ')));
    }
    this.#tellCapacity();
    if (this.#slurm.isDue(this.#here.host.clock.now())) this.#noteCalls();
    return watch.nextLook;
  }

  #endOfRecord(attempt: AttemptId, record: Parameters<typeof endOfRecord>[0]): AttemptEnd {
    return endOfRecord(record, this.#filesOf(attempt));
  }

  /** A look at a file is work for the file server: those of an attempt are looked at when its agent says that they have grown. */
  #filesOf(attempt: AttemptId): AttemptFiles {
    const { files } = attemptDirectory(this.#here.directory, attempt);
    const onGrowth = (look: () => void): Disposer => {
      this.#looks.set(attempt, look);
      return () => this.#looks.delete(attempt);
    };
    return { ...files, onGrowth };
  }

  #tellEnd(attempt: AttemptId, end: AttemptEnd): void {
    const { host } = this.#here;
    this.#over.add(attempt);
    this.#homes.delete(attempt);
    this.#launches.delete(attempt);
    // Its trial comes back, and its slot is gone.
    if (end.kind === 'evicted') this.#demand = true;
    // Later, because the launch that it belongs to may not have been answered yet.
    host.clock.after(0, () => {
      if (!this.#closed) host.ended(attempt, end);
    });
  }

  #tellCapacity(): void {
    const capacity = this.capacity();
    if (capacity === this.#told) return;
    this.#told = capacity;
    this.#here.host.capacityChanged();
  }
}
