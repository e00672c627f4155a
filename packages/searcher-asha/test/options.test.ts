import { repeat, type Logger, type Plugin } from '@fettle/core';
import { describe, expect, it } from 'vitest';
import { adaptive, asha, hyperband, pasha, successiveHalving } from '../src/index.ts';
import { testContext } from './manual-study.ts';

describe('options', () => {
  it.each<[string, () => Plugin<'searcher'>, RegExp]>([
    ['no maxResource', () => asha({} as { maxResource: number }), /maxResource/],
    ['no room', () => asha({ minResource: 10, maxResource: 9 }), /maxResource: must not be below minResource/],
    ['a factor of 1', () => asha({ maxResource: 9, reductionFactor: 1 }), /reductionFactor/],
    ['no resource', () => asha({ minResource: 0, maxResource: 9 }), /minResource/],
    ['no brackets', () => asha({ maxResource: 9, brackets: 0 }), /brackets/],
    ['half a trial', () => asha({ maxResource: 9, maxTrials: 1.5 }), /maxTrials/],
    ['an unknown key', () => pasha({ maxResource: 9, eta: 3 } as { maxResource: number }), /eta/],
    ['an unknown mode', () => adaptive({ maxTrials: 9, maxResource: 9, mode: 'bold' as 'standard' }), /mode/],
    ['rounds without barrier', () => hyperband({ maxResource: 9, rounds: 2 }), /rounds: goes with synchronous: true/],
    ['shares with one', () => hyperband({ maxResource: 9, synchronous: true, shares: [1] }), /shares: goes with/],
    ['a limit with one', () => hyperband({ maxResource: 9, synchronous: true, maxTrials: 9 }), /maxTrials: goes with/],
    [
      'stopping with one',
      () => hyperband({ maxResource: 9, synchronous: true, variant: 'stopping' }),
      /variant: stopping goes with synchronous: false/,
    ],
    ['no trials', () => successiveHalving({ maxResource: 9, trials: 0 }), /trials/],
    ['no sampler', () => asha({ maxResource: 9, sampler: 'random' as unknown as Plugin<'sampler'> }), /sampler/],
  ])('that make no sense are refused when they are read: %s', (_, make, message) => {
    expect(make).toThrow(message);
    expect(make).toThrow(expect.objectContaining({ code: 'options-invalid' }));
  });

  it('of a wrapper that runs every trial to its end do not take a searcher that stops trials on the way', () => {
    const wrapped = repeat({ searcher: asha({ maxResource: 9 }), times: 2 });
    expect(() => wrapped.create(testContext())).toThrow(/repeat runs every trial to its end/);
  });

  it('that do not fit the ladder are refused when the searcher is made', () => {
    const wrong = hyperband({ maxResource: 9, shares: [1, 2] });
    expect(() => wrong.create(testContext())).toThrow(/has 3 brackets here \(rungs 1, 3, 9\), but shares are \[1,2\]/);
    expect(() => hyperband({ maxResource: 9, shares: [0, 0, 0] }).create(testContext())).toThrow(/at least|shares are/);
    expect(() => asha({ maxResource: 1e9, reductionFactor: 1.001 }).create(testContext())).toThrow(/more than 100/);
  });

  it('are recorded with the study as they were written', () => {
    expect(asha({ maxResource: 9, brackets: 2 }).record).toMatchObject({
      type: 'asha',
      options: { maxResource: 9, brackets: 2 },
    });
  });
});

describe('a program that cannot resume', () => {
  const made = (plugin: Plugin<'searcher'>, resumable = false) => {
    const said: string[] = [];
    const say = (message: string): void => void said.push(message);
    const logger: Logger = { debug: say, info: say, warn: say, error: say };
    return { searcher: plugin.create(testContext({ resumable, logger })), said };
  };

  it('is stopped at the rungs instead of paused, and that is said aloud', async () => {
    const { searcher, said } = made(asha({ maxResource: 9 }));
    const note = 'the program cannot resume, so trials are stopped at the rungs instead of paused (variant: stopping)';
    expect(said).toEqual([note]);
    expect((await searcher.describe!()).notes).toEqual([note]);
    expect(searcher.plan!({ workers: 2, trials: 9 })).toMatchObject({ notes: [note], resource: 9 + 3 * 2 + 1 * 6 });
  });

  it('begins again at 0 if promotion is wanted all the same, and pays for it', () => {
    const { searcher, said } = made(asha({ maxResource: 9, variant: 'promotion' }));
    expect(said).toEqual([expect.stringMatching(/begins again at 0/)]);
    expect(searcher.plan!({ workers: 2, trials: 9 })).toMatchObject({ resource: 9 + 3 * 3 + 1 * 9, checkpoints: 0 });
    const synchronous = made(successiveHalving({ maxResource: 9 }));
    expect(synchronous.said).toEqual([expect.stringMatching(/begins again at 0/)]);
  });

  it('can, and nothing needs to be said', async () => {
    const { searcher, said } = made(hyperband({ maxResource: 9 }), true);
    expect(said).toEqual([]);
    expect((await searcher.describe!()).notes).toEqual([]);
  });
});

