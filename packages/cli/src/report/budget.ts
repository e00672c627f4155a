import type { Budget, StudySummary, TrialRecord } from '@fettle/core';
import type { BudgetLine } from './report-data.ts';

/** Every limit of a budget with its use, nested ones included. */
export function budgetLines(
  budget: Budget,
  summary: StudySummary,
  trials: readonly TrialRecord[],
  normalized: (value: number) => number,
): BudgetLine[] {
  const lines: BudgetLine[] = [];
  const add = (label: string, used: number, limit: number, unit: BudgetLine['unit'] = 'count'): void => {
    lines.push({ label, used, limit, unit, fraction: limit <= 0 ? 1 : Math.min(1, used / limit) });
  };
  if (budget.trials !== undefined) add('Trials', trials.length, budget.trials);
  if (budget.wallClock !== undefined) add('Wall-clock', summary.wallClock, budget.wallClock, 'duration');
  if (budget.resource !== undefined) add('Resource', summary.resource, budget.resource);
  if (budget.failures !== undefined) add('Failures', summary.counts.failed, budget.failures);
  if (budget.noImprovement !== undefined) {
    const { trials: limit, minDelta = 0 } = budget.noImprovement;
    add('No improvement', endedSinceImprovement(trials, minDelta, normalized), limit);
  }
  if (budget.target !== undefined) {
    const target = normalized(budget.target);
    const best = trials.reduce((least, trial) => Math.min(least, valueOf(trial, normalized)), Number.POSITIVE_INFINITY);
    const reached = best <= target ? 1 : 0;
    lines.push({ label: 'Target', used: reached, limit: budget.target, unit: 'value', fraction: reached });
  }
  for (const part of [...(budget.any ?? []), ...(budget.all ?? [])]) {
    lines.push(...budgetLines(part, summary, trials, normalized));
  }
  return lines;
}

function endedSinceImprovement(
  trials: readonly TrialRecord[],
  minDelta: number,
  normalized: (value: number) => number,
): number {
  const over = trials
    .filter((trial) => trial.endedAt !== undefined)
    .sort((a, b) => (a.endedAt ?? 0) - (b.endedAt ?? 0));
  let best = Number.POSITIVE_INFINITY;
  let since = 0;
  for (const trial of over) {
    since += 1;
    const value = valueOf(trial, normalized);
    if (value < best - minDelta || (value < best && best === Number.POSITIVE_INFINITY)) {
      best = value;
      since = 0;
    }
  }
  return since;
}

function valueOf(trial: TrialRecord, normalized: (value: number) => number): number {
  if (trial.state === 'failed' || trial.value === undefined || !Number.isFinite(trial.value))
    return Number.POSITIVE_INFINITY;
  return normalized(trial.value);
}
