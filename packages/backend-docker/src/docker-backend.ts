import { existsSync, mkdirSync, mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Adoption,
  type AttemptEnd,
  type AttemptId,
  attemptDirectory,
  type Backend,
  type BackendHost,
  type Diagnosis,
  FettleError,
  type Launched,
  type LaunchRequest,
  makeAttemptDirectory,
  messageOf,
  type RecordedAttempt,
  type StopRequest,
} from '@fettle/core';
import { Contact } from './contact.ts';
import { ATTEMPT_LABEL, containerName, folderOf, isOwn, leasedGpus, studyFilter } from './container/labels.ts';
import { ContainerAttempt } from './container-attempt.ts';
import { diagnoseEngine } from './diagnose.ts';
import type { DockerOptions } from './docker-options.ts';
import type { Engine, ListedContainer } from './engine/engine.ts';
import { isEngineError } from './engine/engine-error.ts';
import { prepareSession, type SessionMeans } from './session.ts';
import { unavailable } from './unavailable.ts';

/** How often the engine is asked for what a session cannot begin without. */
const TRIES = 3;

/** Everything that is known once the backend is open. */
interface Opened extends SessionMeans {
  readonly host: BackendHost;
  readonly engine: Engine;
  /** Folder of the study, without symbolic links. */
  readonly directory: string;
  /** Whether the folder will be of no use to anybody after this session. */
  readonly temporary: boolean;
  readonly contact: Contact;
}

/** See `docker`. */
export class DockerBackend implements Backend {
  readonly outlivesDriver = true;
  readonly #options: DockerOptions;
  readonly #connect: () => Engine;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #launches = new Map<AttemptId, Promise<Launched>>();
  readonly #attempts = new Map<AttemptId, ContainerAttempt>();
  readonly #over = new Set<AttemptId>();
  #lost: string | undefined;
  #opened: Opened | undefined;
  #closed = false;

  /**
   * @param options checked
   * @param connect makes the way to the engine
   * @param environment of the driver
   */
  constructor(options: DockerOptions, connect: () => Engine, environment: NodeJS.ProcessEnv = process.env) {
    this.#options = options;
    this.#connect = connect;
    this.#environment = environment;
  }

