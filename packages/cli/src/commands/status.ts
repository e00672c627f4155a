import type { StudySummary, TrialRecord } from '@fettle/core';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { bestTrial } from '../study/best-trial.ts';
import { type Driver, driverOf } from '../study/driver.ts';
import { withStudy } from '../study/open-reader.ts';
import { askBackend } from '../study/recorded-backend.ts';
import { budgetRows } from '../study/recorded-budget.ts';
import { formatDuration } from '../study-file/duration.ts';
import { toJson } from '../text/json.ts';
import { formatNumber, formatParameter } from '../text/number.ts';
import { pairs } from '../text/table.ts';

/**
 * `fettle status`: with `--json`, `{ summary, driver, budget, running, best, backend }`. `backend` is what that knows of the
 * study beyond the journal, a line each. `driver.fate` is `alive`, `dead` (it was
 * killed; run the study again to go on) or `unknown` (on another machine); no driver means that the study is closed.
 */
export async function execute(
  [study]: readonly [string | undefined],
  options: { readonly json?: boolean },
  io: Io,
): Promise<ExitCode> {
  return await withStudy(study, io, async (open) => {
    const { reader, summary } = open;
    const driver = driverOf(reader);
    const running = reader.trials({ states: ['running'] });
    const best = bestTrial(reader, summary);
    const budget = budgetRows(reader, summary);
    const recalled = await askBackend(open, []);
    const backend = 'answer' in recalled ? (recalled.answer?.study ?? []) : [recalled.problem];
    if (options.json === true) io.out(toJson({ summary, driver, budget, running, best, backend }, 2));
    else io.out(text(summary, driver, budget, running, best, backend, io));
    return EXIT.ok;
  });
}

function text(
  summary: StudySummary,
  driver: Driver | undefined,
  budget: ReturnType<typeof budgetRows>,
  running: readonly TrialRecord[],
  best: TrialRecord | undefined,
  backend: readonly string[],
  io: Io,
): string {
  const { paint } = io;
  const { definition, counts, reports, resource, wallClock, sessions, updatedAt } = summary;
  const { metric, goal } = definition.objective;
  const rows: [string, string][] = [
    ['state', state(summary, driver)],
    ['searcher', definition.searcher.type],
    [
      'trials',
      Object.entries(counts)
        .filter(([, count]) => count > 0)
        .map(([name, count]) => `${count} ${name}`)
        .join(', ') || 'none yet',
    ],
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
    const values = Object.entries(best.configuration).map(([name, value]) => `${name}=${formatParameter(value)}`);
    rows.push([
      'best',
      `${metric} ${formatNumber(best.value)} ${goal === 'maximize' ? '↑' : '↓'} at ${formatNumber(best.resource)} in trial ${best.id}: ${values.join(' ')}`,
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
