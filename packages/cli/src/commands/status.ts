import type { StudySummary, TrialRecord } from '@fettle/core';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { bestTrial } from '../study/best-trial.ts';
import { type Driver, driverOf } from '../study/driver.ts';
import { withStudy } from '../study/open-reader.ts';
import { askBackend } from '../study/recorded-backend.ts';
import { type BudgetRow, budgetRows } from '../study/recorded-budget.ts';
import { recordedSettings } from '../study/recorded-settings.ts';
import { formatDuration } from '../text/duration.ts';
import { assignments } from '../text/assignments.ts';
import { countsText } from '../text/counts.ts';
import { toJson } from '../text/json.ts';
import { formatNumber } from '../text/number.ts';
import { pairs } from '../text/table.ts';

/** How a study stands. */
interface Status {
  readonly summary: StudySummary;
  readonly driver: Driver | undefined;
  readonly budget: readonly BudgetRow[];
  readonly running: readonly TrialRecord[];
  readonly best: TrialRecord | undefined;
  /** What the backend knows beyond the journal, a line each. */
  readonly backend: readonly string[];
}

/**
 * `fettle status`: with `--json`, `{ summary, driver, budget, running, best, backend }`. `backend` is what that knows of the
 * study beyond the journal, a line each. `driver.fate` is `alive`, `dead` (it was killed; run the study again to go on) or
 * `unknown` (on another machine); no driver means that the study is closed.
 */
export async function execute(
  [study]: readonly [string | undefined],
  options: { readonly json?: boolean },
  io: Io,
): Promise<ExitCode> {
  return await withStudy(study, io, async (open) => {
    const { reader, summary } = open;
    const recalled = await askBackend(open, []);
    const status: Status = {
      summary,
      driver: driverOf(reader),
      budget: budgetRows(recordedSettings(reader)?.budget ?? {}, summary),
      running: reader.trials({ states: ['running'] }),
      best: bestTrial(reader, summary),
      backend: 'answer' in recalled ? (recalled.answer?.study ?? []) : [recalled.problem],
    };
    io.out(options.json === true ? toJson(status, 2) : text(status, io));
    return EXIT.ok;
  });
}

function text({ summary, driver, budget, running, best, backend }: Status, { paint }: Io): string {
  const { definition, counts, reports, resource, wallClock, sessions, updatedAt } = summary;
  const { metric, goal } = definition.objective;
  const rows: [string, string][] = [
    ['state', state(summary, driver)],
    ['searcher', definition.searcher.type],
    ['trials', countsText(counts) || 'none yet'],
    ['reports', `${reports}${resource > 0 ? `, ${formatNumber(resource)} resource` : ''}`],
    [
      'at work',
      `${formatDuration(wallClock)} in ${sessions} ${sessions === 1 ? 'session' : 'sessions'}, last news ${formatDuration(Date.now() - updatedAt)} ago`,
    ],
    ...budget.map(({ rule, used, limit }): [string, string] => [
      'budget',
      `${rule}: ${used === undefined ? '' : `${used} of `}${limit}`,
    ]),
  ];
  if (best === undefined) rows.push(['best', `no finite ${metric} yet`]);
  else {
    rows.push([
      'best',
      `${metric} ${formatNumber(best.value)} ${goal === 'maximize' ? '↑' : '↓'} at ${formatNumber(best.resource)} in trial ${best.id}: ${assignments(best.configuration).join(' ')}`,
    ]);
  }
  for (const line of backend) rows.push(['backend', line]);
  for (const trial of running) {
    const level =
      trial.until === undefined
        ? formatNumber(trial.resource)
        : `${formatNumber(trial.resource)}/${formatNumber(trial.until)}`;
    rows.push(['running', `trial ${trial.id} at ${level}, ${metric} ${formatNumber(trial.metrics?.[metric])}`]);
  }
  return `${paint('bold', definition.name)}\n${pairs(rows, paint)}`;
}

function state({ status, reason }: StudySummary, driver: Driver | undefined): string {
  if (driver === undefined) return reason === undefined ? status : `${status}: ${reason}`;
  const who = `process ${driver.pid} on ${driver.host}`;
  if (driver.fate === 'alive') return `running, ${who}`;
  if (driver.fate === 'dead') return `its driver (${who}) died; \`fettle run\` goes on from the last event`;
  return `running on another machine, as far as can be seen: ${who}, last heard of ${formatDuration(Date.now() - driver.heartbeat)} ago`;
}
