import type { BracketDescription, SearcherDescription } from '@fettle/core';
import { describe, expect, test } from 'vitest';
import { renderFrame } from '../src/live/frame.ts';
import { ladderLines } from '../src/live/ladder.ts';
import { LadderWatch } from '../src/run/ladder-watch.ts';
import { paintLine } from '../src/text/line.ts';
import { noPaint, textWidth } from '../src/text/style.ts';
import { input, NOW } from './frame-fixture.ts';

const OBJECTIVE = { metric: 'accuracy', goal: 'maximize' } as const;

const bracket = (name: string, from: number): BracketDescription => ({
  name,
  rungs: [
    { resource: 1, results: 27, promoted: 11, underway: 2, best: -0.8, cut: -0.5 },
    { resource: 3, results: 11, promoted: 5, underway: 1, best: -0.9, cut: -0.7 },
    { resource: 9, results: 0, promoted: 0, underway: 0 },
  ].slice(from),
});

const text = (brackets: readonly BracketDescription[], columns: number, room: number): string[] =>
  ladderLines(brackets, OBJECTIVE, columns, room).map((line) => paintLine(line, columns, noPaint));

describe('the ladder in the live view', () => {
  test('has a line for each rung, the highest on top, with values in the user’s sign', () => {
    expect(text([bracket('0', 0)], 80, 10)).toEqual([
      '  rung                    results  gone on  under way  best accuracy',
      '     9  ░░░░░░░░░░░░░░░░        0        0          0              –',
      '     3  ███████████▉░░░░       11        5          1            0.9',
      '     1  ████████████████       27       11          2            0.8',
    ]);
    expect(text([bracket('0', 0)], 60, 4)[3]).toBe('     1       27       11          2            0.8');
  });

  test('has a line for each bracket when there are several, or little room', () => {
    const legend = '  rungs  level: results → gone on +under way';
    expect(text([bracket('0', 0), bracket('1', 1)], 80, 10)).toEqual([
      legend,
      '  0      1: 27 → 11 +2  3: 11 → 5 +1  9: 0',
      '  1      3: 11 → 5 +1  9: 0',
    ]);
    expect(text([bracket('0', 0)], 80, 3)).toEqual([legend, '  0      1: 27 → 11 +2  3: 11 → 5 +1  9: 0']);
  });

  test('is left out where there is no room, and where there are no rungs', () => {
    expect(text([bracket('0', 0), bracket('1', 1)], 80, 2)).toEqual([]);
    expect(text([], 80, 10)).toEqual([]);
  });

  test('fits into a frame of any size, and leaves room for what runs', () => {
    for (const brackets of [[bracket('0', 0)], [bracket('0', 0), bracket('1', 1)]]) {
      for (const rows of [5, 8, 12, 16, 20, 24, 40]) {
        for (const columns of [20, 40, 72, 120]) {
          const lines = renderFrame(input({ brackets }), { columns, rows }, NOW, noPaint).split('\n');
          expect(lines.length).toBeLessThan(rows);
          expect(Math.max(...lines.map(textWidth))).toBeLessThanOrEqual(columns);
          if (rows >= 12) expect(lines.some((line) => line.startsWith('  33 '))).toBe(true);
        }
      }
    }
    const frame = renderFrame(input({ brackets: [bracket('0', 0)] }), { columns: 80, rows: 24 }, NOW, noPaint);
    expect(frame).toContain('under way  best accuracy');
  });
});

/** A study whose answers come when they are let go. */
function slowStudy() {
  const waiting: ((description: SearcherDescription | undefined) => void)[] = [];
  return {
    waiting,
    describe: () => new Promise<SearcherDescription | undefined>((resolve) => void waiting.push(resolve)),
  };
}

const settled = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

describe('the watch on the ladder', () => {
  test('asks again after a while, never twice at once, and less often when answers take long', async () => {
    const study = slowStudy();
    let now = 0;
    let changes = 0;
    const watch = new LadderWatch(
      study,
      () => now,
      () => void (changes += 1),
    );
    const asked: number[] = [];
    for (; now < 10_000; now += 100) {
      const before = study.waiting.length;
      watch.look();
      if (study.waiting.length > before) asked.push(now);
      // The second answer takes 100 ms, which is a twentieth of two seconds.
      if (study.waiting.length !== 2 || now > asked[1]!)
        study.waiting.at(-1)?.({ brackets: [bracket('0', 0)], notes: [] });
      await settled();
    }
    expect(asked.slice(0, 4)).toEqual([0, 500, 2600, 3100]);
    expect(changes).toBe(asked.length);
    expect(watch.brackets).toEqual([bracket('0', 0)]);
  });

  test('asks no more where there is no ladder, or no answer', async () => {
    for (const answer of [{ notes: [] }, undefined]) {
      const study = slowStudy();
      const watch = new LadderWatch(
        study,
        () => 0,
        () => undefined,
      );
      watch.look();
      study.waiting[0]?.(answer);
      await settled();
      watch.look(true);
      expect(study.waiting.length).toBe(1);
      expect(watch.brackets).toEqual([]);
    }
  });

  test('asks a last time out of turn', async () => {
    const study = slowStudy();
    const watch = new LadderWatch(
      study,
      () => 0,
      () => undefined,
    );
    watch.look();
    study.waiting[0]?.({ brackets: [], notes: [] });
    await settled();
    watch.look();
    expect(study.waiting.length).toBe(1);
    watch.look(true);
    expect(study.waiting.length).toBe(2);
  });
});
