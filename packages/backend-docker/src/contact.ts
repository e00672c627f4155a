import { type Clock, type Disposer, messageOf } from '@fettle/core';
import type { ContainerNews, Engine, ListedContainer } from './engine/engine.ts';
import { isEngineError } from './engine/engine-error.ts';

/** Time between two looks at all containers while contact is good: only of use if an event got lost. In milliseconds. */
const PERIOD = 5000;
/** Wait before the next try to reach the engine; doubled with each further one, up to the longest. */
const FIRST_WAIT = 100;
const LONGEST_WAIT = 5000;

/** Who wants to know how the containers of a study fare. */
export interface ContactListener {
  /** Something happened to a container. */
  news(news: ContainerNews): void;
  /** These are all containers there are. Told after each new contact and from time to time: events alone may be missed. */
  listed(containers: readonly ListedContainer[]): void;
  /** The stream of events broke off: something may have been missed. */
  broken(): void;
  /** The engine does not answer. Told once; `listed` follows when it does again. */
  lost(message: string): void;
}

/**
 * The contact to an engine: one stream of events for all containers of a study, and the list of them after each break,
 * since an engine does not tell later what happened meanwhile.
 */
export class Contact {
  readonly #engine: Engine;
  readonly #label: string;
  readonly #clock: Clock;
  readonly #listener: ContactListener;
  #stream = new AbortController();
  #cancelOpen: Disposer = () => undefined;
  #cancelLook: Disposer = () => undefined;
  #failures = 0;
  #lost = false;
  #closed = false;

  constructor(engine: Engine, label: string, clock: Clock, listener: ContactListener) {
    this.#engine = engine;
    this.#label = label;
    this.#clock = clock;
    this.#listener = listener;
  }

  /** Begins, and goes on until it is closed. */
  open(): void {
    this.#follow().catch((thrown: unknown) => this.#broke(thrown));
  }

  /** Somebody got no answer: looks soon whether the engine is there. */
  doubt(): void {
    if (!this.#closed && !this.#lost) this.#lookIn(FIRST_WAIT);
  }

  close(): void {
    this.#closed = true;
    this.#cancelOpen();
    this.#cancelLook();
    this.#stream.abort();
  }

  async #follow(): Promise<void> {
    this.#stream = new AbortController();
    for await (const news of this.#engine.news(this.#label, () => void this.#look(), this.#stream.signal)) {
      if (this.#closed) return;
      this.#listener.news(news);
    }
    this.#broke(undefined);
  }

  /** The stream ended or could not be opened. */
  #broke(thrown: unknown): void {
    if (this.#closed) return;
    this.#listener.broken();
    this.#failures += 1;
    // A single break is mended in silence; a second one in a row is a loss.
    if (this.#failures > 1) this.#lose(thrown);
    const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (this.#failures - 1));
    this.#cancelLook();
    this.#cancelOpen = this.#clock.after(wait, () => this.open());
  }

  #lose(thrown: unknown): void {
    if (this.#lost) return;
    this.#lost = true;
    this.#listener.lost(thrown === undefined ? 'The engine ends the stream of its events.' : messageOf(thrown));
  }

  /** Lists the containers. Only an engine that answers this is one there is contact to. */
  async #look(): Promise<void> {
    this.#cancelLook();
    const { signal } = this.#stream;
    try {
      const containers = await this.#engine.list(this.#label);
      if (this.#closed || signal.aborted) return;
      this.#failures = 0;
      this.#lost = false;
      this.#lookIn(PERIOD);
      this.#listener.listed(containers);
    } catch (thrown) {
      if (this.#closed || signal.aborted) return;
      // An engine that fails at this may do better the next time; one that does not answer is gone.
      if (!isEngineError(thrown, 'unreachable')) return this.#lookIn(FIRST_WAIT);
      this.#lose(thrown);
      this.#stream.abort();
    }
  }

  #lookIn(wait: number): void {
    this.#cancelLook();
    this.#cancelLook = this.#clock.after(wait, () => void this.#look());
  }
}
