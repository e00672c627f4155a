import { FettleError, VERSION as FETTLE, type Logger } from '@fettle/core';
import type { z } from 'zod';
import type { ProgramCommand } from './child-program.ts';
import { PROTOCOL_VERSION, type HelloMessage, type HistoryMessage } from './driver-messages.ts';
import { ProgramEnded, ProgramLife, type Watcher } from './program-life.ts';
import type { Ready } from './program-messages.ts';
import { type Answer, readAnswer, readReady } from './read-answer.ts';

/** Characters of history that are sent in one piece. */
const PIECE = 2 ** 16;

/** What a conversation is about, and its limits. */
export interface ConversationOptions {
  readonly command: ProgramCommand;
  /** The program in words, for messages. */
  readonly who: string;
  readonly hello: Omit<HelloMessage, 'type' | 'protocol' | 'fettle'>;
  /** Checks that the program and the study fit. @throws FettleError if not */
  readonly check: (ready: Ready) => void;
  /** Seconds in which the program must say what it is. */
  readonly startSeconds: number;
  /** Seconds in which it must answer, or read on. */
  readonly answerSeconds: number;
  /** How often in a row it may end without having answered. */
  readonly restarts: number;
  readonly logger: Logger;
  readonly watcher?: Watcher | undefined;
}

/** One thing that a program is told. */
interface Entry {
  readonly isReport: boolean;
  readonly line: string;
}

/**
 * What is said between the driver and a program, over all of the program's lives. The history is kept: a program that ended
 * is started again and told all of it. The caller asks one question at a time.
 */
export class Conversation {
  readonly #options: ConversationOptions;
  #history: Entry[] = [];
  /** Entries that the present life was told. */
  #told = 0;
  #life: ProgramLife | undefined;
  #ready: Ready | undefined;
  /** Ends in a row without an answer. */
  #ends = 0;
  #questions = 0;
  #isClosed = false;

  constructor(options: ConversationOptions) {
    this.#options = options;
  }

  /** What the program is, once it was started. */
  get ready(): Ready | undefined {
    return this.#ready;
  }

  /** How the program stands, as a sentence. */
  standing(): string {
    const { who } = this.#options;
    if (this.#ready === undefined) return `${who} has not been started yet`;
    const { role, name, version = '' } = this.#ready;
    return `${who} is the ${role} ${[name, version].join(' ').trim()}; it has been told ${this.#told} lines`;
  }

  /** Tells the program something: at once if it reads, else before the next question. */
  tell(message: HistoryMessage): void {
    const entry = { isReport: message.type === 'report', line: lineOf(message) };
    if (!this.#keeps(entry)) return;
    this.#history.push(entry);
    if (this.#life?.hasRoom !== true || this.#told !== this.#history.length - 1) return;
    this.#life.send(entry.line);
    this.#told += 1;
  }

  /** Starts the program if it does not run, and waits until it has said what it is. @throws FettleError */
  async introduced(): Promise<Ready> {
    return await this.#persist(async () => {
      await this.#living();
      // Set by now: a life counts only once the program has said what it is.
      return this.#ready as Ready;
    });
  }

  /**
   * Asks a question and waits for the answer.
   * @param question without its id
   * @param schema what an answer looks like
   * @param what the question in words, for messages
   * @returns what it says, and the answer itself for messages
   * @throws FettleError when there is no answer, or another
   */
  async ask<Schema extends z.ZodType>(
    question: object,
    schema: Schema,
    what: string,
  ): Promise<{ readonly said: z.output<Schema>; readonly answer: Answer }> {
    this.#questions += 1;
    const id = this.#questions;
    const line = lineOf({ ...question, id });
    return await this.#persist(async () => {
      const life = await this.#living();
      await this.#catchUp(life);
      life.send(line);
      const text = await life.answer(what);
      this.#ends = 0;
      const answer = { text, who: this.#options.who, what, id };
      return { said: readAnswer(answer, schema), answer };
    });
  }

  /** Notes what was just decided with the program, which knows it already. */
  note(message: HistoryMessage): void {
    this.#history.push({ isReport: message.type === 'report', line: lineOf(message) });
    this.#told += 1;
  }

  /** Ends the program. @returns whether it ended by itself when its input did; also if it did not run */
  async close(): Promise<boolean> {
    this.#isClosed = true;
    const life = this.#life;
    this.#life = undefined;
    return (await life?.close()) ?? true;
  }

  #keeps({ isReport }: Entry): boolean {
    // A searcher decides by them, whatever it says.
    return !isReport || this.#ready?.role === 'searcher' || this.#ready?.reports !== false;
  }

  /** Does something again as long as the program ends over it, and may be started again. */
  async #persist<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await work();
      } catch (thrown) {
        if (this.#isClosed) throw thrown;
        if (!(thrown instanceof ProgramEnded)) {
          const life = this.#life;
          this.#life = undefined;
          await life?.kill();
          throw thrown;
        }
        this.#mourn(thrown);
      }
    }
  }

  #mourn({ message: obituary, code }: ProgramEnded): void {
    const { restarts, logger } = this.#options;
    this.#life = undefined;
    if (this.#ready === undefined) {
      throw new FettleError(code, `${obituary}\n  It had not said what it is yet.`, {
        remedy: 'See what it writes by itself: fettle test-searcher -- COMMAND.',
      });
    }
    this.#ends += 1;
    if (this.#ends > restarts) {
      const again = restarts === 0 ? '' : `\n  It was started again ${restarts} times, and ended each time.`;
      throw new FettleError(code, `${obituary}${again}`, {
        remedy: 'Nothing recorded is lost: continue the study with a mended program.',
      });
    }
    logger.warn(`${obituary}\n  It is started again and told the history so far: ${this.#history.length} lines.`);
  }

  /** The running program; started, and introduced, if there is none. */
  async #living(): Promise<ProgramLife> {
    if (this.#life !== undefined) return this.#life;
    const { command, who, hello, check, startSeconds, answerSeconds, logger, watcher } = this.#options;
    const limits = { seconds: startSeconds };
    const life = new ProgramLife(command, {
      who,
      limits,
      remark: (line) => logger.info(`${who}: ${line}`),
      watcher,
    });
    this.#life = life;
    this.#told = 0;
    life.send(lineOf({ type: 'hello', protocol: PROTOCOL_VERSION, fettle: FETTLE, ...hello }));
    const text = await life.answer('hello');
    const ready = readReady({ text, who, what: 'hello' });
    check(ready);
    this.#ready = ready;
    this.#history = this.#history.filter((entry) => this.#keeps(entry));
    limits.seconds = answerSeconds;
    return life;
  }

  async #catchUp(life: ProgramLife): Promise<void> {
    while (this.#told < this.#history.length) {
      await life.room();
      let piece = '';
      while (this.#told < this.#history.length && piece.length < PIECE) {
        piece += this.#history[this.#told]?.line ?? '';
        this.#told += 1;
      }
      life.send(piece);
    }
    await life.room();
  }
}

function lineOf(message: object): string {
  return `${JSON.stringify(message)}\n`;
}
