import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Incumbent } from '../src/engine/incumbent.ts';

interface Rest {
  readonly trial: number;
  readonly state: 'paused' | 'queued' | 'completed' | 'stopped' | 'failed';
  readonly value: number;
  readonly resource: number;
}

/** The rule said the long way: looks at the whole history each time. */
function bestByDefinition(history: readonly Rest[]): number | undefined {
  const last = new Map(history.map((rest) => [rest.trial, rest]));
  const isOvertaken = ({ value, resource, state }: Rest): boolean =>
    (state === 'paused' || state === 'queued') &&
    history.some((then, index) => {
      const next = history.slice(index + 1).find(({ trial }) => trial === then.trial);
      return (
        then.resource === resource &&
        then.value <= value &&
        next !== undefined &&
        next.resource > resource &&
        next.state !== 'stopped' &&
        next.state !== 'failed' &&
        Number.isFinite(next.value)
      );
    });
  const candidates = [...last.values()].filter(({ state, value }) => state !== 'failed' && Number.isFinite(value));
  const fair = candidates.filter((rest) => rest.state !== 'stopped' && !isOvertaken(rest));
  const ranked = (fair.length > 0 ? fair : candidates).sort((a, b) => a.value - b.value || b.resource - a.resource);
  return ranked[0]?.value;
}

/** Lives of some trials: each waits at level after level, and may end there. */
const lives = fc.array(
  fc.record({
    trial: fc.integer({ min: 1, max: 6 }),
    end: fc.constantFrom(undefined, undefined, undefined, 'completed', 'stopped', 'failed'),
    queued: fc.boolean(),
    value: fc.oneof(fc.integer({ min: -4, max: 4 }), fc.constant(Number.POSITIVE_INFINITY)),
  }),
  { maxLength: 40 },
);

function play(steps: typeof lives extends fc.Arbitrary<infer Steps> ? Steps : never): Rest[] {
  const levels = new Map<number, number>();
  const over = new Set<number>();
  return steps.flatMap(({ trial, end, queued, value }) => {
    if (over.has(trial)) return [];
    if (end !== undefined) over.add(trial);
    const resource = 3 * (levels.get(trial) ?? 0) || 1;
    levels.set(trial, resource);
    return [{ trial, value, resource, state: end ?? (queued ? 'queued' : 'paused') } satisfies Rest];
  });
}

describe('the incumbent', () => {
  it('has the least value of all that were neither stopped nor overtaken', () => {
    fc.assert(
      fc.property(lives, (steps) => {
        const incumbent = new Incumbent();
        const history = play(steps);
        for (const [index, { trial, state, value, resource }] of history.entries()) {
          incumbent.left(trial, state, value, resource);
          const expected = bestByDefinition(history.slice(0, index + 1));
          expect(incumbent.best === undefined).toBe(expected === undefined);
          expect(incumbent.value).toBe(expected ?? Number.POSITIVE_INFINITY);
        }
      }),
      { seed: 31, numRuns: 1000 },
    );
  });

  it('is not the luckiest of many short looks when a better one was followed up', () => {
    const incumbent = new Incumbent();
    incumbent.left(1, 'paused', 0.02, 1);
    incumbent.left(2, 'paused', 0.021, 1);
    expect(incumbent.best).toBe(1);
    incumbent.left(1, 'completed', 0.025, 81);
    expect([incumbent.best, incumbent.value]).toEqual([1, 0.025]);
    // Better than any that was followed up: the one to be resumed next.
    incumbent.left(3, 'paused', 0.01, 1);
    expect(incumbent.best).toBe(3);
  });

  it('may have been seen at less resource than a worse one', () => {
    const incumbent = new Incumbent();
    incumbent.left(1, 'paused', 0.3, 27);
    incumbent.left(1, 'completed', 0.2, 81);
    incumbent.left(2, 'paused', 0.1, 27);
    expect([incumbent.best, incumbent.value]).toEqual([2, 0.1]);
  });

  it('prefers more resource among equals, and a stopped trial to none', () => {
    const incumbent = new Incumbent();
    incumbent.left(1, 'stopped', 0.1, 3);
    expect(incumbent.best).toBe(1);
    incumbent.left(2, 'completed', 0.5, 9);
    incumbent.left(3, 'completed', 0.5, 27);
    incumbent.left(4, 'failed', 0, 27);
    expect(incumbent.best).toBe(3);
  });

  it('falls back on what was overtaken when the one that went on came to nothing', () => {
    const incumbent = new Incumbent();
    incumbent.left(1, 'paused', 0.1, 1);
    incumbent.left(2, 'paused', 0.2, 1);
    incumbent.left(1, 'paused', 0.1, 3);
    incumbent.left(1, 'failed', 0.1, 4);
    expect(incumbent.best).toBe(2);
  });

  it('counts a repeated configuration with the mean of its runs', () => {
    const incumbent = new Incumbent();
    incumbent.left(1, 'completed', 1, 1);
    incumbent.left(2, 'completed', 2, 1);
    incumbent.group(1, 3);
    incumbent.left(3, 'completed', 5, 1);
    expect([incumbent.best, incumbent.value]).toEqual([2, 2]);
    incumbent.group(1, 4);
    incumbent.left(4, 'completed', -3, 1);
    expect([incumbent.best, incumbent.value]).toEqual([1, 1]);
  });

  it('knows how many trials ended since it last improved by enough', () => {
    const incumbent = new Incumbent();
    for (const [index, value] of [9, 5, 4.9, 7, 4.8].entries()) incumbent.left(index + 1, 'completed', value, 1);
    expect(incumbent.endedSinceImprovement(0)).toBe(0);
    expect(incumbent.endedSinceImprovement(0.5)).toBe(3);
    expect(incumbent.endedSinceImprovement(10)).toBe(4);
  });
});
