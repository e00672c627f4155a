import type { StudySummary } from '@fettle/core';

type Counts = StudySummary['counts'];

/** The trials of all states together. */
export function totalTrials(counts: Counts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** How many trials are in which state, without the states that none is in: `2 running, 12 completed`; empty if there are none. */
export function countsText(counts: Counts): string {
  return Object.entries(counts)
    .flatMap(([state, count]) => (count > 0 ? [`${count} ${state}`] : []))
    .join(', ');
}
