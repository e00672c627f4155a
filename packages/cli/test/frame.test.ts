import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bar } from '../src/live/bar.ts';
import { renderFrame } from '../src/live/frame.ts';
import { plotValues } from '../src/live/plot.ts';
import { noPaint, type Paint, textWidth } from '../src/text/style.ts';
import { input, NOW, summary, trial, values } from './frame-fixture.ts';

const draw = (part: Parameters<typeof input>[0] = {}, columns = 80, rows = 24): string =>
  renderFrame(input(part), { columns, rows }, NOW, noPaint);

describe('the live view', () => {
  test('on a usual terminal', () => {
    // Times of day are the reader's own; everything else is the same everywhere.
    expect(draw({ values: values(31) }).replace(/^\d\d:\d\d:\d\d/gm, 'hh:mm:ss')).toMatchInlineSnapshot(`
      "digits  running                                            asha · local · 3m 12s
      best  accuracy 0.9712 ↑                                            trial 17 at 9
            learningRate=0.012346  hidden=128  activation=relu

        0.96979                          ⢀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⡤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠏⠉⠉⠉⠉ 
                       ⢰⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⡒⠒⠒⠒⠒⠒⠚  ⠂          ⠐ ⠠  ⡀              ⢀  ⡀       
                       ⢸        ⢀    ⠂                          ⠈ ⠈                 ⠈ 
                       ⢸                      ⠁      ⠄                                
                   ⡤⠤⠤⠤⠼    ⡀                   ⠈                    ⠁                
        0.79787  ⣀⣀⡇ ⢀    ⡀   ⠠        ⢀           ⡀                                  

      trials     █████████████████░░░░░░░░░░░░░  34 of 60   about 2m 27s left
      wallClock  █████████▋░░░░░░░░░░░░░░░░░░░░  3m 12s of 10m 00s   about 6m 48s left

      2 of 2 running   1 queued   9 paused   20 completed   2 failed
        33  ███▍░░░░░░  3/9  accuracy 0.91      12s   learningRate=0.012346 hidden=12…
        34  ███▍░░░░░░  1/3  accuracy  0.5   1m 05s  attempt 2   learningRate=0.01234…

      hh:mm:ss  trial 30 paused: accuracy 0.93 at 3, 12s
      hh:mm:ss  trial 31 failed (oom): killed by the kernel
      Ctrl-C stops in good order; the same command goes on later."
    `);
  });

  test('says what the backend says of how it stands', () => {
    const status = { ...input().status, backend: '3 slots wait in the queue: Priority' };
    expect(draw({ status })).toContain('2 failed\n3 slots wait in the queue: Priority\n');
    expect(draw({ status, phase: 'ended' })).not.toContain('in the queue');
  });

  test('is never wider or higher than the terminal', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 20, max: 200 }),
        fc.integer({ min: 5, max: 60 }),
        fc.nat(40),
        fc.nat(60),
        fc.string({ unit: 'grapheme', maxLength: 200 }),
        (columns, rows, running, count, text) => {
          const status = {
            ...input().status,
            running: Array.from({ length: running }, (_, index) => trial(index + 1)),
          };
          const news = [{ at: NOW, text: text.replace(/\p{C}/gu, ''), style: 'red' as const }];
          const lines = draw({ status, values: values(count), news }, columns, rows).split('\n');
          expect(lines.length).toBeLessThan(rows);
          for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(columns);
        },
      ),
      { seed: 5, numRuns: 300 },
    );
  });

  test('keeps what matters when there is little room: the best, the budget, the counts, how to stop', () => {
    const text = draw({}, 60, 9);
    expect(text).toContain('accuracy 0.9712');
    expect(text).toContain('34 of 60');
    expect(text).toContain('2 of 2 running');
    expect(text).toContain('Ctrl-C');
    expect(text).not.toMatch(/[\u2801-\u28ff]/);
  });

  test('says how many running trials it cannot show', () => {
    const running = Array.from({ length: 30 }, (_, index) => trial(index + 1));
    const text = draw({ status: { ...input().status, running } }, 80, 24);
    const shown = [...text.matchAll(/^ +\d+ {2}[\u2588-\u258f]/gm)].length;
    expect(text).toContain(`and ${30 - shown} more`);
    expect(shown).toBeGreaterThan(2);
  });

  test('says why it waits', () => {
    expect(draw({ status: { ...input().status, waiting: 'rung 1 needs 3 more results' } })).toContain(
      'waiting: rung 1 needs 3 more results',
    );
  });

  test('says what the second Ctrl-C does', () => {
    // On the narrowest terminal, too: it is the one thing to know then.
    expect(draw({ phase: 'interrupting' }, 40)).toContain('Ctrl-C again kills now');
    expect(draw({ phase: 'interrupting' }, 80)).toContain('trials may save a checkpoint.');
  });

  test('begins before there is anything to show', () => {
    const { best: _, ...status } = input().status;
    const counts = { queued: 0, running: 0, paused: 0, completed: 0, stopped: 0, failed: 0 };
    const text = draw({
      status: { ...status, summary: summary({ counts, wallClock: 0 }), running: [], budget: [] },
      values: [],
      news: [],
      since: new Map(),
    });
    expect(text).toContain('no accuracy yet');
    expect(text).toContain('0 of 2 running');
  });

  test('estimates no time from nothing, and none for limits that are no progress', () => {
    const budget = [
      { rule: 'trials', used: 0, limit: 60, fraction: 0 },
      { rule: 'failures', used: 2, limit: 10, fraction: 0.2 },
      { rule: 'target', used: 0, limit: 0.99, fraction: 0 },
    ];
    const text = draw({ status: { ...input().status, budget } });
    expect(text).not.toContain('left');
    expect(text).toMatch(/target +0\.99 +not reached yet/);
  });

  test('marks what went wrong with a colour, and what is dim as dim', () => {
    const paint: Paint = (style, text) => (style === 'none' ? text : `<${style}>${text}</${style}>`);
    const text = renderFrame(input(), { columns: 80, rows: 24 }, NOW, paint);
    expect(text).toContain('<red>trial 31 failed (oom): killed by the kernel</red>');
    expect(text).toContain('<bold>digits</bold>');
  });
});

