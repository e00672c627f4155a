import { bayes } from '../src/index.ts';
import type { Configuration, ConfigurationSampler, Sample, TrialView } from '@fettle/core';
import { parseSearchSpace } from '@fettle/core';
import { describe, expect, test } from 'vitest';
import { contextOf, offerOf } from './sampler-context.ts';

const float = { type: 'float', min: 0, max: 1 };
const plane = parseSearchSpace({ x: float, y: float });
const SEED = 4;

type Metrics = { readonly loss: number; readonly [name: string]: number };
type Options = Parameters<typeof bayes>[0];

interface Run {
  readonly sampler: ConfigurationSampler;
  readonly configurations: Configuration[];
  /** The answer to the question after the last trial. */
  readonly next: Extract<Sample, { kind: 'configuration' }>;
}

function suggested(answer: Sample): Run['next'] {
  if (answer.kind !== 'configuration') throw new Error(answer.reason);
  return answer;
}

/** Runs trials one after another, each reporting these metrics once. */
async function run(
  trials: number,
  metricsOf: (configuration: Configuration) => Metrics,
  options: Options = {},
  goal: 'minimize' | 'maximize' = 'minimize',
): Promise<Run> {
  const context = { ...contextOf(plane, SEED), objective: { metric: 'loss', goal } };
  const sampler = bayes({ thread: 'main', initialTrials: 5, ...options }).create(context);
  const configurations: Configuration[] = [];
  for (let id = 1; id <= trials; id++) {
    const { configuration } = suggested(await sampler.sample(offerOf(SEED, id)));
    configurations.push(configuration);
    const metrics = metricsOf(configuration);
    const value = goal === 'maximize' ? -metrics.loss : metrics.loss;
    const trial: TrialView = { id, configuration, origin: 'searcher', resource: 0 };
    sampler.started?.(trial);
    sampler.reported?.({ ...trial, value, resource: 1 }, { resource: 1, value, metrics });
    sampler.ended?.({ ...trial, value, resource: 1 }, { state: 'completed', value, resource: 1 });
  }
  return { sampler, configurations, next: suggested(await sampler.sample(offerOf(SEED, trials + 1))) };
}

const bowl = ({ x, y }: Configuration): number => ((x as number) - 0.3) ** 2 + ((y as number) - 0.6) ** 2;

describe('the initial design', () => {
  test('is as much shorter as trials were given', async () => {
    const given = [0.1, 0.4, 0.7, 0.9].map((x) => ({ x, y: 1 - x }));
    const sampler = bayes({ thread: 'main', initialTrials: 5 }).create(contextOf(plane, SEED));
    const tell = (id: number, configuration: Configuration, origin: TrialView['origin']): void => {
      const trial: TrialView = { id, configuration, origin, resource: 0 };
      const value = bowl(configuration);
      sampler.started?.(trial);
      sampler.ended?.({ ...trial, value, resource: 1 }, { state: 'completed', value, resource: 1 });
    };
    for (const [index, configuration] of given.entries()) tell(index + 1, configuration, 'first');
    const fifth = suggested(await sampler.sample(offerOf(SEED, 5)));
    expect(fifth.reason).toContain('initial design');
    tell(5, fifth.configuration, 'searcher');
    expect(suggested(await sampler.sample(offerOf(SEED, 6))).reason).not.toContain('initial design');
  });
});

