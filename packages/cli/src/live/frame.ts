import type { BracketDescription, BudgetUse, StudyStatus, TrialRecord } from '@fettle/core';
import { formatDuration } from '../text/duration.ts';
import { assignments } from '../text/assignments.ts';
import { type Line, type Span, paintLine, spread } from '../text/line.ts';
import { formatNumber } from '../text/number.ts';
import { type Paint, pad, type Style, textWidth } from '../text/style.ts';
import { bar } from './bar.ts';
import { ladderLines } from './ladder.ts';
import { plotValues } from './plot.ts';

/** Room on the terminal. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** Something that happened and that a person wants to see. */
export interface News {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly text: string;
  readonly style: Style;
}

/** Everything that the live view shows. */
export interface FrameInput {
  readonly status: StudyStatus;
  /** Name of the backend. */
  readonly backend: string;
  /** Values of ended trials, in the order of their end. */
  readonly values: readonly number[];
  /** The searcher's ladders of rungs; empty if it has none. */
  readonly brackets: readonly BracketDescription[];
  /** Oldest first. */
  readonly news: readonly News[];
  /** When each running trial's present attempt began, by trial; milliseconds since the epoch. */
  readonly since: ReadonlyMap<number, number>;
  /** What is happening to the study as a whole. */
  readonly phase: 'running' | 'interrupting' | 'killing' | 'ended';
}

/** Lines that running trials and news keep when there is little room for the ladder. */
const LEAST_BELOW_LADDER = 5;

/**
 * The whole live view as lines of text, none wider and not more than the terminal has room for. What matters least goes
 * first when there is little room: older news, the plot, the single rungs, then running trials.
 */
export function renderFrame(input: FrameInput, size: Size, now: number, paint: Paint): string {
  const columns = Math.max(20, Math.min(size.columns, 120));
  const room = Math.max(4, size.rows - 1);
  const head = [title(input, columns), ...best(input, columns)];
  const budget = budgetLines(input.status.budget, input.status.summary.wallClock, columns);
  const counts = [countLine(input), ...backendLines(input)];
  const foot = input.phase === 'ended' ? [] : [footLine(input)];
  const fixed = head.length + budget.length + counts.length + foot.length;

  let left = room - fixed;
  const take = (lines: readonly Line[], most: number): readonly Line[] => {
    const kept = lines.slice(0, Math.max(0, Math.min(most, left)));
    left -= kept.length;
    return kept;
  };
  const blanks = left >= 12 ? 1 : 0;
  left -= 4 * blanks;
  const { objective } = input.status.summary.definition;
  const rungs = ladderLines(input.brackets, objective, columns, left - blanks - LEAST_BELOW_LADDER);
  left -= rungs.length + (rungs.length > 0 ? blanks : 0);
  const running = runningLines(input, columns, now);
  const shown = take(running, Math.max(3, Math.min(running.length, left - 7)));
  const hidden = running.length - shown.length;
  const news = take(newsLines(input).slice(-Math.min(5, Math.max(0, left))), 5);
  const plot = left >= 3 ? take(plotLines(input, columns, Math.min(6, left)), left) : [];

  const gap: Line[] = blanks === 1 ? [[]] : [];
  const lines: Line[] = [
    ...head,
    ...(plot.length > 0 ? [...gap, ...plot] : []),
    ...gap,
    ...budget,
    ...gap,
    ...(rungs.length > 0 ? [...rungs, ...gap] : []),
    ...counts,
    ...(hidden > 0 && shown.length > 0 ? [...shown.slice(0, -1), moreLine(hidden + 1)] : shown),
    ...(news.length > 0 ? [...gap, ...news] : []),
    ...foot,
  ];
  return lines
    .slice(0, room)
    .map((line) => paintLine(line, columns, paint))
    .join('\n');
}

function title({ status, backend, phase }: FrameInput, columns: number): Line {
  const { definition, wallClock } = status.summary;
  const state: Span =
    phase === 'running'
      ? ['running', 'green']
      : phase === 'ended'
        ? [status.summary.status, status.summary.status === 'finished' ? 'green' : 'yellow']
        : [phase, 'yellow'];
  const about = [definition.searcher.type, backend, formatDuration(wallClock)].join(' · ');
  return spread([[definition.name, 'bold'], ['  '], state], [[about, 'dim']], columns);
}

function best({ status }: FrameInput, columns: number): Line[] {
  const { metric, goal } = status.summary.definition.objective;
  const trial = status.best;
  if (trial === undefined)
    return [
      [
        ['best  ', 'dim'],
        [`no ${metric} yet`, 'dim'],
      ],
    ];
  const where = [`trial ${trial.id}`, ...(trial.resource > 0 ? [`at ${formatNumber(trial.resource)}`] : [])].join(' ');
  const first: Line = spread(
    [
      ['best  ', 'dim'],
      [`${metric} `],
      [formatNumber(trial.value), 'bold'],
      [goal === 'maximize' ? ' ↑' : ' ↓', 'dim'],
    ],
    [[where, 'dim']],
    columns,
  );
  return [first, ...wrap(assignments(trial.configuration), columns, 6)];
}

/** Assignments on as few lines as they need, at most three. */
function wrap(words: readonly string[], columns: number, indent: number): Line[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && indent + textWidth(last) + 2 + textWidth(word) <= columns)
      lines[lines.length - 1] = `${last}  ${word}`;
    else lines.push(word);
  }
  const kept = lines.slice(0, 3);
  if (lines.length > 3) kept[2] = `${kept[2] ?? ''}  …`;
  return kept.map((line) => [[' '.repeat(indent)], [line]]);
}

