import { copyFileSync, mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type Adoption,
  attemptDirectory,
  type AttemptEnd,
  type AttemptId,
  type Backend,
  type BackendHost,
  type CommandProgram,
  type Disposer,
  FettleError,
  type Launched,
  LAUNCHER_NAME,
  type LaunchRequest,
  makeAttemptDirectory,
  messageOf,
  type RecordedAttempt,
  type StopRequest,
} from '@fettle/core';
import type { AgentConfiguration, NewOrder } from './agent/agent.ts';
import { endOfJob, endOfRecord } from './attempt-end.ts';
import { isOver, type JobClass, jobClass, pendingReason } from './commands/job-state.ts';
import { QUEUE_FORMAT, readQueue } from './commands/queue-listing.ts';
import { scrubEnvironment } from './commands/scrub-environment.ts';
import { readSubmission } from './commands/submission-result.ts';
import { runOrder } from './jobs/run-order.ts';
import { type JobScript, scriptText, submitArguments } from './jobs/job-script.ts';
import { type SlurmCommand, slurmCommands } from './jobs/slurm.ts';
import type { SlurmOptions } from './slurm-options.ts';
import { Ledger } from './slots/ledger.ts';
import { SlotFiles } from './slots/slot-files.ts';
import { Slot } from './slots/slot.ts';
import { slotsWanted } from './slots/slots-wanted.ts';

/** Slurm's own patience is ten seconds by default; its answer must not be missed. */
const COMMAND_TIMEOUT = 45_000;
/** Time between two signs of life of an agent, in milliseconds. */
const HEARTBEAT = 30_000;
/** Silence after which an attempt is said to be out of reach, in milliseconds. */
const SILENCE = 5 * 60_000;
/** Looks at the queue without a job's name after which the job is taken to be gone. */
const LOOKS = 2;
/** First wait before a submission is tried again, in milliseconds; doubled each time. */
const FIRST_WAIT = 5000;
const LONGEST_WAIT = 60 * 60_000;

/** Everything that is known once the backend is open. */
interface Opened {
  readonly host: BackendHost;
  readonly program: CommandProgram;
  readonly directory: string;
  readonly slots: string;
  readonly agent: string;
  readonly ledger: Ledger;
  readonly session: number;
  readonly slurm: SlurmCommand;
}

/** See `slurm`. */
export class SlurmBackend implements Backend {
  readonly outlivesDriver = true;
  readonly #options: SlurmOptions;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #slots = new Map<string, Slot>();
  readonly #files = new Map<string, SlotFiles>();
  readonly #homes = new Map<AttemptId, Slot>();
  /** Attempts that wait for a slot, in order. */
  readonly #waiting = new Map<AttemptId, LaunchRequest>();
  readonly #over = new Set<AttemptId>();
  readonly #launches = new Map<AttemptId, Promise<Launched>>();
  readonly #calls = new Map<string, number>();
  #opened: Opened | undefined;
  #batches = 0;
  /** Whether the last place that became free was taken. */
  #demand = true;
  #submitting = false;
  #wait = FIRST_WAIT;
  #notBefore = 0;
  #cancel = new Set<Disposer>();
  #closed = false;
  #told: number | undefined;

  constructor(options: SlurmOptions, environment: NodeJS.ProcessEnv = process.env) {
    this.#options = options;
    this.#environment = environment;
  }