describe('a plan', () => {
  const plan = (plugin: Plugin<'searcher'>, horizon: { trials?: number; resource?: number }) =>
    plugin.create(testContext()).plan!({ workers: 4, ...horizon });

  it('says how many trials reach which rung, and what that costs', () => {
    expect(plan(asha({ maxResource: 27 }), { trials: 81 })).toEqual({
      brackets: [
        {
          name: '0',
          share: 1,
          rungs: [
            { resource: 1, trials: 81 },
            { resource: 3, trials: 27 },
            { resource: 9, trials: 9 },
            { resource: 27, trials: 3 },
          ],
        },
      ],
      trials: 81,
      resource: 81 + 27 * 2 + 9 * 6 + 3 * 18,
      checkpoints: 81,
      notes: [],
    });
    expect(plan(asha({ maxResource: 27, variant: 'stopping' }), { trials: 81 }).checkpoints).toBe(4);
  });

  it('stays within whichever budget is the smallest', () => {
    const most = (resource: number): number => plan(asha({ maxResource: 27, maxTrials: 60 }), { resource }).trials;
    for (const resource of [0.5, 1, 26, 100, 150]) {
      const trials = most(resource);
      const cost = (count: number): number => plan(asha({ maxResource: 27 }), { trials: count }).resource;
      if (trials > 0) expect(cost(trials)).toBeLessThanOrEqual(resource);
      if (trials < 60) expect(cost(trials + 1)).toBeGreaterThan(resource);
    }
    expect(most(1e6)).toBe(60);
    expect(plan(asha({ maxResource: 27, maxTrials: 60 }), { trials: 50 }).trials).toBe(50);
  });

  it('without a budget is what it takes to bring one trial to the top', () => {
    const { trials, notes } = plan(asha({ maxResource: 27 }), {});
    expect(trials).toBe(27);
    expect(notes).toEqual([expect.stringMatching(/no budget/)]);
  });

  it("of brackets shares the trials out by Hyperband's weights", () => {
    const { brackets, trials } = plan(hyperband({ maxResource: 9 }), { trials: 110 });
    expect(brackets.map(({ share }) => Math.round(share * 110))).toEqual([60, 30, 20]);
    expect(brackets.map(({ rungs }) => rungs.map((rung) => rung.trials))).toEqual([[60, 20, 6], [30, 10], [20]]);
    expect(trials).toBe(110);
  });

  it('of rounds is what fits into the budget, and says what is cut short', () => {
    const one = plan(hyperband({ maxResource: 9, synchronous: true }), { trials: 17 });
    expect(one.brackets.map(({ rungs }) => rungs.map((rung) => rung.trials))).toEqual([[9, 3, 1], [5, 1], [3]]);
    expect(one.resource).toBe(9 + 3 * 2 + 6 + (5 * 3 + 6) + 27);
    expect(one.notes).toEqual([]);
    const cut = plan(hyperband({ maxResource: 9, synchronous: true }), { trials: 20 });
    expect(cut.brackets[0]!.rungs.map((rung) => rung.trials)).toEqual([12, 3, 1]);
    expect(cut.notes).toEqual(['the budget ends while bracket 0 has 3 of 9 trials: none goes on']);
    expect(plan(hyperband({ maxResource: 9, synchronous: true }), { resource: 68 }).trials).toBe(14);
    expect(plan(hyperband({ maxResource: 9, synchronous: true }), { resource: 1e15 }).trials).toBeGreaterThan(1e14);
    expect(plan(hyperband({ maxResource: 9, synchronous: true, rounds: 2 }), { trials: 100 }).trials).toBe(34);
    expect(plan(hyperband({ maxResource: 9, synchronous: true, rounds: 2 }), {}).trials).toBe(34);
    expect(plan(hyperband({ maxResource: 9, synchronous: true }), {})).toMatchObject({
      trials: 17,
      notes: [expect.stringMatching(/no budget/)],
    });
  });

  it('of a round that brings one trial to the top has as few trials as that takes', () => {
    for (const [maxResource, reductionFactor] of [
      [27, 3],
      [64, 4],
      [100, 2.5],
      [50, 1.7],
    ] as const) {
      const searcher = successiveHalving({ maxResource, reductionFactor, rounds: 1 });
      const { brackets, trials } = plan(searcher, {});
      expect(brackets[0]!.rungs.at(-1)!.trials).toBe(1);
      const fewer = plan(successiveHalving({ maxResource, reductionFactor, rounds: 1, trials: trials - 1 }), {});
      expect(fewer.brackets[0]!.rungs.at(-1)!.trials).toBe(0);
    }
  });
});
