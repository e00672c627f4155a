import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Configuration } from '../src/domain/configuration.ts';
import { API_VERSION } from '../src/plugin/api-version.ts';
import { defineSampler, type Plugin, type SearcherContext } from '../src/plugin/define.ts';
import type { ConfigurationSampler } from '../src/ports/configuration-sampler.ts';
import { asSearcher } from '../src/searchers/as-searcher.ts';
import { grid } from '../src/searchers/grid.ts';
import { random, randomConfiguration } from '../src/searchers/random.ts';
import { repeat } from '../src/searchers/repeat.ts';
import { sobol } from '../src/searchers/sobol.ts';
import { describeSearcher } from '../src/testing/describe-searcher.ts';
import { describeSampler } from '../src/testing/describe-sampler.ts';
import { samplerChecks, type SamplerSuiteOptions } from '../src/testing/sampler-checks.ts';

describeSampler('random', () => random());
describeSampler('sobol', () => sobol());
describeSampler('plain sobol', () => sobol({ scramble: false }), { deterministic: true });
describeSampler('grid', () => grid({ resolution: 5 }), { deterministic: true, exhausts: true });

describeSearcher('repeated sobol', () => repeat({ searcher: asSearcher(sobol()), times: 2 }));

/** A sampler that is random search but for one mistake. */
function mistaken(mistake: (context: SearcherContext) => Partial<ConfigurationSampler>): () => Plugin<'sampler'> {
  const define = defineSampler({
    name: 'mistaken',
    version: '0.0.0',
    apiVersion: API_VERSION,
    options: z.strictObject({}),
    create: (_options, context) => ({ ...random().create(context), ...mistake(context) }),
  });
  return () => define();
}

const suggest = (configuration: Configuration) =>
  ({ kind: 'configuration', configuration, reason: 'because' }) as const;

async function complaints(make: () => Plugin<'sampler'>, options?: SamplerSuiteOptions): Promise<string[]> {
  const found: string[] = [];
  for (const check of samplerChecks(make, options)) {
    try {
      await check.run();
    } catch (error) {
      found.push(`${check.name}: ${(error as Error).message}`);
    }
  }
  return found;
}

