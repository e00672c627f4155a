import { VirtualClock } from '@fettle/core/testing';
import { describe, expect, it } from 'vitest';
import { Rounds } from '../src/rounds.ts';

describe('rounds', () => {
  it('come again after the time that was asked for, whatever was thrown, and end', async () => {
    const clock = new VirtualClock(0);
    const failures: unknown[] = [];
    const times: number[] = [];
    const rounds = new Rounds(clock, (thrown) => failures.push(thrown));
    rounds.begin(100, async () => {
      times.push(clock.now());
      if (times.length === 2) throw new Error('once');
      return await Promise.resolve(times.length * 1000);
    });
    while (clock.now() < 4200) {
      clock.advance(100);
      // oxlint-disable-next-line no-await-in-loop -- What follows from an instant comes before the next.
      await new Promise(setImmediate);
    }
    rounds.end();
    clock.advance(100_000);
    expect(times).toEqual([100, 1100, 2100]);
    expect(failures).toEqual([new Error('once')]);
  });

  it('come sooner when they are wanted sooner, and not twice', async () => {
    const clock = new VirtualClock(0);
    const times: number[] = [];
    const rounds = new Rounds(clock, () => undefined);
    const round = rounds.begin(1000, async () => {
      times.push(clock.now());
      return await Promise.resolve(1000);
    });
    clock.advance(100);
    round.hasten(50);
    round.hasten(500);
    for (let step = 0; step < 13; step += 1) {
      clock.advance(100);
      // oxlint-disable-next-line no-await-in-loop -- What follows from an instant comes before the next.
      await new Promise(setImmediate);
    }
    rounds.end();
    round.hasten(0);
    clock.advance(100_000);
    expect(times).toEqual([150, 1200]);
  });
});
