import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import type { AttemptEnd } from '../domain/failure.ts';
import type { JsonValue } from '../domain/json.ts';
import type { AttemptId } from '../domain/trial.ts';
import { bug, FettleError, messageOf } from '../errors.ts';
import type {
  Adoption,
  Backend,
  BackendHost,
  Launched,
  LaunchRequest,
  RecordedAttempt,
  StopRequest,
} from '../ports/backend.ts';
import type { Disposer } from '../ports/clock.ts';
import { type AttemptDirectory, attemptDirectory, makeAttemptDirectory } from './attempt-directory.ts';
import { type Claim, readClaims, revoke } from './claim.ts';
import { type CommandRunner, runCommand } from './gpu-detection.ts';
import type { GpuLeases } from './gpu-leases.ts';
import { LocalAttempt } from './local-attempt.ts';
import { checkLocal } from './local-check.ts';
import { type Launchpad, spawnLauncher } from './local-launch.ts';
import type { CheckedLocalOptions } from './local-options.ts';
import { parseMemorySize } from './memory-size.ts';
import { strayMembers } from './process-family.ts';
import { findProcess, ProcessTable, sendSignal } from './process-table.ts';
import { requireSameMachine } from './same-machine.ts';

/** Time between two looks at attempts that are no children of this driver, and at memory, in milliseconds. */
const PERIOD = 200;

/** How a launcher ended that was a child of this process. */
interface LauncherEnd {
  readonly code: number | null;
  readonly signal: string | null;
}

/** Everything that is known once the backend is open. */
interface Opened {
  readonly host: BackendHost;
  /** Folder of the study, without symbolic links. */
  readonly directory: string;
  /** Whether the folder will be of no use to anybody after this session. */
  readonly temporary: boolean;
  readonly pad: Launchpad;
  readonly leases: GpuLeases | undefined;
  readonly workers: number;
}

/** See `local`. */
export class LocalBackend implements Backend {
  readonly outlivesDriver = true;
  readonly #options: CheckedLocalOptions;
  readonly #memory: number | undefined;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #run: CommandRunner;
  readonly #launches = new Map<AttemptId, Promise<Launched>>();
  readonly #running = new Map<AttemptId, LocalAttempt>();
  readonly #over = new Set<AttemptId>();
  readonly #children = new Map<AttemptId, ChildProcess>();
  #opened: Opened | undefined;
  #cancelLook: Disposer | undefined;
  #closed = false;

  /**
   * @param options checked
   * @param environment of the driver
   * @param run runs a tool of the system
   */
  constructor(
    options: CheckedLocalOptions,
    environment: NodeJS.ProcessEnv = process.env,
    run: CommandRunner = runCommand,
  ) {
    this.#options = options;
    this.#memory = options.memory === undefined ? undefined : parseMemorySize(options.memory);
    this.#environment = environment;
    this.#run = run;
  }

  open(host: BackendHost): void {
    const temporary = host.directory === undefined;
    const folder = host.directory ?? mkdtempSync(join(tmpdir(), 'fettle-'));
    mkdirSync(folder, { recursive: true });
    const directory = realpathSync(folder);
    if (temporary) host.logger.info(`The study has no folder; what its trials print is kept in ${directory}.`);
    this.#opened = {
      host,
      directory,
      temporary,
      ...checkLocal(host, directory, this.#options, this.#environment, this.#run),
    };
  }

