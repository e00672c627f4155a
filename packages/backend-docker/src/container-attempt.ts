import {
  type AttemptDirectory,
  type AttemptEnd,
  type AttemptId,
  type Clock,
  type LaunchRequest,
  type Logger,
  messageOf,
  StopLadder,
  type StopRequest,
  type StopStep,
} from '@fettle/core';
import { AttemptRecords } from './attempt-records.ts';
import type { ContainerPlan } from './container/attempt-specification.ts';
import { containerName } from './container/labels.ts';
import { containerEnd } from './container-end.ts';
import { ContainerStart } from './container-start.ts';
import type { ContainerFacts, Engine, ListedContainer } from './engine/engine.ts';
import { isEngineError } from './engine/engine-error.ts';
import { launchProblem } from './launch-problem.ts';
import { OutputFollower } from './output-follower.ts';

/** Signals by which people ask a program for something other than its end, as Linux counts: USR1, USR2 and CONT. */
const HARMLESS: ReadonlySet<number> = new Set([10, 12, 18]);
/** Lines of standard error that go into a message. */
const SHOWN_LINES = 10;
/** Waits for an engine to know that a container has exited whose end it has told: doubled each time, in milliseconds. */
const EXIT_WAIT = 20;
const LONGEST_EXIT_WAIT = 1280;

/** What an attempt needs of its surroundings. */
export interface AttemptSurroundings {
  readonly engine: Engine;
  readonly plan: ContainerPlan;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Takes the end, once. */
  ended(attempt: ContainerAttempt, end: AttemptEnd): void;
  /** The engine did not answer, or not well: `look` should be called when it does. */
  unanswered(attempt: ContainerAttempt, message: string): void;
}

/**
 * One attempt and its container. It holds no connection: whenever there is news, or contact after a loss, `look` compares
 * what should be with what is, and does the next thing. So it makes no difference when and where something broke.
 */
export class ContainerAttempt {
  readonly id: AttemptId;
  readonly directory: AttemptDirectory;
  readonly gpus: readonly string[];
  readonly #surroundings: AttemptSurroundings;
  readonly #records: AttemptRecords;
  readonly #name: string;
  readonly #start: ContainerStart;
  readonly #ladder: StopLadder;
  readonly #output: OutputFollower | undefined;
  #state: 'starting' | 'running' | 'ended' = 'starting';
  #turn: Promise<void> = Promise.resolve();
  /** The last step of the ladder, and whether the engine has taken note of it. */
  #step: StopStep | undefined;
  #stepDone = true;
  #signalled = false;
  #unwatched = false;
  #abandoned = false;

  constructor(
    request: LaunchRequest,
    directory: AttemptDirectory,
    gpus: readonly string[],
    surroundings: AttemptSurroundings,
  ) {
    const { engine, plan, clock } = surroundings;
    this.id = request.attempt;
    this.directory = directory;
    this.gpus = gpus;
    this.#surroundings = surroundings;
    this.#records = new AttemptRecords(directory);
    this.#name = containerName(plan.owner, this.id);
    this.#start = new ContainerStart(engine, plan, { name: this.#name, request, directory, gpus });
    this.#ladder = new StopLadder(clock, (step) => this.#take(step));
    this.#output = plan.hasShell ? undefined : new OutputFollower(engine, this.#name, directory.files);
  }

  /** Starts it, or goes on with a container that was started before. Comes back when the engine has answered, or has not. */
  begin(): Promise<void> {
    return this.#inTurn(() => this.#begin());
  }

