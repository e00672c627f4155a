import { Engine } from './engine.ts';
import type { Answer, EngineHost, EngineSetup, Question, Summary, Told } from './protocol.ts';

/** The engine in the caller's own thread: nothing is computed in advance. */
export class InlineHost implements EngineHost {
  readonly #engine: Engine;

  constructor(setup: EngineSetup) {
    this.#engine = new Engine(setup);
  }

  tell(told: readonly Told[]): void {
    this.#engine.tell(told);
  }

  async ask(question: Question): Promise<Answer | undefined> {
    return this.#engine.ask(question);
  }

  async describe(): Promise<Summary | undefined> {
    return this.#engine.describe();
  }

  async close(): Promise<void> {}
}
