import type { Clock } from '../ports/clock.ts';

/** Longest delay a Node timer takes; longer waits are made of several. */
const LONGEST = 2 ** 31 - 1;

/**
 * The real clock. Its time is the wall's at the beginning and runs with the monotonic clock from there, so that it never
 * goes back when somebody sets the machine's time.
 */
export function systemClock(): Clock {
  const origin = Date.now() - performance.now();
  const now = (): number => Math.floor(origin + performance.now());
  return {
    now,
    after(milliseconds, call) {
      const due = now() + milliseconds;
      let timer: NodeJS.Timeout;
      const arm = (): void => {
        const left = due - now();
        timer = left > LONGEST ? setTimeout(arm, LONGEST) : setTimeout(call, Math.max(0, left));
      };
      arm();
      return () => clearTimeout(timer);
    },
  };
}