function plotLines({ values, status }: FrameInput, columns: number, height: number): Line[] {
  const plot = plotValues(values, status.summary.definition.objective.goal, Math.min(columns - 10, 80), height);
  if (plot === undefined) return [];
  const axis = (index: number): string => {
    if (index === 0) return formatNumber(plot.top);
    return index === plot.rows.length - 1 ? formatNumber(plot.bottom) : '';
  };
  return plot.rows.map((row, index) => [[`${pad(axis(index), 9, 'right')} `, 'dim'], ...row]);
}

function budgetLines(uses: readonly BudgetUse[], wallClock: number, columns: number): Line[] {
  const width = Math.max(10, Math.min(40, columns - 50));
  const name = Math.max(6, ...uses.map((use) => textWidth(use.rule)));
  return uses.map((use): Line => {
    const label: Span = [`${pad(use.rule, name)}  `, 'dim'];
    if (use.rule === 'target')
      return [label, [formatNumber(use.limit)], [use.fraction >= 1 ? '  reached' : '  not reached yet', 'dim']];
    const [filled, rest] = bar(use.fraction, width);
    const show = use.rule === 'wallClock' ? formatDuration : formatNumber;
    const time = use.rule === 'wallClock' ? Math.max(0, use.limit - use.used) : timeLeft(use, wallClock);
    return [
      label,
      [filled, use.rule === 'failures' ? 'yellow' : 'cyan'],
      [rest, 'dim'],
      [`  ${show(use.used)} of ${show(use.limit)}`],
      [time === undefined ? '' : `   about ${formatDuration(time)} left`, 'dim'],
    ];
  });
}

/** Milliseconds until a limit is reached if everything goes on as it did; undefined while that would be a guess. */
function timeLeft(use: BudgetUse, wallClock: number): number | undefined {
  if (use.rule === 'failures' || use.rule === 'noImprovement') return undefined;
  if (use.used <= 0 || use.fraction >= 1 || wallClock < 1000) return undefined;
  return (wallClock * (1 - use.fraction)) / use.fraction;
}

function countLine({ status, phase }: FrameInput): Line {
  const { counts } = status.summary;
  const some = (count: number, word: string, style: Style): Span[] =>
    count === 0 ? [] : [['   '], [String(count), style], [` ${word}`, 'dim']];
  const running: Span[] = [
    [`${counts.running} of ${status.capacity}`, 'bold'],
    [' running', 'dim'],
  ];
  return [
    ...(phase === 'ended' ? [['trials', 'dim'] as const] : running),
    ...some(counts.queued, 'queued', 'none'),
    ...some(counts.paused, 'paused', 'none'),
    ...some(counts.completed, 'completed', 'green'),
    ...some(counts.stopped, 'stopped', 'none'),
    ...some(counts.failed, 'failed', 'red'),
  ];
}

function backendLines({ status: { backend }, phase }: FrameInput): Line[] {
  return backend === undefined || phase === 'ended' ? [] : [[[backend, 'yellow']]];
}

function runningLines({ status, since }: FrameInput, columns: number, now: number): Line[] {
  const { metric } = status.summary.definition.objective;
  const wide = Math.max(0, ...status.running.map((trial) => String(trial.id).length));
  const values = status.running.map((trial) => formatNumber(trial.metrics?.[metric]));
  const valueWidth = Math.max(0, ...values.map(textWidth));
  const levels = status.running.map(levelOf);
  const levelWidth = Math.max(0, ...levels.map(textWidth));
  return status.running.map((trial, index): Line => {
    const began = since.get(trial.id);
    const [filled, rest] = bar(trial.until === undefined ? 0 : trial.resource / trial.until, 10);
    return [
      [`  ${pad(String(trial.id), wide, 'right')}  `, 'bold'],
      ...(trial.until === undefined ? [] : ([[filled, 'cyan'], [rest, 'dim'], ['  ']] satisfies Span[])),
      [pad(levels[index] ?? '', levelWidth, 'right')],
      [`  ${metric} `, 'dim'],
      [pad(values[index] ?? '', valueWidth, 'right')],
      [`  ${pad(began === undefined ? '' : formatDuration(now - began), 7, 'right')}`, 'dim'],
      ...(trial.attempts > 1 ? ([[`  attempt ${trial.attempts}`, 'yellow']] satisfies Span[]) : []),
      ...(columns < 60 ? [] : ([[`   ${assignments(trial.configuration).join(' ')}`, 'dim']] satisfies Span[])),
    ];
  });
}

function levelOf(trial: TrialRecord): string {
  const reached = formatNumber(trial.resource);
  return trial.until === undefined ? reached : `${reached}/${formatNumber(trial.until)}`;
}

function moreLine(count: number): Line {
  return [[`  and ${count} more`, 'dim']];
}

function newsLines({ news }: FrameInput): Line[] {
  return news.map((item) => [
    [`${clockTime(item.at)}  `, 'dim'],
    [item.text, item.style],
  ]);
}

/** Time of day, in the person's own time zone. */
export function clockTime(at: number): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
}

function footLine({ phase, status }: FrameInput): Line {
  if (phase === 'interrupting')
    return [['Ctrl-C again kills now. Nothing new starts; trials may save a checkpoint.', 'yellow']];
  if (phase === 'killing') return [['Killing what still runs …', 'red']];
  if (status.waiting !== undefined) return [[`waiting: ${status.waiting}`, 'dim']];
  return [['Ctrl-C stops in good order; the same command goes on later.', 'dim']];
}
