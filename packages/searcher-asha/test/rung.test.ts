import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OrderedResults } from '../src/ordered-results.ts';
import { quotaOf, Rung } from '../src/rung.ts';

const SOME_VALUES = [-1, -0, 0, 0.5, 1, 2, Number.POSITIVE_INFINITY];

describe('ordered results', () => {
  it('agree with a sorted list after any additions, removals, openings and closings', () => {
    const operation = fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({ kind: fc.constant('add' as const), value: fc.constantFrom(...SOME_VALUES) }),
      },
      fc.record({ kind: fc.constantFrom('remove' as const, 'open' as const, 'close' as const), pick: fc.nat() }),
    );
    fc.assert(
      // Small blocks make a tree of many levels out of few results.
      fc.property(fc.array(operation, { maxLength: 200 }), fc.integer({ min: 4, max: 9 }), (operations, capacity) => {
        const results = new OrderedResults(capacity);
        let list: { node: number; value: number; open: boolean }[] = [];
        for (const step of operations) {
          if (step.kind === 'add') {
            list.push({ node: results.add(step.value), value: step.value, open: false });
          } else if (list.length > 0) {
            const chosen = list[step.pick % list.length]!;
            if (step.kind === 'remove') {
              results.setOpen(chosen.node, false);
              results.remove(chosen.node);
              list = list.filter((each) => each !== chosen);
            } else {
              chosen.open = step.kind === 'open';
              results.setOpen(chosen.node, chosen.open);
            }
          }
        }
        // Sorting is stable, and nodes are in order of arrival.
        const sorted = [...list].sort((a, b) => (a.value < b.value ? -1 : a.value > b.value ? 1 : 0));
        expect(results.size).toBe(sorted.length);
        expect(results.inOrder()).toEqual(sorted.map(({ node }) => node));
        for (const [rank, { node, value, open }] of sorted.entries()) {
          expect(results.rank(node)).toBe(rank);
          expect(results.valueAt(rank)).toBe(value);
          expect(results.isOpen(node)).toBe(open);
        }
        expect(results.valueAt(sorted.length)).toBeUndefined();
        const rank = sorted.findIndex(({ open }) => open);
        expect(results.firstOpen()).toEqual(rank < 0 ? { node: 0, rank: 0 } : { node: sorted[rank]!.node, rank });
      }),
      { seed: 5, numRuns: 300 },
    );
  });

  it('stay balanced when values come sorted: a hundred thousand cost as little as they should', () => {
    const results = new OrderedResults();
    for (let value = 0; value < 100_000; value += 1) results.add(value);
    // A tree that degenerates overflows the stack long before.
    expect(results.size).toBe(100_000);
    expect(results.rank(70_000)).toBe(69_999);
  });
});

describe('a quota', () => {
  it('is the whole part of the exact quotient, for decimal factors too', () => {
    expect(quotaOf(11, 1.1)).toBe(10);
    expect(quotaOf(33, 1.1)).toBe(30);
    expect(quotaOf(49, 4.9)).toBe(10);
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1_000_000 }),
        fc.integer({ min: 1001, max: 100_000 }),
        (results, thousandths) => {
          const exact = (BigInt(results) * 1000n) / BigInt(thousandths);
          expect(quotaOf(results, thousandths / 1000)).toBe(Number(exact));
        },
      ),
      { seed: 6, numRuns: 5000 },
    );
  });
});

describe('a rung', () => {
  it('keeps the first value of a trial, and gives no place to what is not finite', () => {
    const rung = new Rung(9, 3);
    expect(rung.add(1, 0.5)).toBe(0);
    expect(rung.add(1, 0.1)).toBe(0);
    expect(rung.valueOf(1)).toBe(0.5);
    rung.add(2, Number.POSITIVE_INFINITY);
    rung.open(2);
    expect(rung.isOpen(2)).toBe(false);
    expect(rung.firstOpen()).toBeUndefined();
    rung.open(1);
    expect(rung.firstOpen()).toEqual({ trial: 1, rank: 0 });
  });

  it('counts those who went on, and forgets those who never were', () => {
    const rung = new Rung(9, 2);
    for (const trial of [1, 2, 3, 4]) {
      rung.add(trial, trial);
      rung.open(trial);
    }
    rung.promote(1);
    expect([rung.size, rung.quota, rung.describe(0, 1).promoted]).toEqual([4, 2, 1]);
    expect(rung.firstOpen()).toEqual({ trial: 2, rank: 1 });
    rung.open(1);
    expect(rung.isOpen(1)).toBe(false);
    rung.remove(1);
    expect([rung.size, rung.quota, rung.describe(0, 1).promoted]).toEqual([3, 1, 0]);
    expect(rung.firstOpen()).toEqual({ trial: 2, rank: 0 });
    rung.remove(1);
    expect(rung.rank(1)).toBeUndefined();
  });

  it('is described without numbers that are none', () => {
    const rung = new Rung(9, 2);
    rung.add(1, Number.POSITIVE_INFINITY);
    rung.add(2, Number.POSITIVE_INFINITY);
    expect(rung.describe(3, rung.quota)).toEqual({ resource: 9, results: 2, promoted: 0, underway: 3 });
    rung.add(3, 0.25);
    rung.add(4, 0.5);
    expect(rung.describe(0, rung.quota)).toMatchObject({ results: 4, best: 0.25, cut: 0.5 });
  });
});
