import { type BracketDescription, type Objective, type RungDescription, userValue } from '@fettle/core';
import type { Line, Span } from '../text/line.ts';
import { formatNumber } from '../text/number.ts';
import { pad, textWidth } from '../text/style.ts';
import { bar } from './bar.ts';

/** Columns of the longest bar. */
const BAR = 16;

/**
 * The ladders of a searcher in as many lines as there is room for: a line for each rung, the highest on top; with less room
 * or several ladders a line for each ladder; else nothing.
 * @param room lines
 */
export function ladderLines(
  brackets: readonly BracketDescription[],
  objective: Objective,
  columns: number,
  room: number,
): readonly Line[] {
  const [first] = brackets;
  if (first === undefined) return [];
  if (brackets.length === 1 && first.rungs.length < room) return rungLines(first.rungs, objective, columns);
  return brackets.length < room ? [legend, ...brackets.map(bracketLine)] : [];
}

function rungLines(rungs: readonly RungDescription[], objective: Objective, columns: number): Line[] {
  const most = Math.max(1, ...rungs.map(({ results }) => results));
  const cells = rungs.map(
    ({ resource, results, promoted, underway, best }): [string, string, string, string, string] => [
      formatNumber(resource),
      String(results),
      String(promoted),
      String(underway),
      formatNumber(best === undefined ? undefined : userValue(objective, best)),
    ],
  );
  const titles = ['rung', 'results', 'gone on', 'under way', `best ${objective.metric}`] as const;
  const width = (index: number): number => Math.max(...[titles, ...cells].map((row) => textWidth(row[index] ?? '')));
  const wide = columns >= 70;
  const row = (texts: readonly string[], [filled, rest]: readonly [string, string], dim: boolean): Line => {
    const cell = (index: number): Span => [
      `  ${pad(texts[index] ?? '', width(index), 'right')}`,
      dim ? 'dim' : index === 0 ? 'bold' : 'none',
    ];
    const bars: Span[] = wide ? [['  '], [filled, 'cyan'], [rest, 'dim']] : [];
    return [cell(0), ...bars, cell(1), cell(2), cell(3), cell(4)];
  };
  // Rungs shrink by a factor: on a linear scale only the lowest would be seen.
  const length = (results: number): number => (results === 0 ? 0 : Math.log1p(results) / Math.log1p(most));
  const lines = rungs.map(({ results }, index) => row(cells[index] ?? [], bar(length(results), BAR), false));
  return [row(titles, ['', ' '.repeat(BAR)], true), ...lines.reverse()];
}

const legend: Line = [
  ['  rungs  ', 'dim'],
  ['level: results', 'dim'],
  [' → gone on', 'dim'],
  [' +under way', 'dim'],
];

function bracketLine({ name, rungs }: BracketDescription): Line {
  return [
    [`  ${pad(name, 5)}`, 'bold'],
    ...rungs.flatMap(({ resource, results, promoted, underway }): Span[] => [
      [`  ${formatNumber(resource)}: `, 'dim'],
      [String(results)],
      [promoted === 0 ? '' : ` → ${promoted}`, 'green'],
      [underway === 0 ? '' : ` +${underway}`, 'cyan'],
    ]),
  ];
}