describe('the suite', () => {
  it('finds nothing wrong with random search', async () => {
    expect(await complaints(() => random())).toEqual([]);
  });

  it.each<[string, (context: SearcherContext) => Partial<ConfigurationSampler>, SamplerSuiteOptions, string]>([
    [
      'configurations outside the space',
      () => ({ sample: () => suggest({ x: 7 }) }),
      {},
      'stays inside the continuous space: for trial 1 it suggested {"x":7}: \'x\' must lie from 0 to 1, got 7',
    ],
    [
      'forbidden configurations',
      ({ space }) => ({
        sample: (offer) => {
          const n = 1 + offer.random('n').integer(4);
          const configuration = randomConfiguration(space, offer.random('x'));
          return suggest('n' in configuration ? { ...configuration, n } : configuration);
        },
      }),
      {},
      'it is forbidden',
    ],
    ['no reason', () => ({ sample: () => ({ kind: 'exhausted', reason: '' }) }), {}, 'gives no reason'],
    [
      'something that is no sample',
      () => ({ sample: () => undefined as never }),
      {},
      "The sampler 'mistaken' answered sample() with undefined, which is not a sample: expected { kind: 'configuration'",
    ],
    [
      'sample that counts how often it was asked',
      (context) => {
        const { space } = context;
        const stream = context.random('all');
        return { sample: () => suggest(randomConfiguration(space, stream)) };
      },
      {},
      'asked twice with the same offer it changed its answer',
    ],
    [
      'sample that remembers what it suggested',
      ({ space }) => {
        let asked = 0;
        let last = 0;
        return {
          sample: (offer) => {
            if (offer.trial !== last) asked += 1;
            last = offer.trial;
            return suggest(randomConfiguration(space, offer.random(`x${offer.draw === 0 ? asked : 0}`)));
          },
        };
      },
      {},
      'told the same history anew, it answers differently',
    ],
    [
      'Math.random',
      ({ space }) => ({
        sample: () => suggest(space.fromUnit(space.dimensions.map(() => 0.85 + 0.1 * Math.random()))!),
      }),
      {},
      'it called Math.random',
    ],
    ['a look at the clock', () => ({ started: () => void Date.now() }), {}, 'it called Date.now'],
    ['the date', () => ({ reported: () => void new Date() }), {}, 'it called new Date'],
    [
      'a stopwatch, when it is made',
      () => {
        performance.now();
        return {};
      },
      {},
      'it called performance.now',
    ],
    [
      'dice that it hides',
      ({ space }) => ({
        sample: (offer) => {
          try {
            crypto.randomUUID();
          } catch {
            // Whoever asks for it must hear of it all the same.
          }
          return suggest(randomConfiguration(space, offer.random('x')));
        },
      }),
      {},
      'it called crypto.randomUUID',
    ],
    [
      'a promise where nobody waits for it',
      () => ({ ended: () => Promise.resolve() as never }),
      {},
      "The sampler 'mistaken' answered ended() with a promise, which nobody waits for",
    ],
    [
      'a bare configuration',
      ({ space }) => ({ sample: (offer) => randomConfiguration(space, offer.random('x')) as never }),
      {},
      "The sampler 'mistaken' answered sample() with { x: 0.",
    ],
    [
      'no use of the seed',
      ({ space }) => ({
        sample: ({ trial, draw }) =>
          suggest(space.fromUnit(space.dimensions.map((_, index) => 0.8 + 0.1 / (trial + draw + index)))!),
      }),
      {},
      'the seeds 7 and 8 gave the same',
    ],
    [
      'use of the seed though said to be deterministic',
      () => ({}),
      { deterministic: true },
      'the seeds 7 and 8 differ',
    ],
    [
      'no answer to a refusal',
      ({ space }) => ({
        sample: () => suggest(space.fromUnit(space.dimensions.map(() => 0.9))!),
      }),
      { deterministic: true },
      'in a continuous space it gave',
    ],
    [
      'an end though not said to have one',
      ({ space }) => {
        let trials = 0;
        return {
          started: () => void (trials += 1),
          sample: (offer) =>
            trials < 10
              ? suggest(randomConfiguration(space, offer.random('x')))
              : { kind: 'exhausted', reason: 'enough' },
        };
      },
      {},
      'for trial 11 it said it was exhausted (enough)',
    ],
    ['no end though said to have one', () => ({}), { exhausts: true }, 'twice'],
    [
      'failures that break it',
      () => ({
        ended: (_trial, outcome) => {
          if (outcome.state === 'failed') throw new Error('no value');
        },
      }),
      {},
      "survives failed, stopped and diverged trials, and trials of others: The sampler 'mistaken' threw from ended(): no value",
    ],
    [
      'infinite values that break it',
      ({ space }) => {
        let sum = 0;
        return {
          ended: (_trial, outcome) => {
            if (outcome.state === 'completed') sum += outcome.value - outcome.value;
          },
          sample: (offer) => {
            const stream = offer.random('x');
            const configuration = randomConfiguration(space, stream);
            return suggest(
              'x' in configuration ? { ...configuration, x: (configuration.x as number) + sum } : configuration,
            );
          },
        };
      },
      {},
      "'x' must lie from 0 to 1, got NaN",
    ],
  ])('finds %s', async (_what, mistake, options, complaint) => {
    expect((await complaints(mistaken(mistake), options)).join('\n')).toContain(complaint);
  });
});

describe('the suite itself', () => {
  it('closes every sampler that it made, also when a check fails', async () => {
    let open = 0;
    const counted = (sample: ConfigurationSampler['sample']) =>
      mistaken(() => {
        open += 1;
        return { sample, close: () => void (open -= 1) };
      });
    const bad = counted(() => suggest({ x: 2 }));
    expect(await complaints(bad)).not.toEqual([]);
    expect(open).toBe(0);
    const good = mistaken(() => {
      open += 1;
      return { close: () => void (open -= 1) };
    });
    expect(await complaints(good)).toEqual([]);
    expect(open).toBe(0);
  });

  it('asks a sampler for plain spaces about nothing else', async () => {
    const names = samplerChecks(() => random(), { plainSpaces: true }).map(({ name }) => name);
    expect(names).toContain('stays inside the choice space');
    for (const space of ['finite', 'conditional', 'forbidden'])
      expect(names).not.toContain(`stays inside the ${space} space`);
    const plain = mistaken(({ space }) => {
      if (space.forbidden.length > 0 || space.parameters.some(({ conditions }) => conditions.length > 0)) {
        throw new Error('this is more than it can do');
      }
      return {};
    });
    expect(await complaints(plain, { plainSpaces: true })).toEqual([]);
    expect(await complaints(plain)).not.toEqual([]);
  });

  it('leaves out what cannot be seen of a sampler that decides in another process', () => {
    const names = (elsewhere: boolean) => samplerChecks(() => random(), { elsewhere }).map(({ name }) => name);
    expect(names(false).filter((name) => !names(true).includes(name))).toEqual([
      'takes randomness from the offer and time from nowhere',
    ]);
  });
});
