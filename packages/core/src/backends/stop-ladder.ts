import type { StopRequest } from '../ports/backend.ts';
import type { Clock, Disposer } from '../ports/clock.ts';

/** The steps of asking an attempt to stop, each harder than the one before. */
const STOP_STEPS = ['checkpoint', 'terminate', 'kill'] as const;

/** One step. */
export type StopStep = (typeof STOP_STEPS)[number];

/**
 * Asks harder and harder. Asked again, it goes on from the harder of where it stands and where it is told to begin; it
 * never takes a step twice or goes back.
 */
export class StopLadder {
  readonly #clock: Clock;
  readonly #take: (step: StopStep) => void;
  #next = 0;
  #cancel: Disposer = () => undefined;

  /** @param take does what a step means */
  constructor(clock: Clock, take: (step: StopStep) => void) {
    this.#clock = clock;
    this.#take = take;
  }

  /** Begins, or goes on harder. */
  climb({ from, grace }: StopRequest): void {
    const wanted = STOP_STEPS.indexOf(from);
    if (this.#next > wanted) return;
    this.#cancel();
    this.#next = wanted;
    this.#step(grace);
  }

  /** Takes no further step. */
  cancel(): void {
    this.#cancel();
    this.#next = STOP_STEPS.length;
  }

  #step(grace: number): void {
    const step = STOP_STEPS[this.#next];
    if (step === undefined) return;
    this.#next += 1;
    this.#cancel = this.#clock.after(grace, () => this.#step(grace));
    this.#take(step);
  }
}
