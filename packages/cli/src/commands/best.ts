import type { TrialRecord } from '@fettle/core';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { bestCompleted, bestTrials } from '../study/best-trial.ts';
import { withStudy } from '../study/open-reader.ts';
import { toJson } from '../text/json.ts';
import { formatNumber } from '../text/number.ts';
import { pairs } from '../text/table.ts';
import { trialTable } from './trials.ts';

/**
 * `fettle best`: the study's best trial and the resource it was seen at. With `--json`, a list of trial records, the best first.
 */
export async function execute(
  [study]: readonly [string | undefined],
  options: { readonly limit: number; readonly json?: boolean },
  io: Io,
): Promise<ExitCode> {
  return await withStudy(study, io, ({ reader, summary }) => {
    const best = bestTrials(reader, summary, options.limit);
    const { objective } = summary.definition;
    if (options.json === true) io.out(toJson(best, 2));
    else if (best.length === 0) io.out(`No trial has reported a finite ${objective.metric} yet.`);
    else if (best.length === 1 && best[0] !== undefined) {
      io.out(one(best[0], objective.metric, io));
      const whole = bestCompleted(reader, best[0]);
      if (whole !== undefined) io.out(`\nbest of those that ran to the end: ${one(whole, objective.metric, io)}`);
    } else io.out(trialTable(best, objective, false, io));
    return best.length === 0 ? EXIT.noResult : EXIT.ok;
  });
}

function one(trial: TrialRecord, metric: string, io: Io): string {
  const level = trial.resource > 0 ? ` at ${formatNumber(trial.resource)}` : '';
  const head = `${metric} ${io.paint('bold', formatNumber(trial.value))}  ${io.paint('dim', `trial ${trial.id}, ${trial.state}${level}`)}`;
  const values = Object.entries(trial.configuration).map(([name, value]) => [name, String(value)] as const);
  return `${head}\n${pairs(values, io.paint, '  ')}`;
}
