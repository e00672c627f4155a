import { join } from 'node:path';
import {
  type AttemptEnd,
  type AttemptId,
  type BackendHost,
  lastLines,
  type LaunchRequest,
  messageOf,
} from '@fettle/core';
import type { JobEnd } from './commands/job-end.ts';
import type { JobClass } from './commands/job-state.ts';
import { expandDirectives } from './jobs/expand-directives.ts';
import type { Directives } from './jobs/job-script.ts';
import { JobRecords, type SoughtJob } from './jobs/job-records.ts';
import { LookPace } from './jobs/look-pace.ts';
import { NodeHealth } from './jobs/node-health.ts';
import { isGone, QueueWatch } from './jobs/queue-watch.ts';
import { HEARTBEAT, slotScript } from './jobs/slot-script.ts';
import type { SlurmCommand } from './jobs/slurm.ts';
import type { Steps } from './jobs/steps.ts';
import { refusal, Submitter } from './jobs/submitter.ts';
import type { SlurmOptions } from './slurm-options.ts';
import type { AttemptRecord } from './slots/agent-record.ts';
import type { Ledger } from './slots/ledger.ts';
import type { Slot } from './slots/slot.ts';
import type { SlotPool } from './slots/slot-pool.ts';
import { slotsWanted } from './slots/slots-wanted.ts';

/** Silence after which an attempt is said to be out of reach, in milliseconds. */
const SILENCE = 5 * 60_000;
/** Looks at the queue without a job's name after which the job is taken to be gone. */
const LOOKS = 2;
/** How much an attempt counts in the typical time of one. */
const RECENT = 0.2;
/** Lines of a job's log that go into a message. */
const SHOWN_LINES = 3;

/** What the jobs of a study are made of. */
export interface SlotJobsParts {
  readonly options: SlurmOptions;
  readonly host: BackendHost;
  readonly slurm: SlurmCommand;
  readonly pool: SlotPool;
  readonly ledger: Ledger;
  readonly session: number;
  /** What the names of the study's jobs begin with. */
  readonly prefix: string;
  /** Path of the agent. */
  readonly agent: string;
  /** Where the slots are steps of an allocation: that, and when its time is over, in milliseconds since the epoch. */
  readonly allocation?: { readonly steps: Steps; readonly end: number } | undefined;
}

/** A slot whose job is over, as Slurm says. */
export interface Gone {
  readonly slot: Slot;
  /** `hopeless`: it waited, and would have waited forever. */
  readonly state: JobClass | 'hopeless';
  readonly why: string;
  /** What can be done about it. */
  readonly remedy?: string | undefined;
  /** Where it was, as far as Slurm says. */
  readonly node?: string | undefined;
}

/** The jobs that hold the slots: submits them, hears their agents, asks Slurm about them, and gives them up. */
export class SlotJobs {
  readonly #parts: SlotJobsParts;
  readonly #submitter: Submitter;
  readonly #pace: LookPace;
  readonly #queue: QueueWatch;
  readonly #records: JobRecords;
  readonly #health = new NodeHealth();
  readonly #prefix: string;
  /** When the attempt in a slot was given to it. */
  readonly #begun = new Map<Slot, number>();
  /** Why jobs wait, as Slurm says. */
  #reasons: ReadonlySet<string> = new Set();
  #batches = 0;
  /** Whether a job of this session was ever taken. */
  #taken = false;
  /** How long attempts take, in milliseconds. */
  #typical = 0;

  constructor(parts: SlotJobsParts) {
    const { host, slurm, options, ledger } = parts;
    this.#parts = parts;
    this.#prefix = parts.prefix;
    const spacing = options.squeueSeconds * 1000;
    this.#submitter = new Submitter(slurm, host, options.bind === 'submit' ? 0 : spacing);
    this.#pace = new LookPace(() => host.clock.now(), spacing);
    this.#queue = new QueueWatch(slurm, this.#prefix, this.#pace);
    this.#records = new JobRecords(slurm, () => host.clock.now());
    for (const entry of ledger.past) if (entry.kind === 'node-failed') this.#health.failed(entry.node, entry.at);
  }

  /** Milliseconds until Slurm should be asked again. */
  get nextLook(): number {
    return this.#pace.wait;
  }

