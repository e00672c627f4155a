import {
  FAILURE_CLASSES,
  type FailureClass,
  type ObservedReport,
  type TrialOutcome,
  type TrialView,
} from '@fettle/core';
import { describe, expect, test } from 'vitest';
import { LevelLog } from '../src/data/level-log.ts';

function view(id: number, until?: number): TrialView {
  return { id, configuration: {}, origin: 'searcher', resource: 0, until };
}

function report(resource: number, value: number): ObservedReport {
  return { resource, value, metrics: { loss: value, memory: 10 * value } };
}

const completed = (value: number, resource = 1): TrialOutcome => ({ state: 'completed', value, resource });
const failed = (failure: FailureClass): TrialOutcome => ({
  state: 'failed',
  failure,
  resource: 0,
  message: 'it failed',
});

const log = (): LevelLog => new LevelLog(({ metrics }) => [metrics['memory']!], 1);
const short = (told: ReturnType<LevelLog['reported']>): unknown[] =>
  told.map((one) => (one.kind === 'observed' ? [one.trial, one.level, one.value] : one));

describe('trials that run to their own end', () => {
  test('are observed once, at their end, with the other metrics of their last report', () => {
    const one = log();
    expect(one.reported(view(1), report(1, 5))).toEqual([]);
    expect(one.reported(view(1), report(2, 4))).toEqual([]);
    expect(one.ended(view(1), completed(4, 2))).toEqual([
      { kind: 'observed', trial: 1, level: Infinity, value: 4, extras: [40] },
    ]);
  });

  test('count with their last value if they were stopped, and not at all if they had none', () => {
    const one = log();
    one.reported(view(1), report(1, 5));
    expect(short(one.ended(view(1), { state: 'stopped', resource: 1, reason: 'slow' }))).toEqual([[1, Infinity, 5]]);
    expect(one.ended(view(2), { state: 'stopped', resource: 0, reason: 'slow' })).toEqual([]);
  });

  const blameless = new Set<FailureClass>(['node', 'preempted', 'launch']);

  test.each(FAILURE_CLASSES.filter((failure) => !blameless.has(failure)))(
    'are worse than all others if they failed with %s',
    (failure) => {
      expect(short(log().ended(view(1), failed(failure)))).toEqual([[1, Infinity, Infinity]]);
    },
  );

  test.each([...blameless])('say nothing if they failed for an outside reason, %s', (failure) => {
    const one = log();
    one.reported(view(1), report(1, 5));
    expect(one.ended(view(1), failed(failure))).toEqual([]);
  });
});

describe('trials at rungs', () => {
  test('are observed at each level they were sent to, by the first report there', () => {
    const one = log();
    expect(short(one.reported(view(1, 3), report(1, 9)))).toEqual([]);
    expect(short(one.reported(view(1, 3), report(3, 7)))).toEqual([[1, 3, 7]]);
    one.ended(view(1, 3), { state: 'paused', resource: 3 });
    expect(short(one.reported(view(1, 9), report(4, 6)))).toEqual([]);
    expect(short(one.reported(view(1, 9), report(10, 5)))).toEqual([[1, 9, 5]]);
  });

  test('are observed at a level that is discovered later', () => {
    const one = log();
    one.reported(view(1, 9), report(1, 8));
    one.reported(view(1, 9), report(3, 7));
    one.reported(view(2, 9), report(1, 6));
    // Trial 2 is stopped at 1: so that is a rung, and trial 1 has a value there too.
    expect(short(one.ended(view(2, 9), { state: 'stopped', resource: 1, reason: 'rung' }))).toEqual([
      [1, 1, 8],
      [2, 1, 6],
    ]);
  });

  test('have their value at every level above if the program ended by itself, and fail at every level', () => {
    const one = log();
    one.reported(view(1, 3), report(3, 7));
    one.reported(view(1, 9), report(9, 6));
    one.reported(view(2, 3), report(2, 5));
    expect(short(one.ended(view(2, 3), completed(5, 2)))).toEqual([
      [2, 3, 5],
      [2, 9, 5],
    ]);
    expect(short(one.ended(view(3, 3), failed('oom')))).toEqual([
      [3, 3, Infinity],
      [3, 9, Infinity],
    ]);
  });

  test.each([
    ['node', []],
    ['oom', [[1, 9, Infinity]]],
  ] as const)('keep what they had at lower levels when they fail later with %s', (failure, more) => {
    const one = log();
    one.reported(view(1, 3), report(3, 7));
    one.ended(view(1, 3), { state: 'paused', resource: 3 });
    one.reported(view(2, 9), report(9, 6));
    expect(short(one.ended(view(1, 9), failed(failure)))).toEqual(more);
  });
});
