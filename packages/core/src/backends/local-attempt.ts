import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import type { AttemptEnd } from '../domain/failure.ts';
import type { AttemptId } from '../domain/trial.ts';
import { messageOf } from '../errors.ts';
import type { StopRequest } from '../ports/backend.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { AttemptDirectory } from './attempt-directory.ts';
import { classifyExit } from './exit-classification.ts';
import { lastLines } from './file-tail.ts';
import { countKernelKills, memoryUse } from './memory-use.ts';
import { formatMemorySize } from './memory-size.ts';
import { type Family, killMembers, signalGroup } from './process-family.ts';
import { isAlive, type ProcessTable } from './process-table.ts';
import { StopLadder, type StopStep } from './stop-ladder.ts';

/** Lines of standard error that go into a message. */
const SHOWN_LINES = 10;
/** Waits for killed processes to be gone: doubled each time, in milliseconds. */
const FIRST_WAIT = 5;
/** How often is waited for them: about ten seconds together. */
const WAITS = 11;

const killRecord = z.object({ cause: z.enum(['stop', 'memory']), message: z.string() });

/** What an attempt needs of its surroundings. */
export interface AttemptSurroundings {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Sent together with the stop file. */
  readonly stopSignal: NodeJS.Signals | undefined;
}

/** The processes of one attempt: asks them to stop, kills them, and finds out how it ended. */
export class LocalAttempt {
  readonly id: AttemptId;
  readonly directory: AttemptDirectory;
  readonly leader: Family['leader'];
  readonly #surroundings: AttemptSurroundings;
  readonly #ladder: StopLadder;
  readonly #kernelKills = countKernelKills();
  #killed = false;

  constructor(id: AttemptId, directory: AttemptDirectory, leader: Family['leader'], surroundings: AttemptSurroundings) {
    this.id = id;
    this.directory = directory;
    this.leader = leader;
    this.#surroundings = surroundings;
    this.#ladder = new StopLadder(surroundings.clock, (step) => this.#stopStep(step));
  }

  /** Whether its program has ended and its exit code has been written down. */
  get hasExited(): boolean {
    return this.#exitCode() !== undefined;
  }

  /** Whether its launcher still runs and has written no exit code. */
  get running(): boolean {
    return !this.hasExited && isAlive(this.leader);
  }

  /** Asks it to stop, harder with time. */
  stop(request: StopRequest): void {
    this.#ladder.climb(request);
  }

  /** Takes no further step against it. */
  leaveAlone(): void {
    this.#ladder.cancel();
  }

  /** Kills it if its processes use more memory together than this many bytes. */
  enforceMemory(limit: number, table: ProcessTable): void {
    if (this.#killed) return;
    const used = memoryUse(this.#family, limit, table);
    if (used <= limit) return;
    this.kill('memory', `It used ${formatMemorySize(used)} of memory; its limit is ${formatMemorySize(limit)}.`);
  }

  /** Kills all its processes. @param message why, as a sentence */
  kill(cause: 'stop' | 'memory', message: string): void {
    this.#killed = true;
    // Written first: should this driver die now, the next one still knows who killed it and why.
    this.#try(() => writeFileSync(this.directory.killed, `${JSON.stringify({ cause, message })}\n`));
    signalGroup(this.leader, 'SIGKILL');
    killMembers(this.#family);
  }

  /**
   * Clears away what is left of it and says how it ended. For an attempt whose launcher runs no longer.
   * @param launcher how the launcher itself ended, if it was a child of this process
   * @param restarted whether the machine was started anew since: then no process can be left
   */
  async end(
    launcher: { readonly code?: number | null; readonly signal?: string | null } = {},
    restarted = false,
  ): Promise<AttemptEnd> {
    this.#ladder.cancel();
    if (!restarted) await this.#clearAway();
    const recorded = this.#exitCode();
    const kernelKills = countKernelKills() ?? 0;
    return classifyExit({
      exitCode: recorded ?? launcher.code ?? undefined,
      signal: recorded === undefined ? (launcher.signal ?? undefined) : undefined,
      killed: this.#killRecord(),
      kernelOutOfMemory: kernelKills > (this.#kernelKills ?? 0),
      restarted,
      stderr: lastLines(this.directory.files.stderr, SHOWN_LINES),
    });
  }

  get #family(): Family {
    return { leader: this.leader, stopFile: this.directory.stop };
  }

  #stopStep(step: StopStep): void {
    const { stopSignal } = this.#surroundings;
    switch (step) {
      case 'checkpoint':
        this.#makeStopFile();
        if (stopSignal !== undefined) signalGroup(this.leader, stopSignal);
        return;
      case 'terminate':
        this.#makeStopFile();
        signalGroup(this.leader, 'SIGTERM');
        return;
      case 'kill':
        this.kill('stop', 'It was killed, because it was to stop and had not.');
        return;
    }
  }

  #makeStopFile(): void {
    this.#try(() => writeFileSync(this.directory.stop, ''));
  }

  /** A full disk must not keep the harder steps from being taken. */
  #try(write: () => void): void {
    try {
      write();
    } catch (thrown) {
      this.#surroundings.logger.warn(`Attempt ${this.id}: ${messageOf(thrown)}`);
    }
  }

  async #clearAway(): Promise<void> {
    const { clock, logger } = this.#surroundings;
    for (let wait = 0; wait < WAITS; wait += 1) {
      const left = killMembers(this.#family);
      if (left.length === 0) return;
      await new Promise<void>((resolve) => {
        clock.after(FIRST_WAIT * 2 ** wait, resolve);
      });
    }
    const left = killMembers(this.#family).map(({ pid }) => pid);
    if (left.length > 0) logger.warn(`Attempt ${this.id} has processes that cannot be killed: ${left.join(', ')}.`);
  }

  #exitCode(): number | undefined {
    const text = readIfThere(this.directory.exit);
    // Without its line end it is not written to its end yet.
    return text?.endsWith('\n') === true ? Number(text) : undefined;
  }

  #killRecord(): z.output<typeof killRecord> | undefined {
    const text = readIfThere(this.directory.killed);
    if (text === undefined || !text.endsWith('\n')) return undefined;
    try {
      return killRecord.safeParse(JSON.parse(text)).data;
    } catch {
      // Somebody else's: the program can write there what it likes.
      return undefined;
    }
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