  async adopt(attempts: readonly RecordedAttempt[]): Promise<readonly Adoption[]> {
    const { directory } = this.#here;
    const claims = attempts.map(({ request }) => {
      const files = attemptDirectory(directory, request.attempt);
      mkdirSync(files.path, { recursive: true });
      return { id: request.attempt, files, claim: revoke(files.path) };
    });
    const open = claims.flatMap(({ id, files, claim }) =>
      claim === undefined || this.#attempt(id, files, claim).hasExited
        ? []
        : [{ id, host: claim.host, exit: files.exit }],
    );
    requireSameMachine(this.#here.pad.machine, open);
    const adoptions: Adoption[] = [];
    for (const { id, files, claim } of claims) {
      adoptions.push(
        claim === undefined ? { attempt: id, status: 'never-launched' } : await this.#adopt(id, files, claim),
      );
    }
    this.#killStrays();
    return adoptions;
  }

  launch(request: LaunchRequest): Promise<Launched> {
    const { attempt } = request;
    const known = this.#launches.get(attempt);
    if (known !== undefined) return known;
    const { files } = attemptDirectory(this.#here.directory, attempt);
    if (this.#over.has(attempt)) return Promise.resolve({ handle: null, files });
    const launched = this.#launch(request).catch((thrown: unknown) => {
      this.#tellEnd(attempt, { kind: 'failed', failure: 'launch', message: describe(thrown) });
      return { handle: null, files };
    });
    this.#launches.set(attempt, launched);
    return launched;
  }

  stop(attempt: AttemptId, request: StopRequest): void {
    this.#running.get(attempt)?.stop(request);
  }

  capacity(): number {
    const { workers, leases } = this.#here;
    return leases === undefined ? workers : Math.min(workers, leases.capacity);
  }

  close(): void {
    this.#closed = true;
    this.#cancelLook?.();
    for (const attempt of this.#running.values()) {
      attempt.leaveAlone();
      if (this.#opened?.temporary === true) attempt.kill('stop', 'The session ended and nobody could go on with it.');
    }
    for (const child of this.#children.values()) child.unref();
  }

  get #here(): Opened {
    return this.#opened ?? bug('the local backend was used before it was opened');
  }

  async #launch(request: LaunchRequest): Promise<Launched> {
    const { directory, leases, pad } = this.#here;
    const { attempt } = request;
    const files = await makeAttemptDirectory(directory, request);
    const claims = readClaims(files.path);
    if ('claim' in claims) return this.#takeOver(attempt, files, claims.claim);
    const gpus = leases === undefined ? [] : leases.lease(attempt);
    if (gpus === undefined) throw new FettleError('launch-failed', 'All GPUs are leased to other attempts.');
    const child = spawnLauncher(pad, request, files, claims.generation, gpus);
    if (child.pid === undefined) await spawned(child);
    const pid = child.pid ?? bug('a process without a number');
    // It is this driver's child and not yet waited for: its number is still its own.
    this.#watch(attempt, files, { pid, start: findProcess(pid)?.start ?? '' }, child);
    return { handle: handleOf(pid, gpus), files: files.files };
  }

  /** Watches an attempt whose launcher belongs to an earlier driver, or was faster than this one's. */
  #takeOver(attempt: AttemptId, files: AttemptDirectory, claim: Claim): Launched {
    requireSameMachine(this.#here.pad.machine, [{ id: attempt, host: claim.host, exit: files.exit }]);
    this.#here.leases?.restore(attempt, claim.gpus);
    this.#watch(attempt, files, claim);
    return { handle: handleOf(claim.pid, claim.gpus), files: files.files };
  }

  async #adopt(id: AttemptId, files: AttemptDirectory, claim: Claim): Promise<Adoption> {
    const { host, pad } = this.#here;
    const restarted = claim.boot !== pad.machine.boot;
    const attempt = this.#attempt(id, files, claim);
    if (!restarted && attempt.running) {
      const launched = this.#takeOver(id, files, claim);
      this.#launches.set(id, Promise.resolve(launched));
      return { attempt: id, status: 'running', launched };
    }
    const launched = { handle: handleOf(claim.pid, claim.gpus), files: files.files };
    this.#over.add(id);
    host.logger.info(`Attempt ${id} ended while no driver was at work.`);
    return { attempt: id, status: 'ended', end: await attempt.end({}, restarted), launched };
  }

