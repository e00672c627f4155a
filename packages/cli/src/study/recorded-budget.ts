import type { Budget, StudySummary } from '@fettle/core';
import type { SqliteReader } from '@fettle/core/store';
import { formatDuration } from '../study-file/duration.ts';
import { formatNumber } from '../text/number.ts';

/** A limit as it is shown: how much is used is unknown for limits that only the engine can count. */
export interface BudgetRow {
  readonly rule: string;
  readonly used: string | undefined;
  readonly limit: string;
}

/** The budget of the last session, from the journal, with what is used of it. */
export function budgetRows(reader: SqliteReader, summary: StudySummary): BudgetRow[] {
  let budget: Budget = {};
  for (const event of reader.studyEvents()) if (event.type === 'study:opened') budget = event.body.settings.budget;
  return rowsOf(budget, summary);
}

function rowsOf(budget: Budget, summary: StudySummary): BudgetRow[] {
  const { counts, wallClock, resource } = summary;
  const trials = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const rows: BudgetRow[] = [];
  const add = (rule: string, limit: string, used?: string): void => void rows.push({ rule, used, limit });
  if (budget.trials !== undefined) add('trials', String(budget.trials), String(trials));
  if (budget.wallClock !== undefined) add('wallClock', formatDuration(budget.wallClock), formatDuration(wallClock));
  if (budget.resource !== undefined) add('resource', formatNumber(budget.resource), formatNumber(resource));
  if (budget.failures !== undefined) add('failures', String(budget.failures), String(counts.failed));
  if (budget.target !== undefined) add('target', formatNumber(budget.target));
  if (budget.noImprovement !== undefined) add('noImprovement', `${budget.noImprovement.trials} trials`);
  for (const part of [...(budget.any ?? []), ...(budget.all ?? [])]) rows.push(...rowsOf(part, summary));
  return rows;
}
