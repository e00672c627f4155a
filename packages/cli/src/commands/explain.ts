import { attemptDirectory, attemptId, lastLines, type Objective, parseAttemptId, userValue } from '@fettle/core';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { type AttemptSummary, attemptsOf } from '../study/attempts.ts';
import { bestTrial } from '../study/best-trial.ts';
import { detailsOf } from '../study/details-of.ts';
import { nameTrial } from '../study/name-trial.ts';
import { type OpenStudy, requireTrial, withStudy } from '../study/open-reader.ts';
import { askBackend } from '../study/recorded-backend.ts';
import { type Asked, askSearcher } from '../study/recorded-searcher.ts';
import { countsText } from '../text/counts.ts';
import { dataLines } from '../text/data.ts';
import { toJson } from '../text/json.ts';
import { formatNumber } from '../text/number.ts';
import { cutAt, ladderTable, standingTable } from '../text/rungs.ts';
import { timeline } from '../text/timeline.ts';

/** Lines of standard error that are shown. */
const SHOWN_ERRORS = 10;

interface Options {
  readonly study?: string;
  readonly json?: boolean;
}

/**
 * `fettle explain`. With `--json` and a trial: `{ trial, rungs, details, attempts, errors, notes, events }`, where `rungs` has
 * the trial's result at each rung with rank, quota and cut, `details` is what its suggestion rested on, `attempts` what the
 * backend knows of each, and `errors` the last lines of standard error of the last one, unless that finished. Without a trial:
 * `{ summary, searcher, notes, events }`, where `searcher` is how the searcher stands. Values are in the objective's own sign,
 * events as they are in the journal.
 */
export async function execute(words: readonly [string?, string?], options: Options, io: Io): Promise<ExitCode> {
  const { id, study: named } = nameTrial(words, options.study);
  return await withStudy(named, io, async (study) => {
    if (id === undefined) await explainStudy(study, options.json === true, io);
    else await explainTrial(study, id, options.json === true, io);
    return EXIT.ok;
  });
}

async function explainTrial(study: OpenStudy, id: number, json: boolean, io: Io): Promise<void> {
  const trial = requireTrial(study, id);
  const { objective } = study.summary.definition;
  const events = study.reader.history(id);
  const details = detailsOf(events);
  const asked = await askSearcher(study, async (searcher) => ({
    standing: searcher.standing(id),
    brackets: (await searcher.describe()).brackets ?? [],
  }));
  const attempts = attemptsOf(events);
  const recalled = await askBackend(
    study,
    attempts.map(({ attempt }) => attemptId(id, attempt)),
  );
  const places = 'answer' in recalled ? (recalled.answer?.attempts ?? []) : [];
  const errors = errorsOf(study, id, attempts.at(-1));
  const notes = [
    ...notesOf(asked, ({ standing }) => standing?.notes),
    ...('problem' in recalled ? [recalled.problem] : []),
  ];
  const { standing, brackets } = 'answer' in asked ? asked.answer : { standing: undefined, brackets: [] };
  if (json) {
    const rungs = (standing?.rungs ?? []).map(({ value, ...rung }) => ({
      ...rung,
      value: userValue(objective, value),
      cut: valueOf(objective, cutAt(brackets, rung.bracket, rung.resource)),
    }));
    io.out(toJson({ trial, rungs, details, attempts: places, errors, notes, events }, 2));
    return;
  }
  const section = sections(io);
  const value = trial.value === undefined ? '' : `, ${objective.metric} ${formatNumber(trial.value)}`;
  const level = trial.resource > 0 ? ` at ${formatNumber(trial.resource)}` : '';
  io.out(`${io.paint('bold', `trial ${id}`)}  ${trial.state}${value}${level}`);
  if (standing !== undefined && standing.rungs.length > 0) {
    section('rungs, as they stand now', standingTable(standing, brackets, objective, io.paint).split('\n'));
  }
  if (details !== undefined) section('what its suggestion rested on', dataLines(details, io.paint, ''));
  if (places.length > 0) {
    section(
      'where it ran',
      places.flatMap(({ attempt, text, remedy }) => [
        `attempt ${parseAttemptId(attempt).attempt}: ${text}`,
        ...(remedy === undefined ? [] : [`  ${io.paint('cyan', remedy)}`]),
      ]),
    );
  }
  if (errors.length > 0) section('last lines of its standard error', errors);
  if (notes.length > 0) section('notes', notes);
  io.out(`\n${io.paint('bold', 'every decision on it, oldest first')}`);
  for (const line of timeline(events, io)) io.out(line);
}

