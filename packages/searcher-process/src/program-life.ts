import { FettleError } from '@fettle/core';
import { ChildProgram, type ProgramCommand } from './child-program.ts';
import { LONGEST_LINE } from './line-buffer.ts';

/** Watches a program over all of its lives: for tests. */
export interface Watcher {
  /** A line was exchanged, or written to standard error; without its end. */
  line(from: 'driver' | 'program' | 'stderr', text: string): void;
  /** A life has begun, and can be ended at any time. */
  life(kill: () => Promise<void>): void;
}

/** The program ended when it should have answered. Not a mistake as such: it can be started again. */
export class ProgramEnded extends Error {
  /** `program-missing` if it never began. */
  readonly code: 'program-ended' | 'program-missing';

  constructor(message: string, code: ProgramEnded['code']) {
    super(message);
    this.code = code;
  }
}

/** The longest time a timer can run, in milliseconds; one that is set to more runs out at once. */
const LONGEST_WAIT = 2 ** 31 - 1;

/** What is waited for: room in the pipe, or a line. */
interface Wait {
  readonly on: 'room' | 'line';
  readonly resolve: (line: string) => void;
  readonly reject: (reason: Error) => void;
  /** Runs out when the program has neither read nor written for too long. */
  readonly limit: NodeJS.Timeout;
}

/** What a life is given beside the program. */
export interface LifeOptions {
  /** The program in words, for messages. */
  readonly who: string;
  /** Seconds in which it must read on, or answer; looked at anew for each answer. */
  readonly limits: { readonly seconds: number };
  /** Hears its standard error. */
  readonly remark: (line: string) => void;
  readonly watcher?: Watcher | undefined;
}

/**
 * One life of a program, from its start to its end: sends lines as fast as they are read, and waits for one line at a time,
 * never longer than the limit.
 */
export class ProgramLife {
  readonly #program: ChildProgram;
  readonly #options: LifeOptions;
  #wait: Wait | undefined;
  #unasked: string | undefined;
  #problem: FettleError | undefined;
  #isOver = false;
  #isFull = false;

  constructor(command: ProgramCommand, options: LifeOptions) {
    this.#options = options;
    this.#program = new ChildProgram(command, {
      line: (text) => this.#line(text),
      remark: (text) => {
        options.watcher?.line('stderr', text);
        options.remark(text);
      },
      overlong: () => this.#overlong(),
      drained: () => this.#drained(),
      ended: () => this.#ended(),
    });
    options.watcher?.life(() => this.kill());
  }

  /** Whether something can be sent now that the program will read soon. */
  get hasRoom(): boolean {
    return !this.#isFull && !this.#isOver;
  }

  /** Sends lines, each with its end. */
  send(lines: string): void {
    const { watcher } = this.#options;
    if (watcher !== undefined) for (const line of lines.trimEnd().split('\n')) watcher.line('driver', line);
    if (!this.#program.send(lines)) this.#isFull = true;
  }

  /** Waits until there is room. @throws ProgramEnded; FettleError when the program does not read */
  async room(): Promise<void> {
    if (this.#isFull) await this.#await('room', 'did not read what it was sent');
  }

  /**
   * Waits for the next line.
   * @param what it answers, for messages
   * @throws ProgramEnded; FettleError when there is none in time
   */
  async answer(what: string): Promise<string> {
    return await this.#await('line', `did not answer ${what}`);
  }

  /** Ends its input. @returns whether that ended it; if not, it was killed */
  async close(): Promise<boolean> {
    return await this.#program.close();
  }

  /** Ends it at once. */
  async kill(): Promise<void> {
    await this.#program.kill();
  }

  #await(on: Wait['on'], failure: string): Promise<string> {
    const {
      who,
      limits: { seconds },
    } = this.#options;
    return new Promise((resolve, reject) => {
      if (this.#unasked !== undefined) this.#problem ??= unasked(who, this.#unasked);
      if (this.#problem !== undefined) return reject(this.#problem);
      if (this.#isOver) return reject(this.#ending());
      const late = (): void => this.#fail(tooLate(who, failure, seconds));
      this.#wait = { on, resolve, reject, limit: setTimeout(late, Math.min(seconds * 1000, LONGEST_WAIT)) };
    });
  }

  #settle(): Wait | undefined {
    const wait = this.#wait;
    this.#wait = undefined;
    clearTimeout(wait?.limit);
    return wait;
  }

  #line(text: string): void {
    this.#options.watcher?.line('program', text);
    if (this.#wait?.on === 'line') this.#settle()?.resolve(text);
    else if (this.#unasked === undefined) {
      this.#unasked = text;
      // Said while the history is sent, it ends that.
      this.#settle()?.reject(unasked(this.#options.who, text));
    }
  }

  #drained(): void {
    this.#isFull = false;
    if (this.#wait?.on === 'room') this.#settle()?.resolve('');
    else this.#wait?.limit.refresh();
  }

  #overlong(): void {
    this.#fail(
      new FettleError(
        'program-answer-invalid',
        `${this.#options.who} wrote a line of more than ${LONGEST_LINE} bytes.`,
        {
          remedy: 'An answer is one line of JSON; print everything else to standard error.',
        },
      ),
    );
  }

  #ended(): void {
    this.#isOver = true;
    this.#settle()?.reject(this.#ending());
  }

  #fail(problem: FettleError): void {
    this.#problem ??= problem;
    this.#settle()?.reject(problem);
  }

  #ending(): ProgramEnded {
    const { neverBegan } = this.#program;
    const how = `${neverBegan ? 'could not be started:' : 'ended with'} ${this.#program.obituary()}`;
    return new ProgramEnded(`${this.#options.who} ${how}`, neverBegan ? 'program-missing' : 'program-ended');
  }
}

function unasked(who: string, line: string): FettleError {
  return new FettleError(
    'program-answer-invalid',
    `${who} wrote a line that nobody had asked for: ${shortened(line)}`,
    {
      remedy: 'Standard output belongs to the protocol; print everything else to standard error.',
    },
  );
}

function tooLate(who: string, failure: string, seconds: number): FettleError {
  return new FettleError('program-timeout', `${who} ${failure} within ${seconds} s.`, {
    remedy: 'If it needs longer, raise answerSeconds (startSeconds for its start). Nothing recorded is lost.',
  });
}

/** A line as messages show it. */
export function shortened(line: string): string {
  return line.length > 500 ? `${line.slice(0, 500)} … (${line.length} characters)` : line;
}
