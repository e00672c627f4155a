import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { API_VERSION } from '../src/plugin/api-version.ts';
import { defineSearcher, type SearcherContext } from '../src/plugin/define.ts';
import type { Searcher } from '../src/ports/searcher.ts';
import { random } from '../src/searchers/random.ts';
import { describeSearcher } from '../src/testing/describe-searcher.ts';
import { searcherChecks, type SearcherSuiteOptions } from '../src/testing/searcher-checks.ts';
import { rungSearcher } from './rung-searcher.ts';
import { SPACE } from './engine-helpers.ts';

describeSearcher('random', () => random());
describeSearcher('the tests’ own searcher with rungs', () => rungSearcher({ trials: 30, end: 9 }), {
  spaces: { 'tests’ own': SPACE },
});

/** What is told to nobody who waits. */
const late = (): void => Promise.resolve() as never;

/** A right searcher, from which each broken one differs in one thing. */
function right({ space }: SearcherContext): Searcher {
  return {
    ask(offer) {
      const stream = offer.random('point');
      const configuration = space.fromUnit(space.dimensions.map(() => stream.next()));
      if (configuration === undefined) throw new Error('nothing is forbidden here');
      return { kind: 'start', configuration, reason: 'random' };
    },
    report: () => ({ kind: 'continue' }),
  };
}

const plugin = (make: (context: SearcherContext) => Searcher) => () =>
  defineSearcher({
    name: 'broken',
    version: '0.0.0',
    apiVersion: API_VERSION,
    options: z.strictObject({}),
    create: (_options, context) => make(context),
  })({});

