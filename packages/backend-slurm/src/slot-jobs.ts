import { join } from 'node:path';
import { type AttemptEnd, type BackendHost, lastLines, type LaunchRequest, messageOf } from '@fettle/core';
import { type Gone, isUnheard, unheardText } from './gone.ts';
import { expandDirectives } from './jobs/expand-directives.ts';
import type { Directives } from './jobs/job-script.ts';
import type { LookPace } from './jobs/look-pace.ts';
import { NodeHealth } from './jobs/node-health.ts';
import { slotScript } from './jobs/slot-script.ts';
import type { SlurmCommand } from './jobs/slurm.ts';
import type { Steps } from './jobs/steps.ts';
import { refusal, Submitter } from './jobs/submitter.ts';
import type { SlurmOptions } from './slurm-options.ts';
import type { Ledger } from './slots/ledger.ts';
import type { Slot } from './slots/slot.ts';
import type { SlotPool } from './slots/slot-pool.ts';
import { slotsWanted } from './slots/slots-wanted.ts';

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
  /** Told when somebody waits for what the queue says. */
  readonly pace: LookPace;
  /** Where the slots are steps of an allocation. */
  readonly steps?: Steps | undefined;
}

/** Why a job for one attempt does not exist. */
export interface NotSubmitted {
  readonly kind: 'refused' | 'unavailable';
  readonly message: string;
}

/** The jobs that hold the slots: submits them, and gives them up. */
export class SlotJobs {
  readonly #parts: SlotJobsParts;
  readonly #submitter: Submitter;
  readonly #health = new NodeHealth();
  #batches = 0;
  /** Batches of which no job is to begin any more, and that could not be cancelled yet. */
  readonly #unwanted = new Set<string>();
  /** Whether a job of this session was ever taken. */
  #taken = false;

