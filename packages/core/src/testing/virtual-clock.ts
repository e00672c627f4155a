import type { Clock, Disposer } from '../ports/clock.ts';

interface Timer {
  readonly due: number;
  readonly order: number;
  readonly call: () => void;
  cancelled: boolean;
}

/**
 * A clock that stands still while anybody works and jumps to the next timer when nobody does: hours of a study pass in
 * milliseconds, the same way each time. Timers due at the same instant fire in the order in which they were set.
 */
export class VirtualClock implements Clock {
  #now: number;
  #orders = 0;
  /** A binary heap, the next timer first. */
  readonly #timers: Timer[] = [];

  /** @param start milliseconds since the epoch */
  constructor(start = 0) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, call: () => void): Disposer {
    const timer = { due: this.#now + Math.max(0, milliseconds), order: this.#orders, call, cancelled: false };
    this.#orders += 1;
    this.#push(timer);
    return () => {
      timer.cancelled = true;
    };
  }

  /** Moves to the next instant at which something is due and lets it happen. */
  idle(): boolean {
    let fired = false;
    let next = this.#timers[0];
    while (next !== undefined && (!fired || next.due === this.#now)) {
      this.#pop();
      if (!next.cancelled) {
        this.#now = next.due;
        fired = true;
        next.call();
      }
      next = this.#timers[0];
    }
    return fired;
  }

  /** Lets time pass, and everything happen that falls due in it. @param milliseconds how long */
  advance(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (let next = this.#timers[0]; next !== undefined && next.due <= end; next = this.#timers[0]) {
      this.#pop();
      if (next.cancelled) continue;
      this.#now = next.due;
      next.call();
    }
    this.#now = end;
  }

  #push(timer: Timer): void {
    const heap = this.#timers;
    let index = heap.length;
    heap.push(timer);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || isBefore(above, timer)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = timer;
  }

  #pop(): void {
    const heap = this.#timers;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      let below = heap[child];
      if (below === undefined) break;
      const right = heap[child + 1];
      if (right !== undefined && isBefore(right, below)) {
        below = right;
        child += 1;
      }
      if (isBefore(last, below)) break;
      heap[index] = below;
      index = child;
    }
    heap[index] = last;
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.due < b.due || (a.due === b.due && a.order < b.order);
}
