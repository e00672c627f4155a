import type { Budget } from '../domain/study-spec.ts';

/** The totals that budgets are measured against; over all sessions. */
export interface Totals {
  /** Trials created. */
  readonly trials: number;
  /** Milliseconds with a driver at work. */
  readonly wallClock: number;
  /** Resource spent. */
  readonly resource: number;
  /** Trials that failed. */
  readonly failures: number;
  /** The best value seen in any report, normalised (less is better); `+Infinity` before the first. */
  readonly bestReported: number;
  /** Trials that ended since the best value last improved, and by how much it must improve to count. */
  endedSinceImprovement(minDelta: number): number;
}

/** How far one limit is used up. */
export interface BudgetUse {
  /** Which limit, as written in the study: `trials`, `wallClock`, … */
  readonly rule: string;
  readonly used: number;
  readonly limit: number;
  /** From 0 to 1. For a target, 0 or 1. */
  readonly fraction: number;
}

/**
 * What a budget says of the totals.
 *
 * `drain`: nothing new is started, what runs may finish. `halt`: what runs is asked to stop, and will go on if the budget
 * is raised.
 */
export type Verdict = { readonly kind: 'go' } | { readonly kind: 'drain' | 'halt'; readonly reason: string };

const GO: Verdict = { kind: 'go' };

/**
 * Every limit of a budget with its use, nested ones included.
 * @param normalizeTarget turns a target in the user's sign into a normalised value
 */
export function budgetUse(budget: Budget, totals: Totals, normalizeTarget: (target: number) => number): BudgetUse[] {
  const uses: BudgetUse[] = [];
  const add = (rule: string, used: number, limit: number): void => {
    uses.push({ rule, used, limit, fraction: limit <= 0 ? 1 : Math.min(1, used / limit) });
  };
  if (budget.trials !== undefined) add('trials', totals.trials, budget.trials);
  if (budget.wallClock !== undefined) add('wallClock', totals.wallClock, budget.wallClock);
  if (budget.resource !== undefined) add('resource', totals.resource, budget.resource);
  if (budget.failures !== undefined) add('failures', totals.failures, budget.failures);
  if (budget.noImprovement !== undefined) {
    add('noImprovement', totals.endedSinceImprovement(budget.noImprovement.minDelta ?? 0), budget.noImprovement.trials);
  }
  if (budget.target !== undefined) {
    const reached = totals.bestReported <= normalizeTarget(budget.target);
    uses.push({ rule: 'target', used: reached ? 1 : 0, limit: budget.target, fraction: reached ? 1 : 0 });
  }
  for (const part of [...(budget.any ?? []), ...(budget.all ?? [])])
    uses.push(...budgetUse(part, totals, normalizeTarget));
  return uses;
}

/** Whether the study may go on under its budget; a reason to halt goes before one to drain. */
export function judgeBudget(budget: Budget, totals: Totals, normalizeTarget: (target: number) => number): Verdict {
  if (budget.wallClock !== undefined && totals.wallClock >= budget.wallClock) {
    return halt(`the wall-clock budget of ${budget.wallClock / 1000} s is used up`);
  }
  if (budget.resource !== undefined && totals.resource >= budget.resource) {
    return halt(`the resource budget of ${budget.resource} is used up`);
  }
  if (budget.target !== undefined && totals.bestReported <= normalizeTarget(budget.target)) {
    return halt(`the target ${budget.target} was reached`);
  }
  if (budget.noImprovement !== undefined) {
    const ended = totals.endedSinceImprovement(budget.noImprovement.minDelta ?? 0);
    if (ended >= budget.noImprovement.trials) return halt(`the best value did not improve in ${ended} trials`);
  }
  if (budget.failures !== undefined && totals.failures >= budget.failures) {
    return halt(`${totals.failures} trials failed, the budget allows ${budget.failures - 1}`);
  }
  let verdict: Verdict = GO;
  if (budget.trials !== undefined && totals.trials >= budget.trials) {
    verdict = { kind: 'drain', reason: `all ${budget.trials} trials of the budget were started` };
  }
  for (const part of budget.any ?? []) {
    const found = judgeBudget(part, totals, normalizeTarget);
    if (found.kind === 'halt') return found;
    if (found.kind === 'drain') verdict = found;
  }
  if (budget.all !== undefined && budget.all.length > 0) {
    const found = judgeAll(budget.all, totals, normalizeTarget);
    if (found.kind === 'halt') return found;
    if (found.kind === 'drain') verdict = found;
  }
  return verdict;
}

function judgeAll(budgets: readonly Budget[], totals: Totals, normalizeTarget: (target: number) => number): Verdict {
  const reasons: string[] = [];
  let kind: 'drain' | 'halt' = 'drain';
  for (const budget of budgets) {
    const found = judgeBudget(budget, totals, normalizeTarget);
    if (found.kind === 'go') return GO;
    if (found.kind === 'halt') kind = 'halt';
    reasons.push(found.reason);
  }
  return { kind, reason: reasons.join(', and ') };
}

function halt(reason: string): Verdict {
  return { kind: 'halt', reason };
}
