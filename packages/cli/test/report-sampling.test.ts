import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spread, thin } from '../src/report/sampling.ts';

describe('an even choice of places', () => {
  it('has exactly the wanted size, ascends, keeps what must stay and leaves no large gap', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 500 }),
        fc.integer({ min: 1, max: 200 }),
        fc.uniqueArray(fc.nat(499), { maxLength: 20 }),
        (length, limit, wished) => {
          const keep = wished.filter((place) => place < length);
          const chosen = spread(length, limit, keep);
          expect(chosen).toHaveLength(Math.min(length, limit));
          expect([...new Set(chosen)].sort((a, b) => a - b)).toEqual(chosen);
          if (keep.length <= limit) expect(chosen).toEqual(expect.arrayContaining(keep));
          const free = limit - keep.length;
          const gaps = chosen.slice(1).map((place, index) => place - (chosen[index] ?? 0));
          if (length > limit && free > 0)
            expect(Math.max(1, ...gaps)).toBeLessThanOrEqual(Math.ceil(length / free) + keep.length + 1);
        },
      ),
      { seed: 3 },
    );
  });
});

describe('a thinned curve', () => {
  const wave = Array.from({ length: 1_000 }, (_, x) => ({ x, y: Math.sin(x / 50) }));

  it('keeps its ends, its order and its bound', () => {
    const kept = thin(wave, 64);
    expect(kept).toHaveLength(64);
    expect(kept[0]).toBe(wave[0]);
    expect(kept.at(-1)).toBe(wave.at(-1));
    expect(kept.every((point, index) => index === 0 || point.x > (kept[index - 1]?.x ?? 0))).toBe(true);
  });

  it('keeps a spike, and a value that is not finite', () => {
    const spiked = wave.map((point) =>
      point.x === 333 ? { x: 333, y: 9 } : point.x === 700 ? { x: 700, y: Number.NaN } : point,
    );
    const kept = thin(spiked, 20);
    expect(kept.map((point) => point.x)).toEqual(expect.arrayContaining([333, 700]));
  });

  it('leaves a short curve alone', () => {
    expect(thin(wave.slice(0, 5), 64)).toEqual(wave.slice(0, 5));
  });
});
