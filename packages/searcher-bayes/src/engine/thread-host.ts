import { Worker } from 'node:worker_threads';
import type { Answer, EngineHost, EngineSetup, Question, Summary, Told } from './protocol.ts';
import type { FromThread, ToThread } from './thread-messages.ts';

/** A question on its way. */
interface Waiting {
  readonly resolve: (result: Answer | Summary | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The engine in a thread of its own, so that the caller's event loop goes on while it computes. The thread ends with `close`, and
 * does not keep the process alive unless a question waits for its answer.
 */
export class ThreadHost implements EngineHost {
  readonly #thread: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #questions = 0;
  #failure: Error | undefined;

  constructor(setup: EngineSetup) {
    const fromSources = import.meta.url.endsWith('.ts');
    this.#thread = new Worker(new URL(fromSources ? './thread.ts' : './thread.js', import.meta.url), {
      workerData: setup,
      execArgv: fromSources ? ['--conditions=@fettle/source', '--disable-warning=ExperimentalWarning'] : [],
    });
    this.#thread.on('message', (message: FromThread) => this.#arrived(message));
    this.#thread.on('error', (error) => this.#fail(error instanceof Error ? error : new Error(String(error))));
    this.#thread.on('exit', () => this.#fail(new Error('the thread of the model has ended')));
    this.#thread.unref();
  }

  tell(told: readonly Told[]): void {
    this.#send({ kind: 'tell', told });
  }

  ask(question: Question): Promise<Answer | undefined> {
    return this.#question((id) => ({ kind: 'ask', id, question })) as Promise<Answer | undefined>;
  }

  describe(): Promise<Summary | undefined> {
    return this.#question((id) => ({ kind: 'describe', id })) as Promise<Summary | undefined>;
  }

  async close(): Promise<void> {
    this.#thread.removeAllListeners('exit');
    await this.#thread.terminate();
    this.#fail(new Error('the thread of the model was closed'));
  }

  #send(message: ToThread): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    this.#thread.postMessage(message);
  }

  #question(message: (id: number) => ToThread): Promise<Answer | Summary | undefined> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const id = ++this.#questions;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#thread.ref();
      this.#send(message(id));
    });
  }

  #arrived(message: FromThread): void {
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (this.#waiting.size === 0) this.#thread.unref();
    if (message.kind === 'done') waiting?.resolve(message.result);
    else waiting?.reject(message.error);
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
