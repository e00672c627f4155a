import { describe, expect, test } from 'vitest';
import { FitSchedule, type PlannedFit, STEPS } from '../src/engine/fit-schedule.ts';

/** One likelihood of n observations costs n^3 / 1e7; 10 may be done for each observation. */
const likelihood = (count: number): number => Math.min(count, 400) ** 3 / 1e7;
const schedule = (): FitSchedule => new FitSchedule(2, likelihood, 10);

function plansUpTo(most: number): PlannedFit[] {
  const plans = new Map<number, PlannedFit>();
  const one = schedule();
  for (let count = 2; count <= most; count++) {
    const plan = one.begun(count)!;
    plans.set(plan.count, plan);
  }
  return [...plans.values()];
}

describe('the schedule of fits', () => {
  test('refits after every observation at first and after 4 % more later, and is in time while that is cheap', () => {
    const plans = plansUpTo(130);
    expect(plans.slice(0, 24).map(({ count }) => count)).toEqual(Array.from({ length: 24 }, (_, index) => index + 2));
    for (const [index, plan] of plans.entries()) {
      if (plan.count <= 50) expect(plan.due).toBe(plan.count);
      const next = plans[index + 1];
      if (next !== undefined)
        expect(next.count - plan.count).toBeLessThanOrEqual(
          Math.max(1, Math.ceil(plan.count / 25), plan.due - plan.count + 1),
        );
    }
  });

  test('does one fit at a time, and no more for each observation than it may', () => {
    const plans = plansUpTo(3000);
    expect(plans.length).toBeGreaterThan(60);
    for (const [index, plan] of plans.entries()) {
      const next = plans[index + 1];
      const free = plan.due > plan.count ? plan.due + 1 : plan.due;
      if (next !== undefined) expect(next.count).toBeGreaterThanOrEqual(free);
      const work =
        STEPS.fit * likelihood(plan.count) + (plan.isAnchor ? STEPS.warp * likelihood(Math.min(128, plan.count)) : 0);
      expect(work / (plan.due - plan.count + 1)).toBeLessThanOrEqual(10);
    }
  });

  test('gives each fit an anchor that was fitted not long before, and anchors none', () => {
    const plans = plansUpTo(3000);
    const anchors = new Set(plans.filter(({ isAnchor }) => isAnchor).map(({ count }) => count));
    for (const { count, anchor } of plans.slice(1)) {
      expect(anchors.has(anchor!)).toBe(true);
      expect(anchor).toBeGreaterThanOrEqual(0.6 * count - 1);
    }
    expect(anchors.size).toBeLessThan(45);
  });

  test('answers the same in whatever order it is asked', () => {
    const [forward, backward] = [schedule(), schedule()];
    const counts = Array.from({ length: 600 }, (_, index) => index);
    const asked = counts.map((count) => [forward.used(count), forward.begun(count)]);
    const reversed = counts.toReversed().map((count) => [backward.used(count), backward.begun(count)]);
    expect(reversed.toReversed()).toEqual(asked);
    expect(asked[1]).toEqual([undefined, undefined]);
    expect(asked[2]![0]).toMatchObject({ count: 2, due: 2 });
  });
});