  async open(host: BackendHost): Promise<void> {
    const { program, directory: folder } = host;
    if (program.kind !== 'command' || folder === undefined) {
      throw new FettleError(
        'backend-unavailable',
        program.kind === 'command'
          ? 'The Slurm backend needs a folder for the study, on a file system that the compute nodes share.'
          : `The Slurm backend runs commands; this study has a ${program.kind} program.`,
        { remedy: 'Give the study a `directory` and a command.' },
      );
    }
    const slurm = slurmCommands(scrubEnvironment(this.#environment), COMMAND_TIMEOUT, (command) =>
      this.#calls.set(command, (this.#calls.get(command) ?? 0) + 1),
    );
    const version = await slurm('sbatch', ['--version']);
    if (version.exitCode !== 0) {
      throw new FettleError('backend-unavailable', `sbatch cannot be run: ${version.stderr.trim()}`, {
        remedy: 'Start the study on a machine from which jobs are submitted, a login node say.',
      });
    }
    mkdirSync(join(folder, 'slurm', 'slots'), { recursive: true });
    const directory = realpathSync(folder);
    const agent = join(directory, 'slurm', `agent${import.meta.url.endsWith('.ts') ? '.ts' : '.mjs'}`);
    const source = new URL(import.meta.url.endsWith('.ts') ? './agent/agent.ts' : './agent/agent.js', import.meta.url);
    copyFileSync(fileURLToPath(source), agent);
    const ledger = new Ledger(join(directory, 'slurm', 'ledger.jsonl'));
    const session = ledger.past.filter(({ kind }) => kind === 'opened').length + 1;
    ledger.append({ kind: 'opened', session });
    const slots = join(directory, 'slurm', 'slots');
    this.#opened = { host, program, directory, slots, agent, ledger, session, slurm };
  }

  async adopt(attempts: readonly RecordedAttempt[]): Promise<readonly Adoption[]> {
    const assigned = this.#restore();
    const ends = new Map<string, AttemptEnd>();
    /** Attempts whose order to run has been given. */
    const given = new Set<string>();
    for (const slot of this.#slots.values()) {
      for (const order of this.#filesOf(slot).orders()) {
        slot.ordered = order.seq;
        if (order.kind === 'run') given.add(order.attempt);
      }
      for (const record of this.#filesOf(slot).news()) {
        slot.hear(record);
        if (record.kind !== 'ended') continue;
        ends.set(record.attempt, endOfRecord(record, this.#attempt(record.attempt as AttemptId).files));
      }
    }
    const adoptions: Adoption[] = [];
    for (const { request } of attempts) {
      const { attempt } = request;
      const slot = this.#slots.get(assigned.get(attempt) ?? '');
      const launched = { handle: null, files: this.#attempt(attempt).files };
      const end = ends.get(attempt);
      if (slot === undefined) {
        adoptions.push({ attempt, status: 'never-launched' });
      } else if (end !== undefined) {
        adoptions.push({ attempt, status: 'ended', end, launched });
      } else if (slot.state === 'closed') {
        const message = `Its job ended: ${slot.closed}.`;
        adoptions.push({ attempt, status: 'ended', end: { kind: 'evicted', message }, launched });
      } else {
        slot.attempt = attempt;
        this.#homes.set(attempt, slot);
        this.#launches.set(attempt, Promise.resolve(launched));
        // The driver may have died between noting the order and giving it.
        if (!given.has(attempt)) this.#give(slot, request);
        adoptions.push({ attempt, status: 'running', launched });
      }
      if (adoptions.at(-1)?.status === 'ended') this.#over.add(attempt);
    }
    await this.#submitWanted(true);
    this.#every(this.#options.pollSeconds * 1000, () => this.#poll());
    this.#every(this.#options.squeueSeconds * 1000, () => this.#lookAtQueue());
    return adoptions;
  }

  launch(request: LaunchRequest): Promise<Launched> {
    const { attempt } = request;
    const known = this.#launches.get(attempt);
    if (known !== undefined) return known;
    const { files } = this.#attempt(attempt);
    if (this.#over.has(attempt)) return Promise.resolve({ handle: null, files });
    this.#demand = true;
    const launched = this.#launch(request).catch((thrown: unknown) => {
      this.#tellEnd(attempt, { kind: 'failed', failure: 'launch', message: messageOf(thrown) });
      return { handle: null, files };
    });
    this.#launches.set(attempt, launched);
    return launched;
  }

  stop(attempt: AttemptId, { from, grace }: StopRequest): void {
    if (this.#waiting.delete(attempt)) {
      this.#tellEnd(attempt, { kind: 'evicted', message: 'It was stopped before it began.' });
      return;
    }
    const slot = this.#homes.get(attempt);
    if (slot !== undefined) this.#order(slot, { kind: 'stop', attempt, from, grace });
  }

  capacity(): number {
    let places = 0;
    for (const { state } of this.#slots.values()) if (state === 'idle' || state === 'busy') places += 1;
    return places;
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const cancel of this.#cancel) cancel();
    if (this.#opened === undefined) return;
    const waiting: string[] = [];
    for (const slot of this.#slots.values()) {
      if (slot.state !== 'idle' && slot.state !== 'queued') continue;
      if (slot.state === 'queued') waiting.push(slot.batch);
      this.#closeSlot(slot, 'the session ended');
    }
    const names = [...new Set(waiting)].map((batch) => this.#jobName(batch));
    for (const name of names)
      await this.#here.slurm('scancel', ['--quiet', '--state=PENDING', `--name=${name}`, '--me']);
  }

  get #here(): Opened {
    if (this.#opened === undefined) throw new TypeError('the Slurm backend was used before it was opened');
    return this.#opened;
  }

  /** Slots of earlier sessions, and which attempt was given to which. */
  #restore(): ReadonlyMap<AttemptId, string> {
    const assigned = new Map<AttemptId, string>();
    for (const entry of this.#here.ledger.past) {
      switch (entry.kind) {
        case 'submitting':
          for (let index = 0; index < entry.count; index += 1) this.#addSlot(entry.batch, index);
          break;
        case 'refused':
          for (const slot of this.#slots.values()) if (slot.batch === entry.batch) slot.closed = entry.message;
          break;
        case 'assigned': {
          assigned.set(entry.attempt, entry.slot);
          const slot = this.#slots.get(entry.slot);
          if (slot !== undefined) slot.taken += 1;
          break;
        }
        case 'closed': {
          const slot = this.#slots.get(entry.slot);
          if (slot !== undefined) slot.closed = entry.why;
          break;
        }
        default:
          break;
      }
    }
    return assigned;
  }

  #addSlot(batch: string, index: number): Slot {
    const slot = new Slot(batch, index);
    this.#slots.set(slot.name, slot);
    SlotFiles.make(join(this.#here.slots, slot.name));
    return slot;
  }

  #filesOf(slot: Slot): SlotFiles {
    let files = this.#files.get(slot.name);
    if (files === undefined) {
      files = new SlotFiles(join(this.#here.slots, slot.name));
      this.#files.set(slot.name, files);
    }
    return files;
  }

  #attempt(attempt: AttemptId): ReturnType<typeof attemptDirectory> {
    return attemptDirectory(this.#here.directory, attempt);
  }

  async #launch(request: LaunchRequest): Promise<Launched> {
    const { files } = await makeAttemptDirectory(this.#here.directory, request);
    this.#waiting.set(request.attempt, request);
    this.#assign();
    return { handle: null, files };
  }

  /** Gives waiting attempts to idle slots. */
  #assign(): void {
    const { attemptsPerJob = Number.POSITIVE_INFINITY } = this.#options;
    for (const slot of this.#slots.values()) {
      const [next] = this.#waiting;
      if (next === undefined) return;
      if (slot.state !== 'idle' || slot.taken >= attemptsPerJob) continue;
      const [attempt, request] = next;
      this.#waiting.delete(attempt);
      slot.attempt = attempt;
      slot.taken += 1;
      this.#homes.set(attempt, slot);
      this.#here.ledger.append({ kind: 'assigned', attempt, slot: slot.name });
      this.#give(slot, request);
    }
  }

  #give(slot: Slot, request: LaunchRequest): void {
    const { program, directory, host } = this.#here;
    const order = runOrder(program, request, host.study.id, attemptDirectory(directory, request.attempt));
    this.#order(slot, { ...order, stopSignal: this.#options.stopSignal });
  }

  #order(slot: Slot, order: NewOrder): void {
    slot.ordered += 1;
    this.#filesOf(slot).order({ ...order, session: this.#here.session, seq: slot.ordered });
  }

  #every(period: number, look: () => Promise<void> | void): void {
    const again = (): void => {
      const cancel = this.#here.host.clock.after(period, () => {
        this.#cancel.delete(cancel);
        Promise.resolve(look()).then(
          () => !this.#closed && again(),
          (thrown: unknown) => {
            this.#here.host.logger.warn(`Looking after the Slurm jobs failed: ${messageOf(thrown)}`);
            if (!this.#closed) again();
          },
        );
      });
      this.#cancel.add(cancel);
    };
    again();
  }

  /** Reads what the agents have written. */
  async #poll(): Promise<void> {
    const { attemptsPerJob = Number.POSITIVE_INFINITY } = this.#options;
    for (const slot of this.#slots.values()) {
      if (slot.state === 'closed') continue;
      this.#hearSlot(slot);
      if (slot.state === 'idle' && slot.taken >= attemptsPerJob) slot.leave();
      if (slot.state === 'idle' && this.#waiting.size === 0) this.#demand = false;
    }
    this.#assign();
    await this.#submitWanted(false);
    this.#tellCapacity();
  }

  #hearSlot(slot: Slot): void {
    const { host, ledger } = this.#here;
    for (const record of this.#filesOf(slot).news()) {
      const end = slot.hear(record);
      if (record.kind === 'hello') {
        this.#wait = FIRST_WAIT;
        this.#notBefore = 0;
        host.logger.info(`Slot ${slot.name} runs on ${record.node} as job ${record.job}.`);
      }
      if (end !== undefined) {
        const attempt = end.attempt as AttemptId;
        this.#tellEnd(attempt, endOfRecord(end, this.#attempt(attempt).files));
      }
    }
    if (slot.closed === undefined) return;
    ledger.append({ kind: 'closed', slot: slot.name, why: slot.closed });
    if (slot.attempt !== undefined) this.#lost(slot, 'over', slot.closed);
  }

  /** Asks Slurm what became of the jobs. */
  async #lookAtQueue(): Promise<void> {
    if ([...this.#slots.values()].every(({ state }) => state === 'closed')) return;
    const { slurm, host } = this.#here;
    const answer = await slurm('squeue', ['--me', '-h', '-r', '-t', 'all', '-o', QUEUE_FORMAT]);
    if (this.#closed) return;
    if (answer.exitCode !== 0) {
      host.logger.warn(`squeue: ${answer.stderr.trim() || 'no answer'}`);
      this.#noteSilence();
      return;
    }
    const jobs = new Map<string, { readonly state: JobClass; readonly text: string }>();
    for (const { name, indices, state, reason, node } of readQueue(answer.stdout)) {
      const text = `${state}${reason === '' || reason === 'None' ? '' : ` (${reason})`}${node === '' ? '' : ` on ${node}`}`;
      for (const index of indices) jobs.set(`${name}/${index}`, { state: jobClass(state), text });
      if (state === 'PENDING' && pendingReason(reason) !== 'wait') {
        host.logger.warn(`Slurm will not start ${name}: ${reason}.`);
      }
    }
    for (const slot of this.#slots.values()) {
      if (slot.state === 'closed') continue;
      const job = jobs.get(`${this.#jobName(slot.batch)}/${slot.index}`);
      if (job !== undefined && !isOver(job.state)) {
        slot.missed = 0;
        continue;
      }
      slot.missed += 1;
      if (slot.missed < LOOKS) continue;
      // Its last words may have come between the two.
      this.#hearSlot(slot);
      if (slot.closed !== undefined) continue;
      this.#closeSlot(slot, job === undefined ? 'its job is gone' : `its job is ${job.text}`);
      this.#lost(slot, job?.state ?? 'over', slot.closed ?? '');
    }
    this.#noteSilence();
    this.#tellCapacity();
  }

  /** Attempts whose agent has not been heard of for long, although its job is not known to be over. */
  #noteSilence(): void {
    const { clock, unreachable } = { clock: this.#here.host.clock, unreachable: this.#here.host };
    for (const { attempt, heard, job } of this.#slots.values()) {
      if (attempt === undefined || heard === undefined || clock.now() - heard < SILENCE) continue;
      unreachable.unreachable(
        attempt,
        `Nothing was heard of job ${job} for ${Math.round((clock.now() - heard) / 60_000)} min.`,
      );
    }
  }

  /** Whatever starts in this slot from now on leaves at once. */
  #closeSlot(slot: Slot, why: string): void {
    slot.closed = why;
    this.#here.ledger.append({ kind: 'closed', slot: slot.name, why });
    this.#order(slot, { kind: 'leave' });
  }

  #lost(slot: Slot, state: JobClass, why: string): void {
    const { attempt } = slot;
    if (attempt === undefined) return;
    slot.attempt = undefined;
    this.#tellEnd(attempt, endOfJob(state, `Its job ended before it did: ${why}.`));
  }

  async #submitWanted(first: boolean): Promise<void> {
    const { host, ledger, slurm } = this.#here;
    const count = slotsWanted(this.#slots.values(), this.#options.slots, this.#demand);
    if (count === 0 || this.#submitting || this.#closed || host.clock.now() < this.#notBefore) return;
    this.#submitting = true;
    try {
      this.#batches += 1;
      const batch = `${this.#here.session}-${this.#batches}`;
      ledger.append({ kind: 'submitting', batch, count, at: host.clock.now() });
      const slots = Array.from({ length: count }, (_, index) => this.#addSlot(batch, index));
      const script = this.#script(batch, count);
      const answer = readSubmission(await slurm('sbatch', submitArguments(script), { input: scriptText(script) }));
      switch (answer.kind) {
        case 'submitted':
          ledger.append({ kind: 'submitted', batch, job: answer.job });
          host.logger.info(`Submitted ${count} ${count === 1 ? 'slot' : 'slots'} as job ${answer.job}.`);
          return;
        case 'unknown':
          // They may exist: they stay as they are until the queue has been looked at.
          host.logger.warn(`Whether Slurm took job ${script.name} is not known yet: ${answer.message}`);
          this.#tryLater();
          return;
        case 'unavailable':
        case 'refused':
          ledger.append({ kind: 'refused', batch, message: answer.message });
          for (const slot of slots) slot.closed = answer.message;
          if (answer.kind === 'refused' && first) throw refused(answer.message);
          host.logger.warn(`sbatch: ${answer.message}; tried again in ${this.#tryLater() / 1000} s`);
      }
    } finally {
      this.#submitting = false;
    }
  }

  /** Submits nothing for a while, longer each time until a job starts. @returns how long, in milliseconds */
  #tryLater(): number {
    const wait = this.#wait;
    this.#notBefore = this.#here.host.clock.now() + wait;
    this.#wait = Math.min(LONGEST_WAIT, wait * 2);
    return wait;
  }

  #script(batch: string, count: number): JobScript {
    const { slots, agent } = this.#here;
    const { minutes, leadSeconds, idleSeconds, pollSeconds, attemptsPerJob, directives, node } = this.#options;
    const configuration: AgentConfiguration = {
      slots: join(slots, batch),
      attempts: attemptsPerJob,
      idle: idleSeconds * 1000,
      poll: Math.min(1000, pollSeconds * 1000),
      heartbeat: HEARTBEAT,
      grace: (leadSeconds * 1000) / 2,
      launcher: LAUNCHER_NAME,
    };
    return {
      name: this.#jobName(batch),
      count,
      minutes,
      leadSeconds,
      folder: join(slots, batch),
      directives,
      agent: [node ?? process.execPath, agent, JSON.stringify(configuration)],
    };
  }

  #jobName(batch: string): string {
    return `fettle-${this.#here.host.study.id.slice(0, 8)}-${batch}`;
  }

  #tellEnd(attempt: AttemptId, end: AttemptEnd): void {
    const { host } = this.#here;
    this.#over.add(attempt);
    this.#homes.delete(attempt);
    this.#launches.delete(attempt);
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

function refused(message: string): FettleError {
  return new FettleError('backend-unavailable', `Slurm refuses the jobs of this study: ${message}`, {
    remedy: 'Correct the directives of the backend: partition, account, time and resources must be ones you may use.',
  });
}
