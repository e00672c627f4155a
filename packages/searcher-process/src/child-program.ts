import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { LineBuffer, LONGEST_LINE, NEWLINE } from './line-buffer.ts';

/** Milliseconds that a program has to end by itself once its input has ended. */
const GRACE = 5000;
/** Milliseconds for which the output of a program that has ended is read on. */
const LINGER = 500;
/** Lines of standard error that are kept for messages. */
const LAST_WORDS = 10;
/** Bytes of a line of standard error; longer ones are cut. */
const LONGEST_REMARK = 8192;

/** What is said of a program while it runs. */
export interface ProgramListener {
  /** It wrote a line to standard output. */
  line(text: string): void;
  /** It wrote a line to standard error. */
  remark(text: string): void;
  /** It wrote a line that is too long; the rest of its output is dropped. */
  overlong(): void;
  /** What it was sent has been taken by its pipe. */
  drained(): void;
  /** It is over, and everything it wrote was passed on. */
  ended(): void;
}

/** How to run a program. */
export interface ProgramCommand {
  /** Absolute path of the program. */
  readonly file: string;
  readonly args: readonly string[];
  /** Absolute path of the folder it runs in. */
  readonly folder: string;
}

/**
 * A program that runs beside the driver, in a process group of its own: a Ctrl-C at the terminal is not its business, and
 * whatever it starts goes with it. It lives as long as its standard input, which ends with the driver however that dies.
 */
export class ChildProgram {
  readonly #child: ChildProcess;
  readonly #listener: ProgramListener;
  readonly #output = new LineBuffer(LONGEST_LINE);
  readonly #errors = new LineBuffer(LONGEST_REMARK);
  readonly #lastWords: string[] = [];
  readonly #closed: Promise<void>;
  #problem: string | undefined;
  /** Its number may belong to somebody else by now. */
  #isGone = false;

  constructor({ file, args, folder }: ProgramCommand, listener: ProgramListener) {
    this.#listener = listener;
    const child = spawn(file, args, { cwd: folder, stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    this.#child = child;
    this.#closed = new Promise((resolve) => {
      child.once('close', () => {
        this.#remark([this.#errors.rest()].filter((text) => text !== ''));
        resolve();
        listener.ended();
      });
    });
    child.once('error', (error) => (this.#problem = error.message));
    // Whoever it has started holds its pipes open: no end would come before theirs.
    child.once('exit', () => {
      this.#killGroup();
      this.#isGone = true;
      // Who has left the group, a daemon, may hold the pipes open for ever: what it says is not the program's word.
      const leave = setTimeout(() => {
        child.stdout?.destroy();
        child.stderr?.destroy();
      }, LINGER);
      child.once('close', () => clearTimeout(leave));
    });
    child.stdout?.on('data', (piece: Buffer) => this.#read(piece));
    child.stderr?.on('data', (piece: Buffer) => this.#readErrors(piece));
    child.stdin?.on('drain', () => listener.drained());
    // A program that has ended does not read; that it has ended is said by its end.
    child.stdin?.on('error', () => undefined);
  }

  /** @returns false when nothing more should be sent before `drained` */
  send(text: string): boolean {
    return this.#child.stdin?.write(text) ?? false;
  }

  /** Whether the system would not start it. */
  get neverBegan(): boolean {
    return this.#child.pid === undefined;
  }

  /** How it ended, as the end of a sentence, with the last lines of its standard error. */
  obituary(): string {
    const { exitCode, signalCode } = this.#child;
    const how = this.#problem ?? (signalCode === null ? `exit code ${exitCode}` : `signal ${signalCode}`);
    const words = this.#lastWords.map((line) => `\n    ${line}`).join('');
    return words === '' ? how : `${how}; its last words:${words}`;
  }

  /** Ends its input, and kills it with its group if that does not end it. @returns whether it did */
  async close(): Promise<boolean> {
    this.#child.stdin?.end();
    const late = new AbortController();
    const timer = delay(GRACE, undefined, late).catch(() => undefined);
    await Promise.race([this.#closed, timer]);
    late.abort();
    const byItself = this.#isGone;
    await this.kill();
    return byItself;
  }

  /** Kills it with its group. */
  async kill(): Promise<void> {
    this.#killGroup();
    await this.#closed;
  }

  #killGroup(): void {
    const { pid } = this.#child;
    if (pid === undefined || this.#isGone) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // Nobody is left.
    }
  }

  #read(piece: Buffer): void {
    const lines = this.#output.add(piece);
    if (lines === undefined) {
      this.#child.stdout?.removeAllListeners('data').resume();
      this.#listener.overlong();
    }
    for (const line of lines ?? []) this.#listener.line(line);
  }

  /** Line by line: one that is too long takes no other with it. */
  #readErrors(piece: Buffer): void {
    for (let from = 0; from < piece.length; ) {
      const to = piece.indexOf(NEWLINE, from) + 1 || piece.length;
      this.#remark(this.#errors.add(piece.subarray(from, to)) ?? this.#cut());
      from = to;
    }
  }

  #remark(lines: readonly string[]): void {
    for (const line of lines) {
      this.#lastWords.push(line);
      if (this.#lastWords.length > LAST_WORDS) this.#lastWords.shift();
      this.#listener.remark(line);
    }
  }

  #cut(): readonly string[] {
    return [`${this.#errors.rest().slice(0, LONGEST_REMARK)} …`];
  }
}
