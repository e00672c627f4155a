import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../src/testing/virtual-clock.ts';

describe('the virtual clock', () => {
  it('fires timers by time, then in the order in which they were set', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 200 }), (waits) => {
        const clock = new VirtualClock(1000);
        const fired: { due: number; order: number }[] = [];
        for (const [order, wait] of waits.entries()) clock.after(wait, () => fired.push({ due: clock.now(), order }));
        while (clock.idle());
        const expected = waits
          .map((wait, order) => ({ due: 1000 + wait, order }))
          .sort((a, b) => a.due - b.due || a.order - b.order);
        expect(fired).toEqual(expected);
      }),
      { seed: 11 },
    );
  });

  it('does not fire what was cancelled, and stands still when nothing is left', () => {
    const clock = new VirtualClock();
    const cancel = clock.after(5, () => expect.unreachable());
    cancel();
    expect(clock.idle()).toBe(false);
    expect(clock.now()).toBe(0);
  });

  it('lets everything happen that falls due while time passes', () => {
    const clock = new VirtualClock();
    const seen: number[] = [];
    const again = (): void => {
      seen.push(clock.now());
      clock.after(10, again);
    };
    clock.after(10, again);
    clock.advance(35);
    expect(seen).toEqual([10, 20, 30]);
    expect(clock.now()).toBe(35);
  });
});