describe('a bar', () => {
  test('is full only when it is complete', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 1, max: 60 }), (fraction, columns) => {
        const [filled, rest] = bar(fraction, columns);
        expect(textWidth(filled) + textWidth(rest)).toBe(columns);
        expect(filled === '█'.repeat(columns)).toBe(fraction === 1);
      }),
      { seed: 6, numRuns: 500 },
    );
  });

  test('shows what is out of range as empty or full', () => {
    expect([bar(Number.NaN, 3), bar(-1, 3), bar(7, 3)]).toEqual([
      ['', '░░░'],
      ['', '░░░'],
      ['███', ''],
    ]);
  });
});

describe('the plot of values', () => {
  const dots = (text: string): number =>
    Array.from(text).reduce((sum, character) => {
      const bits = character >= '\u2800' && character <= '\u28ff' ? character.charCodeAt(0) - 0x2800 : 0;
      return sum + bits.toString(2).replaceAll('0', '').length;
    }, 0);
  const text = (plot: NonNullable<ReturnType<typeof plotValues>>): string =>
    plot.rows.map((row) => row.map(([part]) => part).join('')).join('\n');

  test('needs two finite values and some room', () => {
    expect(plotValues([1, Number.NaN], 'minimize', 40, 4)).toBeUndefined();
    expect(plotValues([1, 2], 'minimize', 4, 4)).toBeUndefined();
    expect(plotValues([1, 2], 'minimize', 40, 4)).toBeDefined();
  });

  test('has a row of the full width for each line, and a scale that holds the best', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.double(), fc.constant(3)), { minLength: 2, maxLength: 200 }),
        fc.constantFrom('minimize' as const, 'maximize' as const),
        fc.integer({ min: 8, max: 90 }),
        fc.integer({ min: 2, max: 12 }),
        (given, goal, columns, height) => {
          const values = given.map((value) => (Math.abs(value) > 1e100 ? Number.NaN : value));
          const plot = plotValues(values, goal, columns, height);
          const finite = values.filter(Number.isFinite);
          if (plot === undefined) {
            expect(finite.length).toBeLessThan(2);
            return;
          }
          expect(plot.rows.map((row) => textWidth(row.map(([part]) => part).join('')))).toEqual(
            Array.from({ length: height }, () => columns),
          );
          expect(plot.top).toBeGreaterThan(plot.bottom);
          if (goal === 'maximize') expect(plot.top).toBeGreaterThanOrEqual(Math.max(...finite));
          else expect(plot.bottom).toBeLessThanOrEqual(Math.min(...finite));
          expect(dots(text(plot))).toBeGreaterThan(0);
        },
      ),
      { seed: 7, numRuns: 300 },
    );
  });

  test('a few values that are very bad do not flatten the others', () => {
    const values = [...Array.from({ length: 30 }, (_, index) => 1 + (index % 7) / 10), 1e9];
    expect(plotValues(values, 'minimize', 40, 4)?.top).toBeLessThan(10);
    expect(
      plotValues(
        values.map((value) => -value),
        'maximize',
        40,
        4,
      )?.bottom,
    ).toBeGreaterThan(-10);
  });

  test('the line of the best never gets worse', () => {
    const plot = plotValues([5, 4, 6, 3, 8, 1, 2], 'minimize', 20, 3);
    expect(plot === undefined ? '' : text(plot)).toMatchInlineSnapshot(`
      "   ⡀ ⠈              
      ⠐⠲⠤⠤⡄               
          ⠉⠉⢹⣀⡂           "
    `);
  });
});