  async open(host: BackendHost): Promise<void> {
    const temporary = host.directory === undefined;
    const folder = host.directory ?? mkdtempSync(join(tmpdir(), 'fettle-'));
    mkdirSync(folder, { recursive: true });
    const directory = realpathSync(folder);
    if (temporary) host.logger.info(`The study has no folder; what its trials print is kept in ${directory}.`);
    const engine = this.#connect();
    try {
      const means = await prepareSession(host, directory, this.#options, engine, this.#environment);
      const contact = new Contact(engine, studyFilter(means.plan.owner), host.clock, {
        news: ({ action, signal, labels }) => this.#find(labels)?.heard(action, signal),
        listed: (containers) => this.#listed(containers.filter(({ labels }) => isOwn(labels, means.plan.owner))),
        broken: () => {
          for (const attempt of this.#attempts.values()) attempt.missed();
        },
        lost: (message) => this.#contactLost(message),
      });
      this.#opened = { ...means, host, engine, directory, temporary, contact };
    } catch (thrown) {
      engine.close();
      throw thrown;
    }
  }

  async adopt(recorded: readonly RecordedAttempt[]): Promise<readonly Adoption[]> {
    const { host, engine, contact } = this.#here;
    const containers = await this.#ownContainers();
    const adoptions: Adoption[] = [];
    for (const { request } of recorded) {
      const own = containers.find(({ labels }) => labels[ATTEMPT_LABEL] === request.attempt);
      adoptions.push(await this.#adopt(request, own));
    }
    const strays = containers.filter(({ labels }) => this.#find(labels) === undefined);
    for (const { id } of strays) await engine.remove(id, true).catch(() => undefined);
    const running = strays.filter(({ status }) => status === 'running').length;
    if (running > 0) host.logger.warn(`Removed ${running} running containers of attempts that are over.`);
    contact.open();
    return adoptions;
  }

  launch(request: LaunchRequest): Promise<Launched> {
    const { attempt } = request;
    const known = this.#launches.get(attempt);
    if (known !== undefined) return known;
    const { files } = attemptDirectory(this.#here.directory, attempt);
    if (this.#over.has(attempt)) return Promise.resolve({ handle: null, files });
    const launched = this.#launch(request).catch((thrown: unknown) => {
      const message = thrown instanceof FettleError ? thrown.toHuman() : messageOf(thrown);
      this.#tellEnd(attempt, { kind: 'failed', failure: 'launch', message });
      return { handle: null, files };
    });
    this.#launches.set(attempt, launched);
    return launched;
  }

  stop(attempt: AttemptId, request: StopRequest): void {
    this.#attempts.get(attempt)?.stop(request);
  }

  capacity(): number {
    const { workers, leases } = this.#here;
    return leases === undefined ? workers : Math.min(workers, leases.capacity);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const opened = this.#opened;
    if (opened === undefined) return;
    opened.contact.close();
    for (const attempt of this.#attempts.values()) attempt.leaveAlone();
    if (opened.temporary) {
      const containers = await this.#ownContainers().catch(() => []);
      for (const { id } of containers) await opened.engine.remove(id, true).catch(() => undefined);
    }
    opened.engine.close();
  }

  async diagnose(): Promise<readonly Diagnosis[]> {
    const engine = this.#connect();
    try {
      return await diagnoseEngine(engine, this.#options);
    } finally {
      engine.close();
    }
  }

  get #here(): Opened {
    if (this.#opened !== undefined) return this.#opened;
    throw new Error('The Docker backend was used before it was opened.');
  }

  async #launch(request: LaunchRequest): Promise<Launched> {
    const { directory, leases } = this.#here;
    const files = await makeAttemptDirectory(directory, request);
    const gpus = leases === undefined ? [] : leases.lease(request.attempt);
    if (gpus === undefined) throw new FettleError('launch-failed', 'All GPUs are leased to other attempts.');
    const attempt = this.#makeAttempt(request, gpus);
    this.#attempts.set(attempt.id, attempt);
    await attempt.begin();
    return { handle: this.#handle(attempt), files: files.files };
  }

  async #adopt(request: LaunchRequest, listed: ListedContainer | undefined): Promise<Adoption> {
    const { directory, host, leases } = this.#here;
    const { attempt: id } = request;
    mkdirSync(attemptDirectory(directory, id).path, { recursive: true });
    const attempt = this.#makeAttempt(request, listed === undefined ? [] : leasedGpus(listed.labels));
    const outcome = await answered(`what became of attempt ${id}`, () => attempt.adopt(listed));
    if (outcome === 'never-launched') return { attempt: id, status: 'never-launched' };
    const launched = { handle: this.#handle(attempt), files: attempt.directory.files };
    if (outcome === 'running') {
      this.#attempts.set(id, attempt);
      this.#launches.set(id, Promise.resolve(launched));
      leases?.restore(id, attempt.gpus);
      return { attempt: id, status: 'running', launched };
    }
    this.#over.add(id);
    host.logger.info(`Attempt ${id} ended while no driver was at work.`);
    return { attempt: id, status: 'ended', end: outcome, launched };
  }

  #makeAttempt(request: LaunchRequest, gpus: readonly string[]): ContainerAttempt {
    const { engine, plan, host, directory, contact } = this.#here;
    return new ContainerAttempt(request, attemptDirectory(directory, request.attempt), gpus, {
      engine,
      plan,
      clock: host.clock,
      logger: host.logger,
      ended: ({ id }, end) => this.#tellEnd(id, end),
      unanswered: ({ id }, message) => {
        host.logger.debug(`Attempt ${id}: ${message}`);
        if (this.#lost !== undefined && !this.#closed) host.unreachable(id, message);
        contact.doubt();
      },
    });
  }

  #find(labels: Readonly<Record<string, string>>): ContainerAttempt | undefined {
    return isOwn(labels, this.#here.plan.owner) ? this.#attempts.get(attemptOf(labels)) : undefined;
  }

  /** There is contact. Attempts whose container is not just running look for it; what is over for sure is removed. */
  #listed(containers: readonly ListedContainer[]): void {
    const { engine, host, contact } = this.#here;
    if (this.#lost !== undefined) host.logger.info('The container engine answers again.');
    this.#lost = undefined;
    const running = new Set(
      containers.flatMap(({ labels, status }) => (status === 'running' ? [attemptOf(labels)] : [])),
    );
    for (const [id, attempt] of this.#attempts) {
      if (!running.has(id) || !attempt.calm) void attempt.look();
    }
    // Not those that are merely unknown: they may be another driver's, if this one has been replaced and does not know yet.
    for (const { id, labels } of containers) {
      if (this.#over.has(attemptOf(labels))) engine.remove(id, true).catch(() => contact.doubt());
    }
  }

  #contactLost(message: string): void {
    const { host } = this.#here;
    this.#lost = message;
    host.logger.warn(`${message} Attempts go on as far as they can; their ends are found out when it answers again.`);
    for (const { id } of this.#attempts.values()) host.unreachable(id, message);
  }

  /** @throws FettleError `backend-unavailable` when some run that the study has left behind */
  async #ownContainers(): Promise<readonly ListedContainer[]> {
    const { engine, plan } = this.#here;
    const all = await answered("the study's containers", () => engine.list(studyFilter(plan.owner)));
    const lost = all.filter(({ labels, status }) => status === 'running' && !existsSync(folderOf(labels)));
    const [first] = lost;
    if (first === undefined) return all.filter(({ labels }) => isOwn(labels, plan.owner));
    // Their programs still write to it: attempts that are launched anew would write there as well.
    throw unavailable(
      `The study's folder was moved from ${folderOf(first.labels)} while its containers run.`,
      `Move it back, or end them: docker rm -f ${lost.map(({ id }) => id.slice(0, 12)).join(' ')}`,
    );
  }

  #handle({ id }: ContainerAttempt): { readonly container: string } {
    return { container: containerName(this.#here.plan.owner, id) };
  }

  #tellEnd(attempt: AttemptId, end: AttemptEnd): void {
    const { host, leases } = this.#here;
    this.#over.add(attempt);
    this.#attempts.delete(attempt);
    this.#launches.delete(attempt);
    leases?.release(attempt);
    if (!this.#closed) host.ended(attempt, end);
  }
}

/** The attempt that a container runs; of no attempt if it is a probe. */
function attemptOf(labels: Readonly<Record<string, string>>): AttemptId {
  return (labels[ATTEMPT_LABEL] ?? '') as AttemptId;
}

/** Asks the engine for what a session cannot begin without; again if it failed, which may pass. */
async function answered<T>(what: string, call: () => Promise<T>): Promise<T> {
  for (let left = TRIES; ; left -= 1) {
    try {
      return await call();
    } catch (thrown) {
      if (!isEngineError(thrown)) throw thrown;
      if (left > 1 && isEngineError(thrown, 'failed', 'unreachable')) continue;
      const message = `The engine does not say ${what}: ${thrown.message}`;
      throw new FettleError('backend-unavailable', message, { cause: thrown });
    }
  }
}
