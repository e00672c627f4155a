import { parseSearchSpace, type SearchSpace } from '../domain/search-space.ts';
import { isPlugin, type Plugin } from '../plugin/define.ts';
import type { LaunchRequest } from '../ports/backend.ts';
import { asSearcher } from '../searchers/as-searcher.ts';
import type { Check } from './check.ts';
import { questioned } from './describing-checks.ts';
import { fail } from './sampler-session.ts';
import { isPlain } from './sampler-spaces.ts';
import { askTwice, compareRebuilt, decisions, firstDifference, isolated, MINIMIZE, probed } from './searcher-probes.ts';
import { simulateStudy, type Simulated } from './simulate-study.ts';
import { curveProgram, faults, type SimulatedProgram } from './simulated-program.ts';

/** What a searcher's contract suite needs to know of it. */
export interface SearcherSuiteOptions {
  /** Resource of a whole training; default 9. */
  readonly maxResource?: number | undefined;
  /** Trials of each simulated study; default 40. */
  readonly trials?: number | undefined;
  /** The spaces to try it on, by name; default: continuous, mixed, conditional and finite ones. */
  readonly spaces?: { readonly [name: string]: SearchSpace } | undefined;
  /** It decides in another process, where its sources of randomness and time cannot be watched from here. */
  readonly elsewhere?: boolean | undefined;
  /** It takes only spaces without conditional parameters and forbidden combinations; others of ours are left out. */
  readonly plainSpaces?: boolean | undefined;
}

function defaultSpaces(plain: boolean): { readonly [name: string]: SearchSpace } {
  const float = { type: 'float', min: 0, max: 1 };
  const all = {
    continuous: parseSearchSpace({ x: float, y: { type: 'float', min: 1e-4, max: 1, scale: 'log' } }),
    mixed: parseSearchSpace({
      x: float,
      units: { type: 'int', min: 8, max: 256, scale: 'log' },
      activation: { type: 'categorical', values: ['relu', 'tanh'] },
      batch: { type: 'ordinal', values: [16, 32, 64] },
    }),
    conditional: parseSearchSpace({
      optimizer: { type: 'categorical', values: ['sgd', 'adam'] },
      momentum: { type: 'float', min: 0, max: 0.99, when: { optimizer: 'sgd' } },
      x: float,
    }),
    finite: parseSearchSpace({
      a: { type: 'int', min: 1, max: 3 },
      b: { type: 'categorical', values: ['p', 'q'] },
    }),
  };
  return Object.fromEntries(Object.entries(all).filter(([, space]) => !plain || isPlain(space)));
}

/**
 * A loss that has a best place in every space, and gets better with resource.
 * @param sign 1 to minimise, -1 for the same problem turned over
 */
function lossProgram(space: SearchSpace, length: number, sign: 1 | -1 = 1): SimulatedProgram {
  const loss = ({ configuration }: LaunchRequest, resource: number): number => {
    let sum = 0;
    for (const coordinate of space.toUnit(configuration)) sum += (coordinate - 0.3) ** 2;
    return sign * (sum + 1 / resource);
  };
  return curveProgram('loss', length, 1000, loss);
}

/**
 * The checks of a searcher's contract, one by one; `describeSearcher` makes tests of them. Use this directly to run them
 * elsewhere than in vitest.
 * @param make makes the plugin anew each time
 */
