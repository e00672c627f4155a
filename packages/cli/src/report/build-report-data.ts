import {
  type SearcherDescription,
  type StudySummary,
  type TrialReader,
  type TrialRecord,
  type TrialState,
  userValue,
} from '@fettle/core';
import { FettleError } from '@fettle/core/errors';
import { budgetLines } from './budget.ts';
import { packColumn } from './columns.ts';
import { buildCurves, chooseCurves } from './curves.ts';
import { buildDetails, exactConfiguration, preferredForDetails } from './details.ts';
import { groupFailures } from './failures.ts';
import { parameterImportance } from './importance.ts';
import { packParameter, readParameters } from './parameters.ts';
import { readJournal, type JournalFacts } from './read-journal.ts';
import type { HeadTrial, ReportData, RungData, TrialTable } from './report-data.ts';
import { spread } from './sampling.ts';
import { buildTimeline } from './timeline.ts';

const STATES: readonly TrialState[] = ['completed', 'stopped', 'paused', 'failed', 'running', 'queued'];
/** Rows of the table; fewer when there are many parameters, so that the page stays bounded. */
const MOST_ROWS = 50_000;
const MOST_CELLS = 800_000;
/** The fixed columns of a row weigh as much as this many parameters. */
const FIXED_COLUMNS = 4;
const MOST_RUNGS = 24;
/** The best trials that are kept in every selection. */
const BEST_KEPT = 200;

/**
 * Collects what a report shows of a study. The result is plain JSON of bounded size, whatever the study's: trials, curves
 * and attempts beyond the bounds are thinned out evenly, and the page says so.
 * @param searcher how the searcher stands, where it could be asked
 * @throws FettleError `study-missing` if there is no study in the store
 */
export function buildReportData(reader: TrialReader, searcher: SearcherDescription = { notes: [] }): ReportData {
  const summary = reader.summary();
  if (summary === undefined) {
    throw new FettleError('study-missing', 'There is no study in this store, so there is nothing to report.', {
      remedy: 'Start one with `fettle run`.',
    });
  }
  const { definition } = summary;
  const { objective } = definition;
  const normalized = (value: number): number => (objective.goal === 'maximize' ? 0 - value : value);
  const all = reader.trials();
  const ranked = all
    .filter((trial) => trial.state !== 'failed' && trial.value !== undefined && Number.isFinite(trial.value))
    .sort((a, b) => normalized(a.value ?? 0) - normalized(b.value ?? 0) || a.id - b.id);
  const first = summary.best === undefined ? ranked[0] : reader.trial(summary.best);
  // What is best is the engine's to say: it averages repeats, and sees which trials were overtaken at their rung.
  const best = [...new Set([...(first === undefined ? [] : [first]), ...ranked].slice(0, BEST_KEPT))].map(
    ({ id }) => id,
  );
  const chosen = chooseCurves(all, best);
  const facts = readJournal(reader.journal(), objective.metric, new Set(chosen));
  const origin = facts.sessions[0] ?? summary.createdAt;

  const completed = first?.state === 'completed' ? undefined : ranked.find(({ state }) => state === 'completed');

  const parametersOfAll = readParameters(all, definition.space);
  const limit = Math.min(MOST_ROWS, Math.floor(MOST_CELLS / (parametersOfAll.length + FIXED_COLUMNS)));
  const placeOf = new Map(all.map((trial, place) => [trial.id, place]));
  const rows = spread(
    all.length,
    limit,
    best.flatMap((id) => placeOf.get(id) ?? []),
  );
  const shown = rows.length === all.length ? all : rows.flatMap((row) => all[row] ?? []);
  const parameters =
    shown === all
      ? parametersOfAll
      : parametersOfAll.map((parameter) => ({ ...parameter, cells: rows.map((row) => parameter.cells[row]) }));

  return {
    format: 1,
    study: describeStudy(summary, facts, all.length),
    counts: STATES.map((state) => [state, summary.counts[state]] as const),
    origin,
    best: first === undefined ? undefined : headTrial(first, all),
    bestCompleted: completed === undefined ? undefined : headTrial(completed, all),
    first: all[0] === undefined ? undefined : headTrial(all[0], []),
    budget: facts.settings === undefined ? [] : budgetLines(facts.settings.budget, summary, all, normalized),
    failures: groupFailures(all, facts.failedAttempts),
    parameters: parameters.map(packParameter),
    table: buildTable(shown, origin),
    curves: buildCurves(all.filter((trial) => trial.reports > 0).length, chosen, facts.reported),
    rungs: findRungs(facts),
    ladders: (searcher.brackets ?? []).map(({ name, rungs }) => ({
      name,
      rungs: rungs.map(({ best: least, cut, ...rung }) => ({
        ...rung,
        best: least === undefined ? undefined : userValue(objective, least),
        cut: cut === undefined ? undefined : userValue(objective, cut),
      })),
    })),
    model: searcher.model,
    notes: searcher.notes,
    timeline: buildTimeline(facts.attempts, facts.sessions, origin, summary.updatedAt),
    importance: parameterImportance(
      parametersOfAll,
      all.map(({ state, value }) =>
        state === 'failed' || value === undefined || !Number.isFinite(value)
          ? Number.POSITIVE_INFINITY
          : normalized(value),
      ),
    ),
    details: buildDetails(reader, preferredForDetails(all, best), objective.metric, origin),
  };
}

