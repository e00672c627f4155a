import { type Configuration, parseSearchSpace, type SearchSpace } from '@fettle/core';
import { branin, SamplerSession } from '@fettle/core/testing';
import { describe, expect, test } from 'vitest';
import { bayes } from '../src/index.ts';
import { SPACES } from './spaces.ts';

const float = { type: 'float', min: 0, max: 1 };
const plane = parseSearchSpace({ x: float, y: float });

/** Runs so many trials, and gives back their configurations. */
async function run(
  space: SearchSpace,
  trials: number,
  loss: (configuration: Configuration, trial: number) => number,
  options: Parameters<typeof bayes>[0] = {},
): Promise<Configuration[]> {
  const session = new SamplerSession(bayes({ thread: 'main', initialTrials: 4, ...options }), space, 5);
  const tried: Configuration[] = [];
  for (let trial = 1; trial <= trials; trial++) {
    const answer = await session.sample();
    if (answer.kind === 'exhausted') break;
    tried.push(answer.configuration);
    const value = loss(answer.configuration, trial);
    session.end(session.start(answer.configuration), { state: 'completed', value, resource: 1 });
  }
  return tried;
}

const different = (space: SearchSpace, tried: readonly Configuration[]): number =>
  new Set(tried.map((configuration) => space.key(configuration))).size;

describe('whatever the objective says, there is a next configuration', () => {
  const values: { readonly [name: string]: (configuration: Configuration, trial: number) => number } = {
    constant: () => 3,
    'never finite': () => Number.POSITIVE_INFINITY,
    'finite once': (_configuration, trial) => (trial === 3 ? 1 : Number.POSITIVE_INFINITY),
    'of all magnitudes': (_configuration, trial) => (trial % 2 === 0 ? 1e300 : -1e300),
    tiny: (_configuration, trial) => 1e-320 * trial,
    'two-valued': (_configuration, trial) => trial % 2,
    'half failing': ({ x }) => ((x as number) > 0.5 ? Number.POSITIVE_INFINITY : (x as number)),
  };
  test.each(Object.entries(values))('%s', async (_name, loss) => {
    const tried = await run(plane, 14, loss);
    expect(tried).toHaveLength(14);
    expect(different(plane, tried)).toBe(14);
  });

  test.each(['log', 'yeo-johnson', 'half-rank', 'identity'] as const)('with %s values', async (outputWarp) => {
    const tried = await run(plane, 10, (_configuration, trial) => (trial % 3) * 1e300, { outputWarp });
    expect(different(plane, tried)).toBe(10);
  });
});

test('it learns to keep away from where trials fail', async () => {
  const tried = await run(plane, 24, ({ x, y }) => ((x as number) > 0.5 ? Number.POSITIVE_INFINITY : (y as number)));
  expect(tried.slice(10).filter(({ x }) => (x as number) > 0.5).length).toBeLessThanOrEqual(5);
});

test('a space of three configurations is tried out and no more', async () => {
  const tiny = parseSearchSpace({ choice: { type: 'categorical', values: ['a', 'b', 'c'] } });
  expect(different(tiny, await run(tiny, 10, () => 1))).toBe(3);
});

test('a space of a thousand configurations is never repeated', async () => {
  const level = { type: 'int', min: 0, max: 9 };
  const grid = parseSearchSpace({ a: level, b: level, c: level });
  const tried = await run(
    grid,
    60,
    ({ a, b, c }) => ((a as number) - 7) ** 2 + ((b as number) - 2) ** 2 + (c as number),
  );
  expect(different(grid, tried)).toBe(60);
  expect(tried).toContainEqual({ a: 7, b: 2, c: 0 });
});

test('sixty parameters are no hindrance', async () => {
  const space = parseSearchSpace(Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`x${index}`, float])));
  const loss = (configuration: Configuration): number =>
    Object.values(configuration).reduce((sum: number, x) => sum + ((x as number) - 0.3) ** 2, 0);
  const tried = await run(space, 20, loss);
  expect(Math.min(...tried.slice(4).map(loss))).toBeLessThan(Math.min(...tried.slice(0, 4).map(loss)));
});

test('five hundred pending trials are taken into account: nothing is tried twice, and the space is still filled', async () => {
  const session = new SamplerSession(bayes({ thread: 'main', initialTrials: 8 }), plane, 5);
  const pending = [];
  for (let trial = 1; trial <= 500; trial++) {
    pending.push(session.start(plane.fromUnit([(trial * 0.618) % 1, (trial * 0.7549) % 1])!));
  }
  for (const trial of pending.splice(0, 30)) {
    const { x, y } = trial.configuration as { x: number; y: number };
    session.end(trial, { state: 'completed', value: (x - 0.3) ** 2 + y, resource: 1 });
  }
  const suggested: Configuration[] = [];
  for (let ask = 0; ask < 6; ask++) {
    const answer = await session.sample();
    if (answer.kind !== 'configuration') throw new Error(answer.reason);
    suggested.push(answer.configuration);
    session.start(answer.configuration);
  }
  expect(different(plane, suggested)).toBe(6);
});

test('it finds a minimum of Branin within one percent in 40 evaluations', async () => {
  for (const seed of [1, 2, 3]) {
    const session = new SamplerSession(bayes({ thread: 'main' }), branin.space, seed);
    let best = Number.POSITIVE_INFINITY;
    for (let trial = 1; trial <= 40; trial++) {
      const answer = await session.sample();
      if (answer.kind !== 'configuration') throw new Error(answer.reason);
      const value = branin.evaluate(answer.configuration);
      best = Math.min(best, value);
      session.end(session.start(answer.configuration), { state: 'completed', value, resource: 1 });
    }
    expect(best - branin.optimum.value).toBeLessThan(0.004);
  }
});

test('it finds the best of a mixed and conditional space', async () => {
  const space = SPACES.conditional!;
  const loss = ({ optimizer, momentum, schedule, gamma }: Configuration): number =>
    optimizer === 'adam'
      ? 1
      : ((momentum as number) - 0.9) ** 2 + (schedule === 'flat' ? 0.5 : ((gamma as number) - 0.3) ** 2);
  const tried = await run(space, 35, loss);
  expect(Math.min(...tried.map(loss))).toBeLessThan(0.003);
});
