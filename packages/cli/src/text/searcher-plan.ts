import type { Objective, SearcherPlan } from '@fettle/core';
import { formatBytes, formatNumber } from './number.ts';
import type { Paint } from './style.ts';
import { pairs, table } from './table.ts';

/**
 * What the searcher of a study expects to do: its ladders as a table, and what they add up to.
 * @param checkpointBytes space for all checkpoints, if the size of one is known
 */
export function expectation(
  expected: SearcherPlan,
  checkpointBytes: number | undefined,
  objective: Objective,
  paint: Paint,
): string[] {
  const { brackets, trials, resource, checkpoints, notes } = expected;
  const several = brackets.length > 1;
  const columns = [
    ...(several ? [{ title: 'bracket' }, { title: 'share', align: 'right' as const }] : []),
    { title: 'rung', align: 'right' as const },
    { title: 'trials', align: 'right' as const },
  ];
  const rows = brackets.flatMap(({ name, share, rungs }) =>
    rungs.map((rung, index) => [
      ...(several
        ? [index === 0 ? name : '', index === 0 ? `${formatNumber(Number((100 * share).toPrecision(3)))} %` : '']
        : []),
      formatNumber(rung.resource),
      formatNumber(rung.trials),
    ]),
  );
  const unit = objective.resource ?? 'resource';
  const space = checkpointBytes === undefined ? '' : `, ${formatBytes(checkpointBytes)} in all`;
  const sums: [string, string][] = [
    ['new trials', formatNumber(trials)],
    [unit === 'resource' ? unit : `resource (${unit})`, `${formatNumber(resource)}${wholeTrainings(expected)}`],
    ['checkpoints', checkpoints === 0 ? 'none is needed' : `at most ${checkpoints} at a time${space}`],
  ];
  return [
    paint('bold', 'expected'),
    ...(rows.length === 0 ? [] : [table(columns, rows, paint), '']),
    pairs(sums, paint),
    ...notes.map((note) => paint('dim', note)),
    '',
  ];
}

/** What the resource amounts to, in trainings to the top. */
function wholeTrainings({ brackets, resource }: SearcherPlan): string {
  const top = Math.max(...brackets.flatMap(({ rungs }) => rungs.map((rung) => rung.resource)));
  if (!(top > 0 && Number.isFinite(top))) return '';
  return `, as much as ${formatNumber(Number((resource / top).toPrecision(3)))} trainings to ${formatNumber(top)}`;
}