/** The last lines of standard error of an attempt that did not finish, or has not yet. */
function errorsOf({ place }: OpenStudy, trial: number, last: AttemptSummary | undefined): readonly string[] {
  if (last === undefined || last.end === 'finished') return [];
  return lastLines(attemptDirectory(place.folder, attemptId(trial, last.attempt)).files.stderr, SHOWN_ERRORS);
}

async function explainStudy(study: OpenStudy, json: boolean, io: Io): Promise<void> {
  const events = study.reader.studyEvents();
  const { objective } = study.summary.definition;
  const asked = await askSearcher(study, (searcher) => searcher.describe());
  const notes = notesOf(asked, (description) => description.notes);
  const searcher = 'answer' in asked ? asked.answer : undefined;
  if (json) {
    const brackets = searcher?.brackets?.map(({ name, rungs }) => ({
      name,
      rungs: rungs.map((rung) => ({
        ...rung,
        best: valueOf(objective, rung.best),
        cut: valueOf(objective, rung.cut),
      })),
    }));
    io.out(toJson({ summary: study.summary, searcher: { brackets, model: searcher?.model }, notes, events }, 2));
    return;
  }
  io.out(standing(study, io));
  const section = sections(io);
  if (searcher?.brackets !== undefined)
    section('rungs', ladderTable(searcher.brackets, objective, io.paint).split('\n'));
  if (searcher?.model !== undefined) {
    const { name, observations, parameters } = searcher.model;
    const shares = [...parameters]
      .sort((a, b) => b.importance - a.importance)
      .map((parameter): [string, string] => [parameter.name, `${Math.round(100 * parameter.importance)} %`]);
    const what = `${name}, fitted to ${observations} results; what it holds each parameter to decide:`;
    section('model', [what, ...dataLines(Object.fromEntries(shares), io.paint)]);
  }
  if (notes.length > 0) section('notes', notes);
  io.out('');
  for (const line of timeline(events, io)) io.out(line);
}

function standing({ reader, summary }: OpenStudy, io: Io): string {
  const { definition, status, reason, counts } = summary;
  const { metric, goal } = definition.objective;
  const best = bestTrial(reader, summary);
  return [
    io.paint('bold', definition.name),
    `${goal} ${metric} with ${definition.searcher.type}, seed ${definition.seed}`,
    `status: ${status}${reason === undefined ? '' : `, because ${reason}`}`,
    `trials: ${countsText(counts) || 'none yet'}`,
    best === undefined
      ? 'best: none yet'
      : `best: trial ${best.id} with ${formatNumber(best.value)} at ${formatNumber(best.resource)}: ${best.reason}`,
  ].join('\n');
}

/** Prints a heading and indented lines under it. */
function sections(io: Io): (title: string, lines: readonly string[]) => void {
  return (title, lines) => io.out(`\n${io.paint('bold', title)}\n${lines.map((line) => `  ${line}`).join('\n')}`);
}

function notesOf<T>(asked: Asked<T>, read: (answer: T) => readonly string[] | undefined): readonly string[] {
  return 'problem' in asked ? [asked.problem] : (read(asked.answer) ?? []);
}

function valueOf(objective: Objective, normalized: number | undefined): number | undefined {
  return normalized === undefined ? undefined : userValue(objective, normalized);
}