  /** How many slots wait for their jobs to begin, and why; `undefined` if none does. */
  get standing(): string | undefined {
    let waiting = 0;
    for (const { heard } of this.#parts.pool) if (heard === undefined) waiting += 1;
    if (waiting === 0) return undefined;
    const why = [...this.#reasons].join(', ');
    return `${waiting} ${waiting === 1 ? 'slot waits' : 'slots wait'} in the queue${why === '' ? '' : `: ${why}`}`;
  }

  /** Whether jobs may be submitted now. */
  get isReady(): boolean {
    return this.#submitter.isReady;
  }

  /**
   * Submits as many slots as are wanted.
   * @param demand whether there is work for more than there are
   * @throws FettleError `backend-unavailable` if Slurm refuses the very first of them: so it would all others
   */
  async submit(demand: boolean): Promise<void> {
    const { options, pool } = this.#parts;
    if (options.bind === 'submit' || !this.isReady || this.#isEnding) return;
    const jobs = Math.floor(slotsWanted(pool, options.slots, demand) / options.slotsPerJob);
    if (jobs === 0) return;
    const batch = this.#nextBatch();
    const slots = pool.add(batch, jobs * options.slotsPerJob, this.#now);
    const refused = await this.#submit(batch, slots, jobs, options.directives);
    if (refused?.kind === 'refused' && !this.#taken) throw refusal(refused.message);
  }

  /**
   * Submits a job for one attempt.
   * @param give tells the agent what to run, before there is one
   * @returns why there is no such job; undefined if there is, or may be
   */
  async submitFor(
    request: LaunchRequest,
    give: (slot: Slot) => void,
  ): Promise<{ readonly kind: 'refused' | 'unavailable'; readonly message: string } | undefined> {
    const { options, pool } = this.#parts;
    const directives = expandDirectives(options.directives, request.configuration);
    const batch = this.#nextBatch();
    const slots = pool.add(batch, 1, this.#now);
    try {
      pool.assign(slots[0]!, request.attempt);
      give(slots[0]!);
    } catch (thrown) {
      pool.refuse(slots, messageOf(thrown));
      throw thrown;
    }
    return this.#submit(batch, slots, 1, directives);
  }

  /** The attempt in a slot is to stop: if its job has not begun it never does, and is soon seen to be over. */
  async cancel(slot: Slot): Promise<void> {
    if (slot.heard !== undefined || slot.cancelled) return;
    slot.cancelled = true;
    await this.#cancelPending([slot.batch]);
    this.#pace.soon();
  }

  /** Whether a slot should be given another attempt. One that should not is asked to leave. */
  takesMore(slot: Slot): boolean {
    const { options, host, pool } = this.#parts;
    // Whatever the time that is left, a new job must not be sent away: the next one would have no more.
    if (slot.taken === 0 || slot.until === undefined) return this.#allows(slot);
    const left = slot.until - options.leadSeconds * 1000 - this.#now;
    // A program that can resume loses little when its time ends in the middle.
    const enough = left > (host.resumable ? this.#typical / 4 : this.#typical);
    if (this.#allows(slot) && enough) return true;
    slot.leave();
    if (!enough) pool.order(slot, { kind: 'leave' });
    return false;
  }

  /**
   * Takes in what an agent has written.
   * @returns whether its program may have written something, ends of attempts, and one that was lost because the agent has left
   */
  hear(slot: Slot): {
    readonly grown: boolean;
    readonly ended: readonly AttemptRecord[];
    readonly lost: AttemptId | undefined;
  } {
    const { pool, host, options } = this.#parts;
    const { minutes } = options;
    const ended: AttemptRecord[] = [];
    const news = pool.files(slot).news();
    for (const record of news) {
      const end = slot.hear(record, this.#now);
      if (end !== undefined) ended.push(end);
      if (record.kind === 'hello') {
        this.#submitter.began();
        slot.until =
          this.#parts.allocation?.end ?? slot.until ?? record.at + (minutes ?? Number.POSITIVE_INFINITY) * 60_000;
        host.logger.info(`Slot ${slot.name} runs on ${record.node} as job ${record.job}.`);
      }
      if (record.kind === 'started') this.#begun.set(slot, this.#now);
    }
    if (ended.length > 0) this.#learn(slot);
    if (slot.state === 'idle' && !this.#allows(slot)) slot.leave();
    const grown = news.some(({ kind }) => kind === 'alive');
    if (slot.closed === undefined) return { grown, ended, lost: undefined };
    const lost = slot.attempt;
    slot.attempt = undefined;
    this.#begun.delete(slot);
    pool.forget(slot, slot.closed);
    return { grown, ended, lost };
  }

  /** Asks the agents of an allocation to leave shortly before its time is over; jobs of their own are told by Slurm. */
  leaveInTime(): void {
    if (!this.#isEnding) return;
    for (const slot of this.#parts.pool) {
      if (slot.state === 'leaving') continue;
      slot.leave();
      this.#parts.pool.order(slot, { kind: 'leave' });
    }
  }

  /** Learns from the end of an attempt whether its node is sound. */
  judge({ node }: Slot, end: AttemptEnd): void {
    if (node === undefined) return;
    if (end.kind === 'finished' || end.kind === 'checkpointed') this.#health.ranWell(node);
    else if (end.kind === 'failed' && end.failure === 'launch') this.#blame(node);
  }

  /**
   * Asks Slurm about all jobs.
   * @param hear takes in the last words of a slot's agent: who has said how it ended need not be asked for
   * @returns the slots whose jobs are over, or were not seen twice, and whose agents have not said so themselves
   */
  async look(hear: (slot: Slot) => void): Promise<readonly Gone[]> {
    const { pool, host, allocation } = this.#parts;
    if (pool.size === 0) {
      this.#pace.skipped();
      return [];
    }
    const jobs = await (allocation?.steps ?? this.#queue).look();
    if (allocation !== undefined) this.#pace.looked(true);
    if (typeof jobs === 'string') {
      host.logger.warn(`squeue: ${jobs}`);
      return [];
    }
    this.#reasons = new Set([...jobs.values()].flatMap(({ reason }) => reason ?? []));
    const gone: Gone[] = [];
    const forgotten: Slot[] = [];
    const hopeless = new Set<string>();
    for (const slot of pool) {
      const sight = jobs.get(this.#jobOf(slot));
      if (sight?.hopeless !== undefined) {
        hopeless.add(slot.batch);
        gone.push({ slot, state: 'hopeless', why: `Slurm would never have started it (${sight.hopeless})` });
        continue;
      }
      if (!isGone(sight)) {
        slot.missed = 0;
        continue;
      }
      slot.missed += 1;
      this.#pace.hurry();
      if (slot.missed < LOOKS) continue;
      hear(slot);
      if (slot.state === 'closed') continue;
      if (sight === undefined) forgotten.push(slot);
      else gone.push(goneOf(slot, sight));
    }
    const ends =
      allocation === undefined ? await this.#records.ends(forgotten.map((slot) => this.#soughtJob(slot))) : [];
    for (const [index, slot] of forgotten.entries()) {
      const end = ends[index];
      gone.push(end === undefined ? { slot, state: 'over', why: 'its job is gone' } : goneOf(slot, end));
    }
    this.#noteUnheard(gone);
    if (hopeless.size > 0) {
      host.logger.error(
        `${gone.find(({ slot }) => hopeless.has(slot.batch))!.why}. Jobs like this are cancelled, and tried again later.`,
      );
      this.#submitter.tryLater();
      await this.#cancelPending([...hopeless]);
    }
    return gone;
  }

  /** Gives a slot up: whatever starts there from now on leaves at once. @returns false if it had closed by itself */
  close({ slot, why, state, node = slot.node }: Gone): boolean {
    if (slot.closed !== undefined) return false;
    if (state === 'node' && node !== undefined) this.#blame(node);
    this.#begun.delete(slot);
    this.#parts.pool.close(slot, why);
    return true;
  }

  /** Attempts whose agents have not been heard of for long, although their jobs are not known to be over; each once. */
  silent(): readonly (readonly [AttemptId, string])[] {
    const found: [AttemptId, string][] = [];
    for (const slot of this.#parts.pool) {
      const { attempt, heard, job, silent } = slot;
      if (attempt === undefined || heard === undefined) continue;
      const quiet = this.#now - heard;
      // It should have spoken by now: whether its job is still there is worth a question.
      if (quiet > 2 * HEARTBEAT) this.#pace.hurry();
      if (silent || quiet < SILENCE) continue;
      slot.silent = true;
      found.push([attempt, `Nothing was heard of job ${job} for ${Math.round(quiet / 60_000)} min.`]);
    }
    return found;
  }

  /** The session ends: slots that have nothing to do are given up, those that run go on. */
  async release(): Promise<void> {
    const waiting = new Set<string>();
    for (const slot of this.#parts.pool) {
      if (slot.attempt !== undefined || slot.state === 'leaving') continue;
      if (slot.state === 'queued') waiting.add(slot.batch);
      this.#parts.pool.close(slot, 'the session ended');
    }
    await this.#cancelPending([...waiting]);
  }

  get #now(): number {
    return this.#parts.host.clock.now();
  }

  /** Whether the slots belong to an allocation of which the time is nearly over. */
  get #isEnding(): boolean {
    const { allocation, options } = this.#parts;
    return allocation !== undefined && this.#now > allocation.end - options.leadSeconds * 1000;
  }

  #nextBatch(): string {
    this.#batches += 1;
    return `${this.#parts.session}-${this.#batches}`;
  }

  /** The job of a slot as it is called in the queue. */
  #jobOf(slot: Slot): string {
    const { name, index } = this.#soughtJob(slot);
    return `${name}/${index}`;
  }

  #soughtJob({ batch, index, job, submitted }: Slot): SoughtJob {
    const { slotsPerJob } = this.#parts.options;
    return { name: this.#prefix + batch, index: Math.floor(index / slotsPerJob), job, submitted };
  }

  #allows({ taken }: Slot): boolean {
    return taken < (this.#parts.options.attemptsPerJob ?? Number.POSITIVE_INFINITY);
  }

  #learn(slot: Slot): void {
    const begun = this.#begun.get(slot);
    if (begun === undefined) return;
    this.#begun.delete(slot);
    const took = this.#now - begun;
    this.#typical = this.#typical === 0 ? took : this.#typical + RECENT * (took - this.#typical);
  }

  #blame(node: string): void {
    this.#health.failed(node, this.#now);
    this.#parts.ledger.append({ kind: 'node-failed', node, at: this.#now });
  }

  async #submit(
    batch: string,
    slots: readonly Slot[],
    jobs: number,
    directives: Directives,
  ): Promise<{ readonly kind: 'refused' | 'unavailable'; readonly message: string } | undefined> {
    const { pool, ledger, allocation, agent, options } = this.#parts;
    const name = this.#prefix + batch;
    const folder = pool.folderOf(batch);
    const script = slotScript({ name, jobs, directives: this.#withExclusions(directives), folder, agent }, options);
    if (allocation !== undefined) {
      allocation.steps.start(script);
      // One that cannot begin is not worth another at once.
      this.#submitter.tryLater();
      return undefined;
    }
    const answer = await this.#submitter.submit(script);
    this.#pace.soon();
    if (answer.kind === 'submitted') {
      this.#taken = true;
      ledger.append({ kind: 'submitted', batch, job: answer.job });
    }
    if (answer.kind !== 'refused' && answer.kind !== 'unavailable') return undefined;
    // Without the nodes that were left alone there may be none.
    if (answer.kind === 'refused') this.#health.forgive();
    pool.refuse(slots, answer.message);
    return answer;
  }

  /**
   * Says why jobs ended of which nothing was ever heard, once for all of them, and has the next ones wait: whatever it is, a
   * folder that the nodes do not see or a person who cancels them, would meet those as well.
   */
  #noteUnheard(gone: readonly Gone[]): void {
    const unheard = gone.filter(
      ({ slot, state }) => slot.heard === undefined && !slot.cancelled && state !== 'hopeless',
    );
    const [first] = unheard;
    if (first === undefined) return;
    const { slot, why, remedy, state } = first;
    const [count, them] = unheard.length === 1 ? ['1 slot', 'it'] : [`${unheard.length} slots`, 'them'];
    const wait = this.#submitter.tryLater() / 1000;
    this.#parts.host.logger.warn(
      [
        `${count} ended before anything was heard of ${them}: ${why}.`,
        // Who has cancelled it knows why.
        ...(state === 'cancelled'
          ? []
          : [remedy ?? "Look whether the compute nodes see the study's folder.", this.#logOf(slot)]),
        `The next jobs are submitted in ${wait} s at the earliest.`,
      ].join(' '),
    );
  }

  /** What the job of a slot has logged, for people. */
  #logOf({ batch, index }: Slot): string {
    const { options, pool } = this.#parts;
    const log = join(pool.folderOf(batch), `job-${Math.floor(index / options.slotsPerJob)}.log`);
    const said = lastLines(log, SHOWN_LINES);
    return said.length === 0
      ? `There is nothing in its log, ${log}.`
      : `The end of its log, ${log}:\n${said.join('\n')}\n`;
  }

  #withExclusions(directives: Directives): Directives {
    const excluded = this.#health.excluded(this.#now);
    if (excluded.length === 0) return directives;
    const wished = directives['exclude'] === undefined ? [] : [String(directives['exclude'])];
    this.#parts.host.logger.warn(`Nodes where things went wrong lately are left alone: ${excluded.join(', ')}.`);
    return { ...directives, exclude: [...wished, ...excluded].join(',') };
  }

  async #cancelPending(batches: readonly string[]): Promise<void> {
    if (this.#parts.allocation !== undefined) return;
    for (const batch of batches) {
      // oxlint-disable-next-line no-await-in-loop -- A controller is asked one thing at a time.
      await this.#parts.slurm('scancel', ['--quiet', '--state=PENDING', `--name=${this.#prefix}${batch}`, '--me']);
    }
  }
}

/** A job that ended by itself before its agent said a word was never fit to run anything: its node is tried, not the trial. */
function goneOf(slot: Slot, { state, text, remedy, node }: JobEnd & { readonly node?: string | undefined }): Gone {
  const unfit = state === 'over' && slot.heard === undefined;
  return { slot, state: unfit ? 'node' : state, why: `its job is ${text}`, remedy, node };
}
