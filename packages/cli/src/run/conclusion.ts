import { relative } from 'node:path';
import { attemptDirectory, attemptId, type StudyOptions, type StudyResult, type TrialRecord } from '@fettle/core';
import { commandOf } from '../study/command-of.ts';
import { reportedNames } from './reported-names.ts';
import type { StudyPlace } from '../study/locate.ts';
import { formatDuration } from '../text/duration.ts';
import { countsText } from '../text/counts.ts';
import { formatNumber, formatParameter } from '../text/number.ts';
import { shellQuote } from '../text/shell-quote.ts';
import type { Paint } from '../text/style.ts';
import { table } from '../text/table.ts';

/** What the last words of `fettle run` are made of. */
export interface Ending {
  readonly result: StudyResult;
  readonly place: StudyPlace;
  readonly options: StudyOptions;
  /** The trial that the best one is compared with: the first of the study. */
  readonly first: TrialRecord | undefined;
  /** The report's file, if there is one. */
  readonly report: string | undefined;
  /** How the study was named on the command line. */
  readonly argument: string | undefined;
  readonly paint: Paint;
  readonly cwd: string;
}

/** The last words of `fettle run`: why it ended, what was best, how to use it, where to read more. */
export function conclusion(ending: Ending): string {
  const { result, paint, argument, report, cwd } = ending;
  const { summary, status, reason } = result;
  const { counts, reports, wallClock } = summary;
  const study = argument === undefined ? '' : ` ${shellQuote([argument])}`;
  const head = [
    `${paint(status === 'finished' ? 'green' : 'yellow', status)}: ${reason}`,
    paint('dim', [countsText(counts), `${reports} reports`, formatDuration(wallClock)].filter(Boolean).join(', ')),
  ];
  const best = result.best === undefined ? noBest(ending) : bestOf(result.best, ending);
  const next = [
    ...(status === 'interrupted' ? [['go on', `fettle run${study}`]] : []),
    ...(report === undefined ? [] : [['report', shellQuote([relative(cwd, report)])]]),
    ['more', `fettle trials${study}${result.best === undefined ? '' : `, fettle explain ${result.best.id}${study}`}`],
  ].map(([name = '', text = '']) => `${paint('dim', name.padEnd(8))}${text}`);
  return ['', ...head, '', ...best, '', ...next].join('\n');
}

/** What to do about a study without a value: look at a failure, or read the values that are there. */
function noBest({ result, argument, first, place, cwd }: Ending): string[] {
  const { counts, definition } = result.summary;
  const { metric, resource } = definition.objective;
  const study = argument === undefined ? '' : ` ${shellQuote([argument])}`;
  const lines = [`No trial reported a finite ${metric}.`];
  if (counts.failed > 0) {
    const one = first?.failure === undefined ? '' : `fettle show ${first.id}${study}, or all of them: `;
    lines[0] += ` See why trials failed: ${one}fettle trials${study} --state failed`;
  } else if (first?.value !== undefined) {
    lines[0] += ` What they reported is not a number, or infinite: fettle show ${first.id}${study}`;
  }
  if (first?.failure !== 'no-metric') return lines;
  // The commonest surprise of a first study.
  const { stdout, metrics } = attemptDirectory(place.folder, attemptId(first.id, 1)).files;
  const file = place.file === undefined ? 'study.yaml' : shellQuote([relative(cwd, place.file)]);
  const names = reportedNames([metrics, stdout]);
  if (names.length > 0) {
    return [
      ...lines,
      `Its lines of JSON hold ${names.join(', ')}, and no ${metric}. Correct objective.metric in ${file} (and begin afresh: fettle run${study} --fresh), or what the program prints.`,
    ];
  }
  const patterns = [metric, ...(resource === undefined ? [] : [resource])]
    .map((name) => `{ name: ${name}, regex: '${name}[=: ]+(\\S+)' }`)
    .join(', ');
  return [
    ...lines,
    `A program says its result as a line of JSON, {"${metric}": 0.123}. One that prints something else is read by a regular expression:`,
    `  metrics: { type: regex, metrics: [${patterns}] }`,
    `in ${file}. Try it: fettle metrics ${file} ${shellQuote([relative(cwd, stdout)])}`,
  ];
}

function bestOf(best: TrialRecord, ending: Ending): string[] {
  const { options, first, paint, result, place } = ending;
  const { metric, goal } = result.summary.definition.objective;
  const compared = first !== undefined && first.id !== best.id && Number.isFinite(first.value) ? first : undefined;
  const level = best.resource > 1 ? ` at ${formatNumber(best.resource)}` : '';
  const lines = [
    `${paint('bold', `best: trial ${best.id}`)}  ${metric} ${paint('bold', formatNumber(best.value))}${level}`,
    ...gain(best, compared, goal).map((text) => paint('dim', text)),
  ];
  const names = [...new Set([...Object.keys(best.configuration), ...Object.keys(compared?.configuration ?? {})])];
  const rows = names.map((name) => [
    `  ${name}`,
    formatParameter(best.configuration[name]),
    ...(compared === undefined ? [] : [formatParameter(compared.configuration[name])]),
  ]);
  const columns = [{ title: '  parameter' }, { title: 'best', align: 'right' as const }];
  const other = compared === undefined ? [] : [{ title: `trial ${compared.id}`, align: 'right' as const }];
  lines.push(table([...columns, ...other], rows, paint));
  const { command: words, workingDirectory = '.', environment = {} } = options;
  const program =
    words === undefined ? undefined : ({ kind: 'command', command: words, workingDirectory, environment } as const);
  const command = commandOf(program, best, place.folder, result.summary.definition.seed);
  if (command !== undefined) lines.push('', `  ${shellQuote(command)}`);
  return lines;
}

/** How much better than the first trial, in words. */
function gain(best: TrialRecord, first: TrialRecord | undefined, goal: 'minimize' | 'maximize'): string[] {
  if (first?.value === undefined || best.value === undefined) return [];
  const difference = goal === 'maximize' ? best.value - first.value : first.value - best.value;
  if (!(difference > 0)) return [];
  const share = first.value === 0 ? '' : ` (${Number(((100 * difference) / Math.abs(first.value)).toPrecision(3))} %)`;
  return [
    `${formatNumber(Number(difference.toPrecision(3)))}${share} better than trial ${first.id} with ${formatNumber(first.value)}`,
  ];
}
