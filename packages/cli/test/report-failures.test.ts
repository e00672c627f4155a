import type { TrialRecord } from '@fettle/core';
import { expect, test } from 'vitest';
import { groupFailures } from '../src/report/failures.ts';
import { trial } from './frame-fixture.ts';

const failed = (id: number, message: string): TrialRecord =>
  trial(id, {
    state: 'failed',
    failure: 'code',
    message: `It exited with code 1. The end of its standard error:\n${message}`,
  });

test('failures are told by the line that says what went wrong, and a long traceback keeps its end', () => {
  const frames = '  File "train.py", line 7, in step\n'.repeat(60);
  const [group] = groupFailures(
    [
      failed(1, `Traceback (most recent call last):\n${frames}ValueError: no`),
      failed(2, 'Traceback (most recent call last):\n  elsewhere\nValueError: no'),
      failed(3, 'KeyError: 3'),
    ],
    new Map(),
  );
  expect(group?.messages).toMatchObject([
    { headline: 'ValueError: no', count: 2, trials: [1, 2] },
    { headline: 'KeyError: 3', count: 1, trials: [3] },
  ]);
  expect(group?.messages[0]?.text).toMatch(/^It exited with code 1[^]*\n…\n[^]*ValueError: no$/);
  expect(group?.messages[0]?.text.length).toBeLessThan(1010);
});