  #attempt(
    id: AttemptId,
    files: AttemptDirectory,
    leader: { readonly pid: number; readonly start: string },
  ): LocalAttempt {
    const { clock, logger } = this.#here.host;
    return new LocalAttempt(id, files, leader, { clock, logger, stopSignal: this.#options.stopSignal });
  }

  #watch(id: AttemptId, files: AttemptDirectory, leader: LocalAttempt['leader'], child?: ChildProcess): void {
    const attempt = this.#attempt(id, files, leader);
    this.#running.set(id, attempt);
    if (child !== undefined) {
      this.#children.set(id, child);
      child.once('exit', (code, signal) => {
        this.#children.delete(id);
        this.#launcherExited(attempt, { code, signal });
      });
    }
    if (child === undefined || this.#memory !== undefined) this.#lookLater();
  }

  #launcherExited(attempt: LocalAttempt, launcher: LauncherEnd): void {
    if (this.#closed) return;
    const { id, directory, leader } = attempt;
    try {
      const claim = revoke(directory.path);
      if (claim?.pid === leader.pid) {
        this.#ended(attempt, launcher);
      } else if (claim === undefined) {
        this.#running.delete(id);
        const message = `Its launcher ended before it could begin (${launcher.signal ?? `exit code ${launcher.code}`}).`;
        this.#tellEnd(id, { kind: 'failed', failure: 'launch', message });
      } else {
        // Another launcher of the same generation has the attempt; this one has left without running anything.
        attempt.leaveAlone();
        this.#takeOver(id, directory, claim);
      }
    } catch (thrown) {
      // The folder cannot be read any more: all that is left to know is how the launcher ended.
      this.#here.host.logger.warn(`Attempt ${id}: ${messageOf(thrown)}`);
      this.#ended(attempt, launcher);
    }
  }

  #lookLater(): void {
    if (this.#closed || this.#cancelLook !== undefined) return;
    this.#cancelLook = this.#here.host.clock.after(PERIOD, () => {
      this.#cancelLook = undefined;
      this.#look();
    });
  }

  /** Notices what no event tells: the end of attempts that are no children, and memory. */
  #look(): void {
    // One for all attempts: there are thousands of processes on a large machine.
    const table = this.#memory === undefined ? undefined : new ProcessTable();
    for (const [id, attempt] of this.#running) {
      if (!this.#children.has(id) && !attempt.running) this.#ended(attempt);
      else if (this.#memory !== undefined && table !== undefined) attempt.enforceMemory(this.#memory, table);
    }
    if (this.#memory !== undefined ? this.#running.size > 0 : this.#running.size > this.#children.size)
      this.#lookLater();
  }

  #ended(attempt: LocalAttempt, launcher?: LauncherEnd): void {
    this.#running.delete(attempt.id);
    attempt.end(launcher).then(
      (end) => this.#tellEnd(attempt.id, end),
      (thrown: unknown) => {
        const message = `How it ended could not be found out: ${messageOf(thrown)}`;
        this.#tellEnd(attempt.id, { kind: 'failed', failure: 'unknown', message });
      },
    );
  }

  #tellEnd(attempt: AttemptId, end: AttemptEnd): void {
    // Later, because the launch that it belongs to may not have been answered yet.
    const { host, leases } = this.#here;
    this.#over.add(attempt);
    this.#launches.delete(attempt);
    leases?.release(attempt);
    host.clock.after(0, () => {
      if (!this.#closed) host.ended(attempt, end);
    });
  }

  #killStrays(): void {
    const { directory, host } = this.#here;
    const watched = new Set([...this.#running.values()].map((attempt) => attempt.directory.stop));
    const strays = strayMembers(join(directory, 'trials') + sep, watched);
    for (const { pid } of strays) sendSignal(pid, 'SIGKILL');
    if (strays.length > 0) host.logger.warn(`Killed ${strays.length} processes left over by attempts that are over.`);
  }
}

function handleOf(pid: number, gpus: readonly string[]): JsonValue {
  return { pid, gpus };
}

function describe(thrown: unknown): string {
  return thrown instanceof FettleError ? thrown.toHuman() : messageOf(thrown);
}

/** Waits for a process that could not be made to say why. */
function spawned(child: ChildProcess): Promise<never> {
  return new Promise((_, reject) => {
    child.once('error', reject);
  });
}
