import type { Budget, StudySummary } from '@fettle/core';
import { formatDuration } from '../text/duration.ts';
import { totalTrials } from '../text/counts.ts';
import { formatNumber } from '../text/number.ts';

/** A limit as it is shown: how much is used is unknown for limits that only the engine can count. */
export interface BudgetRow {
  readonly rule: string;
  readonly used: string | undefined;
  readonly limit: string;
}

/** Every limit of a budget, nested ones included, with what is used of it. */
export function budgetRows(budget: Budget, summary: StudySummary): BudgetRow[] {
  const { counts, wallClock, resource } = summary;
  const rows: BudgetRow[] = [];
  const add = (rule: string, limit: string, used?: string): void => void rows.push({ rule, used, limit });
  if (budget.trials !== undefined) add('trials', String(budget.trials), String(totalTrials(counts)));
  if (budget.wallClock !== undefined) add('wallClock', formatDuration(budget.wallClock), formatDuration(wallClock));
  if (budget.resource !== undefined) add('resource', formatNumber(budget.resource), formatNumber(resource));
  if (budget.failures !== undefined) add('failures', String(budget.failures), String(counts.failed));
  if (budget.target !== undefined) add('target', formatNumber(budget.target));
  if (budget.noImprovement !== undefined) add('noImprovement', `${budget.noImprovement.trials} trials`);
  for (const part of [...(budget.any ?? []), ...(budget.all ?? [])]) rows.push(...budgetRows(part, summary));
  return rows;
}
