import type { BracketDescription, SearcherPlan, TrialStanding } from '@fettle/core';
import { describe, expect, test } from 'vitest';
import { dataLines } from '../src/text/data.ts';
import { ladderTable, standingTable } from '../src/text/rungs.ts';
import { expectation } from '../src/text/searcher-plan.ts';
import { noPaint } from '../src/text/style.ts';

const LOSS = { metric: 'loss', goal: 'minimize', resource: 'epoch' } as const;
const SCORE = { metric: 'score', goal: 'maximize' } as const;

const BRACKETS: readonly BracketDescription[] = [
  {
    name: '0',
    rungs: [
      { resource: 1, results: 9, promoted: 3, underway: 1, best: -0.9, cut: -0.7 },
      { resource: 3, results: 3, promoted: 0, underway: 0, best: -0.95 },
    ],
  },
  { name: '1', rungs: [{ resource: 3, results: 1, promoted: 0, underway: 2 }] },
];

describe('tables of rungs', () => {
  test('show how each ladder stands', () => {
    expect(ladderTable(BRACKETS, SCORE, noPaint).split('\n')).toEqual([
      'bracket  rung  results  gone on  under way  best score  cut',
      '0           1        9        3          1         0.9  0.7',
      '0           3        3        0          0        0.95    –',
      '1           3        1        0          2           –    –',
    ]);
    expect(ladderTable(BRACKETS.slice(1), SCORE, noPaint)).not.toContain('bracket');
  });

  test('show how one trial stands, beside the cut', () => {
    const standing: TrialStanding = {
      rungs: [
        { bracket: '0', resource: 1, value: -0.8, rank: 2, of: 9, quota: 3, state: 'promoted' },
        { bracket: '0', resource: 3, value: Number.POSITIVE_INFINITY, rank: 3, of: 3, quota: 1, state: 'stopped' },
      ],
      notes: [],
    };
    expect(standingTable(standing, BRACKETS.slice(0, 1), SCORE, noPaint).split('\n')).toEqual([
      'rung       score    rank   go on  cut  state',
      '   1         0.8  2 of 9  best 3  0.7  went on',
      '   3  not finite  3 of 3  best 1    –  does not go on',
    ]);
  });
});

describe('what a searcher expects', () => {
  const plan: SearcherPlan = {
    brackets: [
      {
        name: '0',
        share: 1,
        rungs: [
          { resource: 1, trials: 9 },
          { resource: 3, trials: 3 },
        ],
      },
    ],
    trials: 9,
    resource: 15,
    checkpoints: 9,
    notes: ['it is only a guess'],
  };

  test('is a table of rungs and their sum, with the space of the checkpoints if it is known', () => {
    expect(expectation(plan, 9 * 2 ** 30, LOSS, noPaint)).toEqual([
      'expected',
      'rung  trials\n   1       9\n   3       3',
      '',
      [
        'new trials        9',
        'resource (epoch)  15, as much as 5 trainings to 3',
        'checkpoints       at most 9 at a time, 9.0 GiB in all',
      ].join('\n'),
      'it is only a guess',
      '',
    ]);
    expect(expectation({ ...plan, checkpoints: 0 }, undefined, LOSS, noPaint)[3]).toContain('none is needed');
  });

  test('names brackets and shares where there are several', () => {
    const brackets = plan.brackets.flatMap((bracket) => [
      { ...bracket, share: 2 / 3 },
      { ...bracket, name: '1', share: 1 / 3 },
    ]);
    expect(expectation({ ...plan, brackets }, undefined, LOSS, noPaint)[1]?.split('\n')).toEqual([
      'bracket   share  rung  trials',
      '0        66.7 %     1       9',
      '                    3       3',
      '1        33.3 %     1       9',
      '                    3       3',
    ]);
  });
});

describe('data of any shape', () => {
  test('becomes names and values, nested ones further in', () => {
    const data = {
      expected: { mean: 0.123456789, lower: null },
      fittedAt: 12,
      sure: false,
      evil: '\u001b[2Jx',
      alternative: { configuration: { rate: 0.1, layers: [1, 2, 3] }, deep: { a: { b: 1 } } },
    };
    expect(dataLines(data, noPaint, '')).toEqual([
      'expected     mean 0.12346, lower –',
      'fitted at    12',
      'sure         no',
      'evil         x',
      'alternative',
      '  configuration  rate 0.1, layers 1, 2, 3',
      '  deep',
      '    a  b 1',
    ]);
  });

  test('cuts long lists', () => {
    const [line] = dataLines({ all: Array.from({ length: 20 }, (_, index) => index) }, noPaint);
    expect(line).toBe('  all  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, and 8 more');
  });
});