describe('a suggestion says what it rests on', () => {
  test('in the objective’s own unit and sign', async () => {
    const down = await run(12, (configuration) => ({ loss: 5 + bowl(configuration) }));
    const up = await run(12, (configuration) => ({ loss: -5 - bowl(configuration) }), {}, 'maximize');
    expect(up.configurations).toEqual(down.configurations);
    const [details, mirrored] = [down.next.details!, up.next.details!];
    const expected = details['expected'] as { mean: number; lower: number; upper: number };
    expect(expected.lower).toBeLessThan(expected.mean);
    expect(expected.upper).toBeGreaterThan(expected.mean);
    expect(mirrored['expected']).toEqual({ mean: -expected.mean, lower: -expected.upper, upper: -expected.lower });
    expect(details['incumbent']).toBe(-(mirrored['incumbent'] as number));
    expect(details).toMatchObject({ aim: 'improve', observations: 12, fittedAt: 12, pending: 0 });
    expect(details['uncertainty']).toBeGreaterThan(0);
    expect(details['alternative']).toHaveProperty('configuration.x');
    expect(down.next.reason).toMatch(
      /^most expected improvement: loss is expected at 5\.?\d* \(.* to .*\), the best is 5/,
    );
    // It is stored as JSON.
    expect(JSON.parse(JSON.stringify(details))).toEqual(details);
  });

  test('and how the model sees the space', async () => {
    const { sampler } = await run(20, ({ x }) => ({ loss: Math.sin(9 * (x as number)) }));
    const model = (await sampler.describe?.())?.model;
    const [x, y] = model!.parameters;
    expect(model).toMatchObject({ name: 'Gaussian process, Matérn 5/2', observations: 20 });
    expect(x!.importance + y!.importance).toBeCloseTo(1, 12);
    expect(x!.importance).toBeGreaterThan(0.8);
    expect(x!.slice).toHaveLength(33);
    for (const { mean, lower, upper } of x!.slice) {
      expect(lower).toBeLessThanOrEqual(mean);
      expect(upper).toBeGreaterThanOrEqual(mean);
    }
    const right = x!.slice.filter(({ value, lower, upper }) => {
      const truth = Math.sin(9 * (value as number));
      return truth > lower - 0.1 && truth < upper + 0.1;
    });
    expect(right.length).toBeGreaterThan(28);
  });

  test('before there is a model, that it is the initial design', async () => {
    const { next, sampler } = await run(1, () => ({ loss: 1 }));
    expect(next.reason).toBe('point 2 of the initial design, a scrambled Sobol sequence');
    expect(await sampler.describe?.()).toEqual({ notes: [] });
  });
});

test('with many results pending some suggestions explore, and all differ', async () => {
  const { sampler } = await run(12, (configuration) => ({ loss: bowl(configuration) }));
  const active: TrialView[] = [];
  const aims: unknown[] = [];
  for (let id = 13; id <= 32; id++) {
    const { configuration, details } = suggested(await sampler.sample(offerOf(SEED, id, active)));
    aims.push(details!['aim']);
    expect(details!['pending']).toBe(active.length);
    const trial: TrialView = { id, configuration, origin: 'searcher', resource: 0 };
    sampler.started?.(trial);
    active.push(trial);
  }
  expect(aims.slice(0, 7)).toEqual(Array.from({ length: 7 }, () => 'improve'));
  const exploring = aims.slice(7).filter((aim) => aim === 'explore').length;
  expect(exploring).toBeGreaterThan(2);
  expect(exploring).toBeLessThan(11);
  const apart = active.flatMap((a, index) =>
    active.slice(index + 1).map((b) => distance(a.configuration, b.configuration)),
  );
  expect(Math.min(...apart)).toBeGreaterThan(0);
});

function distance(a: Configuration, b: Configuration): number {
  return Math.hypot((a['x'] as number) - (b['x'] as number), (a['y'] as number) - (b['y'] as number));
}

test('constraints are learned and kept to', async () => {
  // The bowl's bottom is out of bounds: the best that is allowed lies on the line x = 0.5, at y = 0.6.
  const { configurations, next } = await run(
    28,
    (configuration) => ({
      loss: bowl(configuration),
      memory: 10 * (1 - (configuration['x'] as number)),
      recall: configuration['y'] as number,
    }),
    {
      constraints: [
        { metric: 'memory', atMost: 5 },
        { metric: 'recall', atLeast: 0.2 },
      ],
    },
  );
  const allowed = ({ x, y }: Configuration): boolean => (x as number) >= 0.5 && (y as number) >= 0.2;
  expect(configurations.slice(14).filter(allowed).length).toBeGreaterThan(7);
  const best = configurations.filter(allowed).sort((a, b) => bowl(a) - bowl(b))[0]!;
  expect(bowl(best)).toBeLessThan(0.0402 + 0.004);
  expect(next.details!['incumbent']).toBeGreaterThan(0.039);
});

test('while nothing is allowed it looks for what may be', async () => {
  const { next } = await run(10, (configuration) => ({ loss: bowl(configuration), memory: 2 + bowl(configuration) }), {
    constraints: [{ metric: 'memory', atMost: 1 }],
  });
  expect(next.reason).toMatch(/^likeliest to meet the constraints/);
  expect(next.details!['incumbent']).toBeUndefined();
});