  constructor(parts: SlotJobsParts) {
    const { host, slurm, options, ledger } = parts;
    this.#parts = parts;
    this.#submitter = new Submitter(slurm, host, options.bind === 'submit' ? 0 : options.squeueSeconds * 1000);
    for (const entry of ledger.past) if (entry.kind === 'node-failed') this.#health.failed(entry.node, entry.at);
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
    const { options, pool, steps } = this.#parts;
    if (options.bind === 'submit' || !this.isReady || steps?.isEnding(this.#now, options.leadSeconds) === true) return;
    const wanted = Math.floor(slotsWanted(pool, options.slots, demand) / options.slotsPerJob);
    const jobs = Math.min(wanted, this.#submitter.most);
    if (jobs === 0) return;
    const batch = this.#nextBatch();
    const slots = pool.add(batch, jobs * options.slotsPerJob, options.slotsPerJob, this.#now);
    const refused = await this.#submit(batch, slots, jobs, options.directives);
    if (refused?.kind === 'refused' && !this.#taken) throw refusal(refused.message);
  }

  /**
   * Submits a job for one attempt.
   * @param give tells the agent what to run, before there is one
   * @returns why there is no such job; undefined if there is, or may be
   */
  async submitFor(request: LaunchRequest, give: (slot: Slot) => void): Promise<NotSubmitted | undefined> {
    const { options, pool } = this.#parts;
    const directives = expandDirectives(options.directives, request.configuration);
    const batch = this.#nextBatch();
    const slots = pool.add(batch, 1, 1, this.#now);
    try {
      pool.assign(slots[0]!, request.attempt);
      give(slots[0]!);
    } catch (thrown) {
      pool.refuse(slots, messageOf(thrown));
      throw thrown;
    }
    return this.#submit(batch, slots, 1, directives);
  }

  /** A job has begun: others can, too. */
  began(): void {
    this.#submitter.began();
  }

  /** The attempt in a slot is to stop: if its job has not begun it never does, and is soon seen to be over. */
  async cancel(slot: Slot): Promise<void> {
    if (slot.heard !== undefined || slot.cancelled) return;
    slot.cancelled = true;
    await this.#cancelPending([slot.batch]);
    this.#parts.pace.soon();
  }

  /** Learns from the end of an attempt whether its node is sound. */
  judge({ node }: Slot, end: AttemptEnd): void {
    if (node === undefined) return;
    if (end.kind === 'finished' || end.kind === 'checkpointed') this.#health.ranWell(node);
    else if (end.kind === 'failed' && end.failure === 'launch') this.#blame(node);
  }

  /**
   * Learns from jobs that are over. Where nothing was heard of them that is said, and the next ones wait: whatever it is, a
   * folder that the nodes do not see or a person who cancels them, would meet those as well. Those that would wait forever
   * are cancelled, and those that should have been before.
   */
  async learn(gone: readonly Gone[]): Promise<void> {
    const { logger } = this.#parts.host;
    const unheard = gone.filter(isUnheard);
    const [first] = unheard;
    if (first !== undefined) {
      const wait = this.#submitter.tryLater() / 1000;
      logger.warn(unheardText(first, unheard.length, this.#logOf(first.slot), wait));
    }
    const hopeless = gone.filter(({ state }) => state === 'hopeless');
    if (hopeless[0] !== undefined) {
      logger.error(`${hopeless[0].why}. Jobs like this are cancelled, and tried again later.`);
      this.#submitter.tryLater();
    }
    await this.#cancelPending([...hopeless.map(({ slot }) => slot.batch), ...this.#unwanted]);
  }

  /** Gives a slot up: whatever starts there from now on leaves at once. @returns false if it had closed by itself */
  close({ slot, why, state, node = slot.node }: Gone): boolean {
    if (slot.closed !== undefined) return false;
    if (state === 'node' && node !== undefined) this.#blame(node);
    this.#parts.pool.close(slot, why);
    return true;
  }

  /** The session ends: slots that have nothing to do are given up, those that run go on. */
  async release(): Promise<void> {
    const { pool, host, prefix } = this.#parts;
    const waiting: string[] = [];
    for (const slot of pool) {
      if (slot.state !== 'queued' && slot.state !== 'idle') continue;
      if (slot.state === 'queued') waiting.push(slot.batch);
      pool.close(slot, 'the session ended');
    }
    await this.#cancelPending([...waiting, ...this.#unwanted]);
    if (this.#unwanted.size === 0) return;
    const commands = [...this.#unwanted].map((batch) => ['scancel', ...pendingArguments(prefix + batch)].join(' '));
    host.logger.warn(
      `Jobs that wait could not be cancelled. They leave when they begin; this ends them: ${commands.join('; ')}`,
    );
  }

  get #now(): number {
    return this.#parts.host.clock.now();
  }

  #nextBatch(): string {
    this.#batches += 1;
    return `${this.#parts.session}-${this.#batches}`;
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
  ): Promise<NotSubmitted | undefined> {
    const { pool, ledger, pace, steps, agent, options, prefix } = this.#parts;
    const script = slotScript(
      { name: prefix + batch, jobs, directives: this.#withExclusions(directives), folder: pool.folderOf(batch), agent },
      options,
    );
    if (steps !== undefined) {
      steps.start(script);
      // One that cannot begin is not worth another at once.
      this.#submitter.tryLater();
      return undefined;
    }
    const answer = await this.#submitter.submit(script);
    pace.soon();
    if (answer.kind === 'submitted') {
      this.#taken = true;
      ledger.append({ kind: 'submitted', batch, job: answer.job });
    }
    if (answer.kind === 'submitted' || answer.kind === 'unknown') return undefined;
    // Without the nodes that were left alone there may be none.
    if (answer.kind === 'refused') this.#health.forgive();
    pool.refuse(slots, answer.message);
    return { kind: answer.kind === 'refused' ? 'refused' : 'unavailable', message: answer.message };
  }

  /** What the job of a slot has logged, for people. */
  #logOf({ batch, element }: Slot): { readonly path: string; readonly said: readonly string[] } {
    const path = join(this.#parts.pool.folderOf(batch), `job-${element}.log`);
    return { path, said: lastLines(path, SHOWN_LINES) };
  }

  #withExclusions(directives: Directives): Directives {
    const excluded = this.#health.excluded(this.#now);
    if (excluded.length === 0) return directives;
    const wished = directives['exclude'] === undefined ? [] : [String(directives['exclude'])];
    this.#parts.host.logger.warn(`Nodes where things went wrong lately are left alone: ${excluded.join(', ')}.`);
    return { ...directives, exclude: [...wished, ...excluded].join(',') };
  }

  /** Cancels what waits of these batches. Where that fails it is tried again later. */
  async #cancelPending(batches: readonly string[]): Promise<void> {
    const { slurm, prefix, steps, host } = this.#parts;
    if (steps !== undefined) return;
    const left = new Set(batches);
    for (const batch of left) {
      // oxlint-disable-next-line no-await-in-loop -- A controller is asked one thing at a time.
      const { exitCode, stderr } = await slurm('scancel', ['--quiet', ...pendingArguments(prefix + batch)]);
      if (exitCode !== 0) {
        host.logger.warn(`scancel: ${stderr.trim() || 'no answer'}`);
        for (const other of left) this.#unwanted.add(other);
        return;
      }
      left.delete(batch);
      this.#unwanted.delete(batch);
    }
  }
}

function pendingArguments(name: string): readonly string[] {
  return ['--state=PENDING', '--me', `--name=${name}`];
}
