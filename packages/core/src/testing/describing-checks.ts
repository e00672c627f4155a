import type { TrialId } from '../domain/trial.ts';
import type { Plugin } from '../plugin/define.ts';
import type { Searcher } from '../ports/searcher.ts';
import type { BracketDescription, SearcherPlan, TrialStanding } from '../ports/searcher-description.ts';

const HORIZONS = [{ workers: 4 }, { trials: 30, workers: 1 }, { resource: 500, workers: 4 }];

/**
 * The same searcher, asked for its description, its plan and every trial's standing around each question, with every answer
 * checked. What it decides must stay the same.
 */
export function questioned(plugin: Plugin<'searcher'>): Plugin<'searcher'> {
  return {
    ...plugin,
    create(context): Searcher {
      const made = plugin.create(context);
      const trials = new Set<TrialId>();
      for (const horizon of HORIZONS) checkPlan(made.plan?.(horizon));
      const question = async (): Promise<void> => {
        const description = await made.describe?.();
        for (const bracket of description?.brackets ?? []) checkBracket(bracket);
        for (const trial of trials) checkStanding(made.standing?.(trial));
        if (made.standing?.(1_000_000) !== undefined) fail('standing() knows a trial that was never started');
      };
      return {
        async ask(offer) {
          await question();
          const suggestion = await made.ask(offer);
          await question();
          return suggestion;
        },
        started(trial) {
          trials.add(trial.id);
          made.started?.(trial);
        },
        resumed: (trial) => made.resumed?.(trial),
        async report(trial, report, recorded) {
          const decision = await made.report(trial, report, recorded);
          await question();
          return decision;
        },
        ended: (trial, outcome) => made.ended?.(trial, outcome),
        close: () => made.close?.(),
      };
    },
  };
}

function checkPlan(plan: SearcherPlan | undefined): void {
  if (plan === undefined) return;
  for (const what of ['trials', 'resource', 'checkpoints'] as const) {
    if (!(plan[what] >= 0 && Number.isFinite(plan[what]))) fail(`plan() expects ${plan[what]} ${what}`);
  }
  const shares = plan.brackets.reduce((sum, { share }) => sum + share, 0);
  if (plan.brackets.length > 0 && Math.abs(shares - 1) > 1e-9)
    fail(`the shares of plan()'s brackets add up to ${shares}`);
  for (const { name, rungs } of plan.brackets) checkLevels(`plan() of bracket '${name}'`, rungs);
}

function checkBracket({ name, rungs }: BracketDescription): void {
  checkLevels(`describe() of bracket '${name}'`, rungs);
  for (const { resource, results, promoted, underway, best, cut } of rungs) {
    const at = `describe() of rung ${resource} in bracket '${name}'`;
    if (promoted > results) fail(`${at}: ${promoted} promoted of ${results} results`);
    if (Math.min(results, promoted, underway) < 0) fail(`${at} has a negative count`);
    if (best !== undefined && cut !== undefined && best > cut)
      fail(`${at}: its best, ${best}, is worse than the cut, ${cut}`);
  }
}

function checkLevels(what: string, rungs: readonly { readonly resource: number }[]): void {
  for (const [index, { resource }] of rungs.entries()) {
    const before = rungs[index - 1]?.resource ?? 0;
    if (!(resource > before)) fail(`${what}: the rung at ${resource} follows the one at ${before}`);
  }
}

function checkStanding(standing: TrialStanding | undefined): void {
  for (const { bracket, resource, rank, of, quota } of standing?.rungs ?? []) {
    const at = `standing() at rung ${resource} of bracket '${bracket}'`;
    if (!(Number.isInteger(rank) && rank >= 1 && rank <= of)) fail(`${at}: rank ${rank} of ${of}`);
    if (!(quota >= 0 && quota <= of)) fail(`${at}: ${quota} of ${of} may go on`);
  }
}

function fail(message: string): never {
  throw new Error(message);
}