test('with a cost, cheap places are tried first among those as good', async () => {
  const loss = ({ y }: Configuration): number => Math.abs((y as number) - 0.5);
  const cost = ({ x }: Configuration): number => Math.exp(4 * (x as number));
  const spent = async (options: Options): Promise<number> => {
    const { configurations } = await run(18, (one) => ({ loss: loss(one), seconds: cost(one) }), options);
    return configurations.slice(5).reduce((sum, one) => sum + cost(one), 0);
  };
  expect(await spent({ costMetric: 'seconds' })).toBeLessThan(0.5 * (await spent({})));
});

test('with much known noise results are believed less', async () => {
  const loss = (configuration: Configuration): Metrics => ({ loss: bowl(configuration) });
  const [exact, noisy] = [await run(10, loss, { noise: 'none' }), await run(10, loss, { noise: 0.3 })];
  expect(noisy.next.details!['uncertainty']).toBeGreaterThan(2 * (exact.next.details!['uncertainty'] as number));
});

describe.each(['joint', 'highest'] as const)('at rungs, learning from %s', (rungs) => {
  test('results at low rungs guide new trials', async () => {
    const sampler = bayes({ thread: 'main', initialTrials: 5, rungs }).create(contextOf(plane, SEED));
    const tried: Configuration[] = [];
    for (let id = 1; id <= 24; id++) {
      const { configuration, details } = suggested(await sampler.sample(offerOf(SEED, id)));
      tried.push(configuration);
      if (id > 5 && id % 4 !== 0) expect(details!['level']).toBeGreaterThanOrEqual(1);
      // Every third trial is promoted from rung 1 to rung 3.
      const levels = id % 3 === 0 ? [1, 3] : [1];
      for (const until of levels) {
        const value = bowl(configuration) + 1 / until;
        const trial: TrialView = { id, configuration, origin: 'searcher', resource: until, until };
        if (until === 1) sampler.started?.({ ...trial, resource: 0 });
        sampler.reported?.({ ...trial, value }, { resource: until, value, metrics: { loss: value } });
        sampler.ended?.({ ...trial, value }, { state: 'paused', resource: until });
      }
    }
    expect(Math.min(...tried.slice(5).map(bowl))).toBeLessThan(0.002);
  });
});

/** Tells a sampler of trials at rungs 1 and 3: every third is promoted. Values fall by 2/3 from rung 1 to rung 3. */
function tellRungs(sampler: ConfigurationSampler, configurations: readonly Configuration[]): void {
  for (const [index, configuration] of configurations.entries()) {
    const id = index + 1;
    for (const until of id % 3 === 0 ? [1, 3] : [1]) {
      const value = bowl(configuration) + 1 / until;
      const trial: TrialView = { id, configuration, origin: 'searcher', resource: until, until };
      if (until === 1) sampler.started?.({ ...trial, resource: 0 });
      sampler.reported?.({ ...trial, value }, { resource: until, value, metrics: { loss: value } });
      sampler.ended?.({ ...trial, value }, { state: 'paused', resource: until });
    }
  }
}

const grid = [0.1, 0.3, 0.5, 0.7, 0.9].flatMap((x) => [0.15, 0.35, 0.6, 0.85].map((y) => ({ x, y })));

describe('at rungs a sampler that was only told of the past, and never asked, describes', () => {
  test('the parameters, at the highest rung, and not the resource', async () => {
    const sampler = bayes({ thread: 'main', rungs: 'joint' }).create(contextOf(plane, SEED));
    tellRungs(sampler, grid);
    const model = (await sampler.describe?.())?.model;
    expect(model!.parameters.map(({ name }) => name)).toEqual(['x', 'y']);
    expect(model!.parameters.reduce((sum, { importance }) => sum + importance, 0)).toBeCloseTo(1, 12);
    // 20 results at rung 1, and 6 of these trials at rung 3.
    expect(model!.observations).toBe(26);
    // Through the best point, whose y is 0.6: at rung 3 a third lies below the bowl, at rung 1 a whole.
    expect(model!.parameters[0]!.slice).toHaveLength(33);
    for (const { value, mean } of model!.parameters[0]!.slice) {
      expect(Math.abs(mean - bowl({ x: value, y: 0.6 }) - 1 / 3)).toBeLessThan(0.1);
    }
  });

  test('the same as one that was asked', async () => {
    const [told, asked] = [1, 2].map(() => bayes({ thread: 'main' }).create(contextOf(plane, SEED)));
    for (const sampler of [told!, asked!]) tellRungs(sampler, grid);
    await asked!.sample(offerOf(SEED, grid.length + 1));
    const description = await told!.describe?.();
    expect(description?.model).toBeDefined();
    expect(description).toEqual(await asked!.describe?.());
  });
});
