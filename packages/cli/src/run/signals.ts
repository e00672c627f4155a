import type { EventEmitter } from 'node:events';

/** What the two signals do. */
export interface SignalHandlers {
  /** The first: stop in good order. */
  interrupt(signal: NodeJS.Signals): void;
  /** The second: kill what runs. */
  kill(signal: NodeJS.Signals): void;
  /** One more: leave at once. */
  leave(signal: NodeJS.Signals): void;
}

const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** One key press can reach a process more than once: from the terminal, and passed on by the program that started it. */
const SAME_PRESS = 300;

/**
 * Listens to the signals that end a program.
 * @param now milliseconds, never going back
 * @param source where the signals come from
 * @returns stops listening
 */
export function onSignals(
  handlers: SignalHandlers,
  now: () => number = () => performance.now(),
  source: EventEmitter = process,
): () => void {
  let count = 0;
  let last = Number.NEGATIVE_INFINITY;
  const listener = (signal: NodeJS.Signals): void => {
    const at = now();
    if (at - last < SAME_PRESS) return;
    last = at;
    count += 1;
    if (count === 1) handlers.interrupt(signal);
    else if (count === 2) handlers.kill(signal);
    else handlers.leave(signal);
  };
  for (const signal of SIGNALS) source.on(signal, listener);
  return () => {
    for (const signal of SIGNALS) source.off(signal, listener);
  };
}