  /**
   * Finds out what became of an attempt of an earlier driver. One that runs is watched from now on.
   * @param listed its container, if there is one
   * @throws EngineError
   */
  async adopt(listed: ListedContainer | undefined): Promise<AttemptEnd | 'running' | 'never-launched'> {
    const { engine } = this.#surroundings;
    this.#unwatched = true;
    const recorded = this.#records.end;
    if (recorded !== undefined) return recorded;
    let facts = listed === undefined ? undefined : await engine.inspect(this.#name);
    if (facts?.status === 'created') {
      // A start that the last driver asked for may still be under way. Removing succeeds before it, or not at all.
      try {
        await engine.remove(this.#name, false);
        facts = undefined;
      } catch (thrown) {
        if (!isEngineError(thrown, 'conflict')) throw thrown;
        facts = await engine.inspect(this.#name);
      }
    }
    if (facts?.status === 'running') {
      this.#state = 'running';
      this.#output?.follow();
      return 'running';
    }
    if (facts === undefined && !this.#records.claimed) return 'never-launched';
    return this.#conclude(facts);
  }

  /** Whether there is nothing to do for it as long as its container runs. */
  get calm(): boolean {
    return this.#state === 'running' && this.#stepDone && this.#output?.following !== false;
  }

  /** Sees how its container stands and does what follows. */
  look(): Promise<void> {
    return this.#inTurn(() => this.#look(false));
  }

  /** The engine told something of its container. @param signal number of the one that was sent, if one was */
  heard(action: string, signal: number | undefined): void {
    if (action === 'kill' && this.#step === undefined && !HARMLESS.has(signal ?? 0)) this.#signalled = true;
    if (action === 'die') void this.#inTurn(() => this.#look(true));
    if (action === 'destroy') void this.look();
  }

  /** For a time nobody saw what happened to it. */
  missed(): void {
    this.#unwatched = true;
  }

  /** Asks it to stop, harder with time. */
  stop(request: StopRequest): void {
    if (this.#state !== 'ended') this.#ladder.climb(request);
  }

  /** Takes no further step and says nothing more. */
  leaveAlone(): void {
    this.#abandoned = true;
    this.#ladder.cancel();
    this.#output?.close();
  }

  /** One thing after the other. Whatever the engine does not answer is taken up again with the next `look`. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(async () => {
      if (this.#state === 'ended' || this.#abandoned) return;
      try {
        await work();
      } catch (thrown) {
        if (!this.#abandoned) this.#surroundings.unanswered(this, messageOf(thrown));
      }
    });
    return this.#turn;
  }

  async #begin(): Promise<void> {
    const outcome = await this.#start.attempt();
    if (outcome.kind === 'refused') {
      this.#end(launchProblem(outcome.why));
      return;
    }
    this.#state = 'running';
    this.#output?.follow();
    if (outcome.kind === 'found') await this.#look(false);
    else await this.#deliver();
  }

  /** @param dead whether the engine has told its end: it may take a moment to know of it itself */
  async #look(dead: boolean): Promise<void> {
    const { engine, clock } = this.#surroundings;
    if (this.#state === 'starting') return this.#step === undefined ? this.#begin() : this.#cancelStart();
    for (let wait = EXIT_WAIT; ; wait *= 2) {
      const facts = await engine.inspect(this.#name);
      if (facts === undefined || facts.status === 'exited') return this.#finish(facts);
      if (!dead || wait > LONGEST_EXIT_WAIT) break;
      await pause(clock, wait);
    }
    this.#output?.follow();
    await this.#deliver();
  }

  /** It is to stop, and the engine never said that it started: it does not any more, unless it has already. */
  async #cancelStart(): Promise<void> {
    const facts = await this.#start.found();
    if (facts !== undefined && facts.status !== 'created') {
      this.#state = 'running';
      return this.#look(false);
    }
    await this.#surroundings.engine.remove(this.#name, false);
    this.#end({ kind: 'evicted', message: 'It was to stop before it could begin.' });
  }

  async #finish(facts: ContainerFacts | undefined): Promise<void> {
    this.#end(await this.#conclude(facts));
  }

  /** Works out how it ended, writes that down, and removes the container. */
  async #conclude(facts: ContainerFacts | undefined): Promise<AttemptEnd> {
    const { engine, clock, logger } = this.#surroundings;
    this.#ladder.cancel();
    const lost = facts === undefined ? undefined : await this.#output?.finish(clock);
    if (lost !== undefined) logger.warn(`Attempt ${this.id}: ${lost}`);
    const { exitCode, killed, mlFailure } = this.#records;
    const end = containerEnd({
      container: facts,
      recordedExit: exitCode,
      killed,
      stopping: this.#step !== undefined,
      signalled: this.#signalled,
      unwatched: this.#unwatched,
      stderr: this.#records.lastErrors(SHOWN_LINES),
      note: mlFailure === undefined ? undefined : `It wrote of its failure: ${mlFailure}`,
    });
    // Once the container is removed nobody could find that out again. That a program ended well it has written down itself.
    const well = end.kind === 'finished' || end.kind === 'checkpointed';
    if (!well || exitCode === undefined) this.#try(() => this.#records.noteEnd(end));
    try {
      if (facts !== undefined) await engine.remove(this.#name, true);
    } catch (thrown) {
      // It is found and removed with the next list of containers.
      this.#surroundings.unanswered(this, `Its container is not removed yet: ${messageOf(thrown)}`);
    }
    return end;
  }

  #end(end: AttemptEnd): void {
    this.#state = 'ended';
    this.#ladder.cancel();
    this.#output?.close();
    if (!this.#abandoned) this.#surroundings.ended(this, end);
  }

  #take(step: StopStep): void {
    this.#step = step;
    this.#stepDone = false;
    if (step === 'kill') this.#try(() => this.#records.noteKill('It was killed, because it was to stop and had not.'));
    else this.#try(() => this.#records.askToStop());
    void this.#inTurn(() => (this.#state === 'starting' ? this.#cancelStart() : this.#deliver()));
  }

  /** Sends the signal of the last step, unless it has been sent. */
  async #deliver(): Promise<void> {
    const step = this.#step;
    if (this.#stepDone || step === undefined) return;
    const { engine, plan } = this.#surroundings;
    const signals = { checkpoint: plan.options.stopSignal, terminate: 'SIGTERM', kill: 'SIGKILL' };
    const signal = signals[step];
    if (signal !== undefined) await engine.signal(this.#name, signal);
    if (this.#step === step) this.#stepDone = true;
  }

  /** A full disk must not keep the harder steps from being taken. */
  #try(write: () => void): void {
    try {
      write();
    } catch (thrown) {
      this.#surroundings.logger.warn(`Attempt ${this.id}: ${messageOf(thrown)}`);
    }
  }
}

function pause(clock: Clock, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(milliseconds, resolve);
  });
}
