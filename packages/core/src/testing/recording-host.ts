import type { AttemptEnd } from '../domain/failure.ts';
import type { Metrics } from '../domain/report.ts';
import type { AttemptId } from '../domain/trial.ts';
import type { BackendHost } from '../ports/backend.ts';
import type { Clock } from '../ports/clock.ts';
import type { Program } from '../ports/program.ts';
import { silentLogger } from '../study/silent-logger.ts';

/** Turns that a virtual clock is given to bring something about. */
const TURNS = 10_000;
/** Time between two looks on a real clock, in milliseconds. */
const PERIOD = 10;
/** Looks once patience is at its end on a virtual clock: files and processes take real time, which a virtual one outruns. */
const LATE_LOOKS = 50;

/** What a backend said of one attempt. */
export interface HeardReport {
  readonly metrics: Metrics;
  readonly resource?: number | undefined;
}

/** A host that writes down what a backend tells it. Stands for one driver. */
export class RecordingHost implements BackendHost {
  readonly study: { readonly id: string; readonly name: string };
  readonly directory: string | undefined;
  readonly program: Program;
  readonly objective = { metric: 'loss', goal: 'minimize' } as const;
  readonly clock: Clock;
  readonly logger = silentLogger();
  readonly resumable = true;
  /** Every end that was told, by attempt. */
  readonly ends = new Map<AttemptId, AttemptEnd[]>();
  readonly reports = new Map<AttemptId, HeardReport[]>();
  /** Every notice that an attempt cannot be reached. */
  readonly unreached = new Map<AttemptId, string[]>();
  capacityChanges = 0;

  constructor(
    place: { readonly directory: string | undefined; readonly clock: Clock; readonly study?: string },
    program: Program,
  ) {
    const id = place.study ?? 'contract-study';
    this.study = { id, name: id };
    this.directory = place.directory;
    this.clock = place.clock;
    this.program = program;
  }

  reported(attempt: AttemptId, report: HeardReport): void {
    append(this.reports, attempt, report);
  }

  ended(attempt: AttemptId, end: AttemptEnd): void {
    append(this.ends, attempt, end);
  }

  unreachable(attempt: AttemptId, message: string): void {
    append(this.unreached, attempt, message);
  }

  capacityChanged(): void {
    this.capacityChanges += 1;
  }

  /** The end of an attempt, once it has been told. */
  async end(attempt: AttemptId, patience?: number): Promise<AttemptEnd> {
    return this.eventually(`the end of attempt ${attempt} to be told`, () => this.ends.get(attempt)?.[0], patience);
  }

  /**
   * Waits until there is something, letting time pass.
   * @param patience milliseconds of the host's clock
   */
  async eventually<T>(what: string, look: () => T | undefined | Promise<T | undefined>, patience = 20_000): Promise<T> {
    const { clock } = this;
    const late = clock.now() + patience;
    for (let turn = 0; clock.now() <= late && turn < TURNS; turn += 1) {
      const found = await look();
      if (found !== undefined) return found;
      await this.#passTime(PERIOD);
    }
    for (let turn = 0; clock.idle !== undefined && turn < LATE_LOOKS; turn += 1) {
      await new Promise((resolve) => setTimeout(resolve, PERIOD));
      const found = await look();
      if (found !== undefined) return found;
      await this.#passTime(PERIOD);
    }
    throw new Error(`waited ${patience / 1000} s in vain for ${what}`);
  }

  /** Lets time pass, and everything happen that falls due in it. */
  async wait(milliseconds: number): Promise<void> {
    const late = this.clock.now() + milliseconds;
    while (this.clock.now() < late) await this.#passTime(Math.min(PERIOD, milliseconds));
  }

  async #passTime(milliseconds: number): Promise<void> {
    const { clock } = this;
    if (clock.idle === undefined) {
      await new Promise<void>((resolve) => {
        clock.after(milliseconds, resolve);
      });
      return;
    }
    await new Promise(setImmediate);
    clock.after(milliseconds, () => undefined);
    clock.idle();
  }
}

function append<T>(map: Map<AttemptId, T[]>, attempt: AttemptId, item: T): void {
  const items = map.get(attempt);
  if (items === undefined) map.set(attempt, [item]);
  else items.push(item);
}
