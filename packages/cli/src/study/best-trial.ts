import type { StudySummary, TrialReader, TrialRecord } from '@fettle/core';

/** The best trial of a study as its driver sees it. A study of an older version does not say: then the best value counts. */
export function bestTrial(reader: TrialReader, summary: StudySummary): TrialRecord | undefined {
  if (summary.best !== undefined) return reader.trial(summary.best);
  return reader.trials({ order: 'value', states: ['completed', 'stopped', 'paused'], limit: 1 })[0];
}

/**
 * The best trials: first the study's best, then the others by their values.
 * @param limit how many
 */
export function bestTrials(reader: TrialReader, summary: StudySummary, limit: number): TrialRecord[] {
  const best = bestTrial(reader, summary);
  const states = ['completed', 'stopped', 'paused', 'queued', 'running'] as const;
  const others = reader.trials({ order: 'value', states, limit: limit + 1 }).filter(({ id }) => id !== best?.id);
  return [...(best === undefined ? [] : [best]), ...others].slice(0, limit);
}

/** The best of the trials that ran to their end, where the best trial of all is none of them and there is one. */
export function bestCompleted(reader: TrialReader, best: TrialRecord): TrialRecord | undefined {
  if (best.state === 'completed') return undefined;
  return reader.trials({ order: 'value', states: ['completed'], limit: 1 })[0];
}
