import type { Clock } from '../ports/clock.ts';

/** Longest delay a Node timer takes; longer waits are made of several. */
const LONGEST = 2 ** 31 - 2;

/**
 * The real clock. Its time is the wall's at the beginning and runs with the monotonic clock from there, so that it never
 * goes back when somebody sets the machine's time.
 */
export function systemClock(): Clock {
  const origin = Date.now() - performance.now();
  const now = (): number => Math.floor(origin + performance.now());
  return {
    now,
    after(milliseconds, call, { background = false } = {}) {
      const due = now() + milliseconds;
      let timer: NodeJS.Timeout;
      const arm = (): void => {
        const left = due - now();
        // Node counts whole milliseconds of its own and may be up to one early, and whoever is woken looks at the time: too early,
        // nothing is due, and nobody would look again.
        timer = left > LONGEST ? setTimeout(arm, LONGEST) : setTimeout(call, left > 0 ? left + 1 : 0);
        if (background) timer.unref();
      };
      arm();
      return () => clearTimeout(timer);
    },
  };
}
