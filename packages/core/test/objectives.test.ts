import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandomStream } from '../src/domain/rng.ts';
import { parseSearchSpace } from '../src/domain/search-space.ts';
import { learningCurve } from '../src/testing/learning-curves.ts';
import { ackley, branin, hartmann3, hartmann6, levy, rosenbrock } from '../src/testing/objectives.ts';
import { randomConfiguration } from '../src/searchers/random.ts';

describe.each(
  [branin, hartmann3, hartmann6, ackley(4), rosenbrock(3), levy(5)].map((objective) => [objective.name, objective]),
)('%s', (_name, objective) => {
  if (typeof objective === 'string') throw new Error('a table row is a name and an objective');

  it('has its known smallest value at every known place', () => {
    for (const place of objective.optimum.at) {
      expect(objective.space.issues(place)).toEqual([]);
      expect(objective.evaluate(place)).toBeCloseTo(objective.optimum.value, 5);
    }
  });

  it('is nowhere smaller, neither near those places nor anywhere else', () => {
    const stream = createRandomStream(3, objective.name);
    const smallest = objective.optimum.value - 1e-6;
    for (let draw = 0; draw < 2000; draw++) {
      const configuration = randomConfiguration(objective.space, stream);
      expect(objective.evaluate(configuration)).toBeGreaterThan(smallest);
      const place = objective.optimum.at[draw % objective.optimum.at.length]!;
      const near = objective.space.toUnit(place).map((coordinate) => clamp(coordinate + 0.01 * (stream.next() - 0.5)));
      expect(objective.evaluate(objective.space.fromUnit(near)!)).toBeGreaterThan(smallest);
    }
  });
});

describe('learning curves', () => {
  const space = parseSearchSpace({ x: { type: 'float', min: 0, max: 1 }, y: { type: 'float', min: 0, max: 1 } });
  const at = (x: number): { x: number; y: number } => ({ x, y: 0.3 });

  it.each(['power-law', 'exponential'] as const)('of the family %s keep the order of configurations', (family) => {
    const curve = learningCurve({ space, family });
    fc.assert(
      fc.property(fc.double({ min: 0.3, max: 1, noNaN: true }), fc.integer({ min: 1, max: 100 }), (x, resource) => {
        expect(curve(at(0.3), resource)).toBeLessThanOrEqual(curve(at(x), resource));
        expect(curve(at(x), resource + 1)).toBeLessThan(curve(at(x), resource));
      }),
      { seed: 31 },
    );
  });

  it('of the family crossing turn the order over', () => {
    const curve = learningCurve({ space, family: 'crossing' });
    expect(curve(at(0.3), 1)).toBeGreaterThan(curve(at(0.9), 1));
    expect(curve(at(0.3), 100)).toBeLessThan(curve(at(0.9), 100));
  });

  it('have the same noise whenever they are asked', () => {
    const noisy = learningCurve({ space, family: 'power-law', noise: 0.1, seed: 5 });
    const plain = learningCurve({ space, family: 'power-law' });
    expect(noisy(at(0.5), 3)).toBe(noisy(at(0.5), 3));
    const errors = Array.from({ length: 4000 }, (_, index) => noisy(at(0.5), index + 1) - plain(at(0.5), index + 1));
    const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
    const deviation = Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length);
    expect(Math.abs(mean)).toBeLessThan(0.005);
    expect(deviation).toBeCloseTo(0.1, 2);
  });

  it('diverge for the asked-for part of the configurations, and stay diverged', () => {
    const curve = learningCurve({ space, family: 'power-law', divergence: 0.25, divergeBy: 8 });
    let diverged = 0;
    for (let index = 0; index < 2000; index++) {
      const losses = Array.from({ length: 12 }, (_, step) => curve(at(index / 2000), step + 1));
      const first = losses.findIndex(Number.isNaN);
      if (first === -1) continue;
      diverged += 1;
      expect(first).toBeLessThan(8);
      expect(losses.slice(first).every(Number.isNaN)).toBe(true);
    }
    expect(diverged / 2000).toBeCloseTo(0.25, 1);
  });
});

function clamp(place: number): number {
  return Math.min(1, Math.max(0, place));
}
