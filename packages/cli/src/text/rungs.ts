import { type BracketDescription, type Objective, type TrialStanding, userValue } from '@fettle/core';
import { formatNumber } from './number.ts';
import type { Paint } from './style.ts';
import { type Column, table } from './table.ts';

const right = (title: string): Column => ({ title, align: 'right' });

/** The ladders of a searcher as a table: one line for each rung, the lowest first. Values are in the user's sign. */
export function ladderTable(brackets: readonly BracketDescription[], objective: Objective, paint: Paint): string {
  const several = brackets.length > 1;
  return table(
    [
      ...(several ? [{ title: 'bracket' }] : []),
      right('rung'),
      right('results'),
      right('gone on'),
      right('under way'),
      right(`best ${objective.metric}`),
      right('cut'),
    ],
    brackets.flatMap(({ name, rungs }) =>
      rungs.map(({ resource, results, promoted, underway, best, cut }) => [
        ...(several ? [name] : []),
        formatNumber(resource),
        String(results),
        String(promoted),
        String(underway),
        shown(objective, best),
        shown(objective, cut),
      ]),
    ),
    paint,
  );
}

/** What a trial's state at a rung means. */
const STATES = {
  promoted: 'went on',
  waiting: 'waits: may still go on',
  stopped: 'does not go on',
  top: 'top rung',
} as const;

/**
 * How one trial did at the rungs it reached, beside what would let a trial go on there now.
 * @param brackets where the searcher stands, for the cuts
 */
export function standingTable(
  standing: TrialStanding,
  brackets: readonly BracketDescription[],
  objective: Objective,
  paint: Paint,
): string {
  const several = brackets.length > 1;
  return table(
    [
      ...(several ? [{ title: 'bracket' }] : []),
      right('rung'),
      right(objective.metric),
      right('rank'),
      right('go on'),
      right('cut'),
      { title: 'state' },
    ],
    standing.rungs.map(({ bracket, resource, value, rank, of, quota, state }) => [
      ...(several ? [bracket] : []),
      formatNumber(resource),
      Number.isFinite(value) ? shown(objective, value) : 'not finite',
      `${rank} of ${of}`,
      state === 'top' ? '–' : `best ${quota}`,
      state === 'top' ? '–' : shown(objective, cutAt(brackets, bracket, resource)),
      STATES[state],
    ]),
    paint,
  );
}

/** The value that is just good enough to go on from a rung now, normalised. */
export function cutAt(brackets: readonly BracketDescription[], bracket: string, resource: number): number | undefined {
  const rungs = brackets.find(({ name }) => name === bracket)?.rungs ?? [];
  return rungs.find((rung) => rung.resource === resource)?.cut;
}

function shown(objective: Objective, normalized: number | undefined): string {
  return formatNumber(normalized === undefined ? undefined : userValue(objective, normalized));
}
