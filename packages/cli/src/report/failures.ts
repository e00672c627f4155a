import type { TrialRecord } from '@fettle/core';
import { tellingLine } from '../text/one-line.ts';
import type { FailureData } from './report-data.ts';

const MOST_MESSAGES = 5;
const MOST_EXAMPLES = 5;
const LONGEST_MESSAGE = 1_000;
/** Of a longer message, so much of its beginning is kept; the rest is its end, where a traceback says what it was. */
const BEGINNING = 200;

/** Failed trials and attempts by class, the most frequent class first. */
export function groupFailures(
  trials: readonly TrialRecord[],
  failedAttempts: ReadonlyMap<string, number>,
): FailureData[] {
  const groups = new Map<string, TrialRecord[]>();
  for (const failure of failedAttempts.keys()) groups.set(failure, []);
  for (const trial of trials) {
    if (trial.state !== 'failed') continue;
    const failure = trial.failure ?? 'unknown';
    const group = groups.get(failure);
    if (group === undefined) groups.set(failure, [trial]);
    else group.push(trial);
  }
  return [...groups]
    .map(([failure, failed]) => ({
      failure,
      trials: failed.length,
      attempts: Math.max(failed.length, failedAttempts.get(failure) ?? 0),
      messages: groupMessages(failed),
    }))
    .sort((a, b) => b.trials - a.trials || b.attempts - a.attempts);
}

function groupMessages(failed: readonly TrialRecord[]): FailureData['messages'] {
  const byHeadline = new Map<string, { headline: string; text: string; count: number; trials: number[] }>();
  for (const { id, message = '' } of failed) {
    const headline = tellingLine(message);
    const group = byHeadline.get(headline) ?? { headline, text: shortened(message), count: 0, trials: [] };
    group.count += 1;
    if (group.trials.length < MOST_EXAMPLES) group.trials.push(id);
    byHeadline.set(headline, group);
  }
  return [...byHeadline.values()].sort((a, b) => b.count - a.count).slice(0, MOST_MESSAGES);
}

function shortened(message: string): string {
  if (message.length <= LONGEST_MESSAGE) return message;
  return `${message.slice(0, BEGINNING)}\n…\n${message.slice(BEGINNING - LONGEST_MESSAGE)}`;
}