function describeStudy(summary: StudySummary, facts: JournalFacts, trials: number): ReportData['study'] {
  const { definition } = summary;
  return {
    name: definition.name,
    status: summary.status,
    reason: summary.reason,
    metric: definition.objective.metric,
    goal: definition.objective.goal,
    valueRule: definition.objective.value ?? 'last',
    resourceName: definition.objective.resource ?? 'resource',
    searcher: definition.searcher.type,
    backend: facts.settings?.backend.type,
    seed: definition.seed,
    sessions: summary.sessions,
    createdAt: summary.createdAt,
    updatedAt: summary.updatedAt,
    wallClock: summary.wallClock,
    resource: summary.resource,
    reports: summary.reports,
    trials,
  };
}

/** @param all where to look for repeats of the trial */
function headTrial(trial: TrialRecord, all: readonly TrialRecord[]): HeadTrial {
  const { id, resource } = trial;
  const repeats = all.filter(({ repeatOf, state }) => repeatOf === id && state !== 'failed');
  const values = [trial, ...repeats].flatMap(({ value }) =>
    value !== undefined && Number.isFinite(value) ? [value] : [],
  );
  const value = values.length === 0 ? undefined : values.reduce((sum, one) => sum + one, 0) / values.length;
  return {
    id,
    value,
    resource,
    ...(repeats.length === 0 ? {} : { runs: values.length }),
    configuration: exactConfiguration(trial),
  };
}

function buildTable(trials: readonly TrialRecord[], origin: number): TrialTable {
  const column = (read: (trial: TrialRecord) => number | undefined) => packColumn(trials.map(read));
  return {
    id: column((trial) => trial.id),
    state: column((trial) => STATES.indexOf(trial.state)),
    states: STATES,
    value: column((trial) => trial.value),
    measured: column((trial) => (trial.value === undefined ? 0 : 1)),
    resource: column((trial) => trial.resource),
    reports: column((trial) => trial.reports),
    attempts: column((trial) => trial.attempts),
    ended: column((trial) => (trial.endedAt === undefined ? undefined : Math.round(trial.endedAt - origin))),
    runtime: column((trial) => Math.round(trial.runtime)),
  };
}

/** The levels at which most trials were cut, ascending. */
function findRungs({ cuts }: JournalFacts): RungData[] {
  return [...cuts]
    .map(([resource, { paused, stopped }]) => ({ resource, paused, stopped }))
    .sort((a, b) => b.paused + b.stopped - (a.paused + a.stopped))
    .slice(0, MOST_RUNGS)
    .sort((a, b) => a.resource - b.resource);
}