export function searcherChecks(
  make: () => Plugin<'searcher'> | Plugin<'sampler'>,
  options: SearcherSuiteOptions = {},
): Check[] {
  const { maxResource = 9, trials = 40, elsewhere = false, plainSpaces = false } = options;
  const { spaces = defaultSpaces(plainSpaces) } = options;
  const simulate = (
    space: SearchSpace,
    change: Partial<Parameters<typeof simulateStudy>[0]> = {},
  ): Promise<Simulated> =>
    simulateStudy({
      searcher: make(),
      space,
      objective: MINIMIZE,
      program: lossProgram(space, maxResource),
      workers: 4,
      budget: { trials },
      seed: 7,
      ...change,
    });
  const [firstSpace] = Object.values(spaces);
  if (firstSpace === undefined) throw new Error('The suite was given no search space.');

  const inEachSpace = Object.entries(spaces).map(
    ([name, space]): Check => ({
      name: `stays inside the ${name} space and comes to an end`,
      async run() {
        const { result, store } = await simulate(space);
        const { counts } = result.summary;
        if (counts.completed + counts.stopped + counts.paused === 0) fail('no trial came to anything');
        if (counts.running + counts.queued > 0) fail('trials were left running');
        store.close();
      },
    }),
  );

  const globalsCheck: Check = {
    name: 'takes randomness from the offer and time from nowhere',
    async run() {
      await simulate(firstSpace, { searcher: isolated(make()) });
    },
  };

  return [
    ...inEachSpace,
    {
      name: 'ask changes nothing: asked twice, it answers the same',
      async run() {
        await simulate(firstSpace, { searcher: probed(make(), askTwice) });
      },
    },
    {
      name: 'answers questions about itself, and decides the same with and without them',
      async run() {
        const plugin = make();
        const searcher = isPlugin(plugin, 'sampler') ? asSearcher(plugin) : plugin;
        const [asked, left] = [
          await simulate(firstSpace, { searcher: questioned(searcher) }),
          await simulate(firstSpace),
        ];
        const difference = firstDifference(decisions(left.store), decisions(asked.store));
        if (difference !== undefined) fail(`describe(), plan() or standing() changed something: ${difference}`);
      },
    },
    {
      name: 'decides the same from the same seed and events',
      async run() {
        const [one, two] = [await simulate(firstSpace), await simulate(firstSpace)];
        const difference = firstDifference(decisions(one.store), decisions(two.store));
        if (difference !== undefined) fail(`two runs with seed 7 differ: ${difference}`);
      },
    },
    ...(elsewhere ? [] : [globalsCheck]),
    {
      name: 'can be rebuilt from its history at any moment',
      async run() {
        const { store } = await simulate(firstSpace);
        const events = [...store.journal()];
        // Some of all moments, and some of those at which a paused trial was stopped, which are rare.
        const moments = events.filter(({ type }) => type === 'trial:created' || type === 'trial:resumed');
        const ends = events.filter(({ type, body }) => type === 'trial:stopped' && body.released === 'suggestion');
        for (const some of [spread(moments, 8), spread(ends, 4)]) {
          for (const moment of some) await compareRebuilt(make(), firstSpace, events, moment);
        }
      },
    },
    {
      name: 'sees every objective as one to minimise',
      async run() {
        const down = await simulate(firstSpace);
        const up = await simulate(firstSpace, {
          objective: { metric: 'loss', goal: 'maximize' },
          program: lossProgram(firstSpace, maxResource, -1),
        });
        const difference = firstDifference(decisions(down.store), decisions(up.store));
        if (difference !== undefined) fail(`the same problem turned over is decided differently: ${difference}`);
      },
    },
    ...faultChecks(simulate, firstSpace, trials),
  ];
}

/** At most so many of a list, evenly spread over it. */
function spread<T>(list: readonly T[], most: number): T[] {
  return list.filter((_, index) => index % Math.ceil(list.length / most) === 0);
}

function faultChecks(
  simulate: (space: SearchSpace, change?: Partial<Parameters<typeof simulateStudy>[0]>) => Promise<Simulated>,
  space: SearchSpace,
  trials: number,
): Check[] {
  const cases = {
    'a trial that fails before its first report': faults.endAfter(0, {
      kind: 'failed',
      failure: 'code',
      message: 'exit code 1',
    }),
    'a trial that fails later': faults.endAfter(1, { kind: 'failed', failure: 'oom', message: 'out of memory' }),
    'a node that is lost': faults.loseNode(1),
    'values that are not numbers': faults.diverge('loss', 0),
    'infinite values': faults.diverge('loss', 1, Number.NEGATIVE_INFINITY),
    'reports that come twice': faults.duplicateReports(),
    'reports in the wrong order': faults.swapReports(),
    'a straggler': faults.straggle(50),
    'an end that is said twice': faults.endTwice(),
    'a report after the end': faults.reportLate('loss'),
  };
  return Object.entries(cases).map(([what, fault]) => ({
    name: `survives ${what}`,
    async run() {
      const { result } = await simulate(space, {
        faults: { '1.1': fault, '2.1': fault, '5.1': fault, '6.1': fault, '7.1': fault },
        budget: { trials: Math.min(trials, 20) },
      });
      if (result.status !== 'finished') fail(`the study was ${result.status}: ${result.reason}`);
    },
  }));
}
