import type { Objective, TrialRecord, TrialState } from '@fettle/core';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { withStudy } from '../study/open-reader.ts';
import { formatDuration } from '../text/duration.ts';
import { totalTrials } from '../text/counts.ts';
import { toJson } from '../text/json.ts';
import { formatNumber, formatParameter } from '../text/number.ts';
import { tellingLine } from '../text/one-line.ts';
import { table } from '../text/table.ts';

interface Options {
  readonly limit: number;
  readonly offset: number;
  readonly state?: readonly TrialState[];
  readonly sort: 'id' | 'value';
  readonly reverse?: boolean;
  readonly json?: boolean;
}

/** `fettle trials`: with `--json`, a list of trial records. */
export async function execute([study]: readonly [string | undefined], options: Options, io: Io): Promise<ExitCode> {
  return await withStudy(study, io, ({ reader, summary }) => {
    const { limit, offset, state: states, sort: order, reverse: descending } = options;
    const trials = reader.trials({ limit, offset, states, order, descending });
    if (options.json === true) {
      io.out(toJson(trials, 2));
      return EXIT.ok;
    }
    if (trials.length === 0) {
      io.out('No such trials.');
      return EXIT.ok;
    }
    const isAboutFailures = states?.every((state) => state === 'failed') === true;
    io.out(trialTable(trials, summary.definition.objective, isAboutFailures, io));
    const { counts } = summary;
    const total = states?.reduce((sum, state) => sum + counts[state], 0) ?? totalTrials(counts);
    const rest = total - offset - trials.length;
    if (order === 'id' && rest > 0) io.err(io.paintError('dim', `${rest} more; --limit and --offset show them.`));
    return EXIT.ok;
  });
}

/**
 * Trials as a table: one column for each parameter that any of them has.
 * @param isAboutFailures whether it is to say why they failed
 */
export function trialTable(
  trials: readonly TrialRecord[],
  { metric, goal }: Objective,
  isAboutFailures: boolean,
  io: Io,
): string {
  const names = [...new Set(trials.flatMap((trial) => Object.keys(trial.configuration)))];
  return table(
    [
      { title: 'trial', align: 'right' },
      { title: 'state' },
      { title: `${metric} ${goal === 'maximize' ? '↑' : '↓'}`, align: 'right' },
      { title: 'resource', align: 'right' },
      { title: 'time', align: 'right' },
      ...(isAboutFailures ? [{ title: 'why', most: 100 }] : []),
      ...names.map((title) => ({ title, most: 24 })),
    ],
    trials.map((trial) => [
      String(trial.id),
      trial.failure === undefined ? trial.state : `${trial.state}: ${trial.failure}`,
      formatNumber(trial.value),
      formatNumber(trial.resource),
      trial.runtime === 0 ? '–' : formatDuration(trial.runtime),
      ...(isAboutFailures ? [tellingLine(trial.message ?? '')] : []),
      ...names.map((name) => formatParameter(trial.configuration[name])),
    ]),
    io.paint,
    io.columns,
  );
}