const BROKEN: {
  readonly [what: string]: [make: (context: SearcherContext) => Searcher, check: string, message: RegExp];
} = {
  'changes in ask': [
    (context) => {
      let asked = 0;
      const inner = right(context);
      return {
        ...inner,
        ask(offer) {
          asked += 1;
          const stream = offer.random(`point ${asked}`);
          const configuration = context.space.fromUnit(context.space.dimensions.map(() => stream.next())) ?? {};
          return { kind: 'start', configuration, reason: 'random' };
        },
      };
    },
    'asked twice',
    /asked twice with the same offer it answered/,
  ],
  'uses Math.random': [
    ({ space }) => ({
      ask: () => ({
        kind: 'start',
        configuration: space.fromUnit(space.dimensions.map(() => Math.random())) ?? {},
        reason: 'random',
      }),
      report: () => ({ kind: 'continue' }),
    }),
    'takes randomness from the offer',
    /it called Math\.random; use offer\.random/,
  ],
  'looks at the date in a report': [
    (context) => ({
      ...right(context),
      report: () => (new Date().getFullYear() > 1999 ? { kind: 'continue' } : { kind: 'stop', reason: 'too early' }),
    }),
    'takes randomness from the offer',
    /it called new Date; nothing that decides looks at the time/,
  ],
  'draws its own seed when it is made': [
    (context) => {
      crypto.getRandomValues(new Uint8Array(4));
      return right(context);
    },
    'takes randomness from the offer',
    /it called crypto\.getRandomValues; use offer\.random/,
  ],
  'is told things asynchronously': [
    (context) => ({ ...right(context), started: late }),
    'stays inside',
    /The searcher 'broken' answered started\(\) with a promise, which nobody waits for/,
  ],
  'gives no reason': [
    (context) => ({
      ...right(context),
      ask: () => ({ kind: 'start', configuration: context.space.fromUnit([0.5, 0.5]), reason: undefined }) as never,
    }),
    'stays inside',
    /answered ask\(\) with \{ kind: 'start', .*, which gives no reason/,
  ],
  'leaves the space': [
    (context) => ({ ...right(context), ask: () => ({ kind: 'start', configuration: { x: 7 }, reason: 'bold' }) }),
    'stays inside',
    /suggested a configuration outside the search space \(.*x/,
  ],
  'forgets its state': [
    (context) => {
      const inner = right(context);
      let lastSeen = 0;
      return {
        ...inner,
        // It listens to reports but not when it is told of the past.
        report(_, { value }, recorded) {
          if (recorded === undefined) lastSeen = value;
          return { kind: 'continue' };
        },
        ask(offer) {
          const stream = offer.random(`point ${lastSeen}`);
          const configuration = context.space.fromUnit(context.space.dimensions.map(() => stream.next())) ?? {};
          return { kind: 'start', configuration, reason: 'random' };
        },
      };
    },
    'can be rebuilt',
    /rebuilt from \d+ events it would start .* state was lost or left over/,
  ],
  'waits instead of saying that it has finished': [
    (context) => {
      const inner = right(context);
      let started = 0;
      return {
        ...inner,
        started: () => void (started += 1),
        ask: (offer) => (started < 3 ? inner.ask(offer) : { kind: 'wait', reason: 'for better times' }),
      };
    },
    'stays inside',
    /waits \(for better times\), but nothing runs/,
  ],
  'looks at the raw metric': [
    (context) => {
      const inner = right(context);
      return {
        ...inner,
        report: (_, { metrics }) =>
          (metrics['loss'] ?? 0) > 0.5 ? { kind: 'stop', reason: 'too high' } : { kind: 'continue' },
      };
    },
    'sees every objective',
    /turned over is decided differently/,
  ],
  'changes when it is described': [
    (context) => {
      const inner = right(context);
      let described = 0;
      return {
        ...inner,
        describe() {
          described += 1;
          return { notes: [] };
        },
        ask(offer) {
          const stream = offer.random(`point ${described}`);
          const configuration = context.space.fromUnit(context.space.dimensions.map(() => stream.next())) ?? {};
          return { kind: 'start', configuration, reason: 'random' };
        },
      };
    },
    'answers questions about itself',
    /describe\(\), plan\(\) or standing\(\) changed something: 'trial 1: start/,
  ],
  'ranks a trial behind the last': [
    (context) => ({
      ...right(context),
      standing: (trial) =>
        trial > 99
          ? undefined
          : {
              rungs: [{ bracket: '0', resource: 1, value: 0, rank: 3, of: 2, quota: 1, state: 'waiting' }],
              notes: [],
            },
    }),
    'answers questions about itself',
    /standing\(\) at rung 1 of bracket '0': rank 3 of 2/,
  ],
  'plans for more than everything': [
    (context) => ({
      ...right(context),
      plan: () => ({
        brackets: [{ name: '0', share: 2, rungs: [{ resource: 1, trials: 1 }] }],
        trials: 1,
        resource: 1,
        checkpoints: 0,
        notes: [],
      }),
    }),
    'answers questions about itself',
    /shares of plan\(\)'s brackets add up to 2/,
  ],
  'promotes more than there are': [
    (context) => ({
      ...right(context),
      describe: () => ({
        brackets: [{ name: '0', rungs: [{ resource: 1, results: 1, promoted: 2, underway: 0 }] }],
        notes: [],
      }),
    }),
    'answers questions about itself',
    /rung 1 in bracket '0': 2 promoted of 1 results/,
  ],
  'falls over a value that is not a number': [
    (context) => ({
      ...right(context),
      report(_, { value }) {
        if (!Number.isFinite(value)) throw new Error('infinite!');
        return { kind: 'continue' };
      },
    }),
    'survives values that are not numbers',
    /The searcher 'broken' threw from report\(\): infinite!/,
  ],
};

describe('the contract suite', () => {
  it('finds nothing wrong with a right searcher', async () => {
    for (const check of searcherChecks(plugin(right))) await check.run();
  });

  it('leaves out what a searcher in another process, and one for plain spaces, cannot be asked', () => {
    const names = (options: SearcherSuiteOptions) => searcherChecks(plugin(right), options).map(({ name }) => name);
    const left = (options: SearcherSuiteOptions) => names({}).filter((name) => !names(options).includes(name));
    expect(left({ elsewhere: true })).toEqual(['takes randomness from the offer and time from nowhere']);
    expect(left({ plainSpaces: true })).toEqual(['stays inside the conditional space and comes to an end']);
  });

  it.each(Object.entries(BROKEN))('names what is wrong with a searcher that %s', async (_, [make, name, message]) => {
    const check = searcherChecks(plugin(make)).find((candidate) => candidate.name.includes(name));
    expect(check).toBeDefined();
    await expect(async () => check?.run()).rejects.toThrow(message);
  });
});
