import { resolve } from 'node:path';
import { parseSearchSpace } from '@fettle/core';
import { curveProgram, faults, simulateStudy } from '@fettle/core/testing';
import { expect, it } from 'vitest';
import { z } from 'zod';
import {
  askMessage,
  endedMessage,
  helloMessage,
  reportMessage,
  resumedMessage,
  startedMessage,
} from '../../src/driver-messages.ts';
import { watchedSearcher } from '../../src/process.ts';
import { decisionAnswer, readyMessage, suggestionAnswer } from '../../src/program-messages.ts';

const SIDES = {
  driver: z.union([helloMessage, startedMessage, resumedMessage, reportMessage, endedMessage, askMessage]),
  program: z.union([readyMessage, suggestionAnswer, decisionAnswer]),
};
const SPACE = parseSearchSpace({
  parameters: {
    x: { type: 'float', min: 0, max: 0.99, scale: 'reverse-log' },
    kind: { type: 'categorical', values: ['a', true, 3] },
    y: { type: 'int', min: 1, max: 4, when: { kind: 'a' } },
  },
  forbidden: [{ kind: 'a', y: [1, 2] }],
});

it('every line of a study with faults, paused trials and a program that is killed is of the protocol', async () => {
  const seen = new Set<string>();
  let lines = 0;
  let lives = 0;
  let kill: () => Promise<void> = async () => undefined;
  const watcher = {
    line(from: 'driver' | 'program' | 'stderr', text: string) {
      if (from === 'stderr') return;
      const said = JSON.parse(text) as { readonly type: string; readonly state?: string };
      const { error } = SIDES[from].safeParse(said);
      expect(error, text).toBeUndefined();
      seen.add([said.type, said.state ?? ''].join(' ').trim());
      lines += 1;
      // In the middle of the first life, whatever is being said.
      if (lines === 60) void kill();
    },
    life(ending: () => Promise<void>) {
      lives += 1;
      kill = ending;
    },
  };
  const command = ['python3', resolve(import.meta.dirname, '../../../../examples/searchers/halving.py')];
  const { result, store } = await simulateStudy({
    searcher: watchedSearcher(watcher)({ command }),
    space: SPACE,
    objective: { metric: 'score', goal: 'maximize' },
    program: curveProgram('score', 9, 1000, ({ trial }, resource) => (trial * 7919 * resource) % 101),
    workers: 3,
    budget: { trials: 40 },
    seed: 4,
    faults: {
      '2.1': faults.diverge('score', 0),
      '3.1': faults.endAfter(0, { kind: 'failed', failure: 'oom', message: 'out of memory' }),
    },
    options: { first: [{ x: 0.5, kind: 3 }] },
  });
  expect(result.status).toBe('finished');
  expect(store.trials()).toHaveLength(40);
  expect(lives).toBe(2);
  const needed = [
    'hello',
    'ready',
    'ask',
    'start',
    'started',
    'report',
    'pause',
    'continue',
    'resume',
    'resumed',
    'stop',
  ];
  expect([...seen]).toEqual(expect.arrayContaining([...needed, 'ended paused', 'ended failed', 'ended stopped']));
});
