import { expect, it } from 'vitest';
import { systemClock } from '../src/system/system-clock.ts';

it('calls nobody before the time has come, not by a millisecond', async () => {
  const clock = systemClock();
  const early: number[] = [];
  for (let round = 0; round < 300; round += 1) {
    // Begun at any part of a millisecond.
    for (const begin = performance.now(); performance.now() - begin < (round % 10) / 10; );
    const due = clock.now() + 1 + (round % 4);
    await new Promise<void>((resolve) => {
      clock.after(due - clock.now(), resolve);
    });
    if (clock.now() < due) early.push(due - clock.now());
  }
  expect(early).toEqual([]);
});

it('calls in the order in which it was asked, at the same instant', async () => {
  const clock = systemClock();
  const called: number[] = [];
  await new Promise<void>((resolve) => {
    for (let index = 0; index < 50; index += 1) clock.after(5, () => called.push(index));
    clock.after(20, resolve);
  });
  expect(called).toEqual([...called].sort((a, b) => a - b));
});

it('keeps a process alive for a call, unless it is one in the background', () => {
  const clock = systemClock();
  const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  const before = timers();
  const cancel = clock.after(60_000, () => undefined);
  expect(timers()).toBe(before + 1);
  cancel();
  const cancelBackground = clock.after(60_000, () => undefined, { background: true });
  expect(timers()).toBe(before);
  cancelBackground();
});
