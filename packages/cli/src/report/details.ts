import type { StudyEvent, TrialId, TrialReader, TrialRecord } from '@fettle/core';
import { eventText } from '../text/event-text.ts';
import { jsonNumber } from './columns.ts';
import type { TrialDetails } from './report-data.ts';
import { thin } from './sampling.ts';

/** Bytes for the details of all trials together. */
const MOST_BYTES = 800_000;
const MOST_REPORTS = 32;
const MOST_METRICS = 12;
const MOST_LINES = 60;
const LONGEST_TEXT = 600;

/**
 * The details of as many trials as there is room for, in the given order of preference.
 * @param preferred trial ids, each once
 */
export function buildDetails(
  reader: TrialReader,
  preferred: Iterable<TrialRecord>,
  metric: string,
  origin: number,
): TrialDetails[] {
  const details: TrialDetails[] = [];
  let bytes = 0;
  for (const trial of preferred) {
    const one = describeTrial(reader, trial, metric, origin);
    bytes += Buffer.byteLength(JSON.stringify(one));
    if (bytes > MOST_BYTES && details.length > 0) break;
    details.push(one);
  }
  return details;
}

/** The order in which trials deserve details: the best, the first, those not over, the last failures, then all others. */
export function* preferredForDetails(
  trials: readonly TrialRecord[],
  best: readonly TrialId[],
): Generator<TrialRecord, void, undefined> {
  const given = new Set<TrialId>();
  const byId = new Map(trials.map((trial) => [trial.id, trial]));
  const groups = [
    best.flatMap((id) => byId.get(id) ?? []),
    trials.slice(0, 20),
    trials.filter((trial) => trial.endedAt === undefined).slice(-50),
    trials.filter((trial) => trial.state === 'failed').slice(-100),
    trials,
  ];
  for (const trial of groups.flat()) {
    if (given.has(trial.id)) continue;
    given.add(trial.id);
    yield trial;
  }
}

function describeTrial(reader: TrialReader, trial: TrialRecord, metric: string, origin: number): TrialDetails {
  const points = reader.reports(trial.id).flatMap((report) => {
    const y = report.metrics[metric];
    return y === undefined ? [] : [{ x: report.resource, y }];
  });
  return {
    id: trial.id,
    configuration: exactConfiguration(trial),
    facts: facts(trial),
    reports: thin(points, MOST_REPORTS).map(({ x, y }) => [x, jsonNumber(y)] as const),
    metrics: Object.entries(trial.metrics ?? {})
      .slice(0, MOST_METRICS)
      .map(([name, value]) => [cut(name), jsonNumber(value)] as const),
    history: history(reader, trial.id, origin),
  };
}

/** The configuration with all digits, as pairs: a name such as `__proto__` is no danger in a list. */
export function exactConfiguration(trial: TrialRecord): (readonly [string, string])[] {
  return Object.entries(trial.configuration).map(([name, value]) => [name, cut(String(value))] as const);
}

function facts(trial: TrialRecord): (readonly [string, string])[] {
  const found: (readonly [string, string])[] = [['Reason', cut(trial.reason)]];
  if (trial.until !== undefined) found.push(['Runs to', String(trial.until)]);
  if (trial.forkedFrom !== undefined) found.push(['Began from the checkpoint of', `trial ${trial.forkedFrom}`]);
  if (trial.repeatOf !== undefined) found.push(['Repeats', `trial ${trial.repeatOf}`]);
  if (trial.retries > 0) found.push(['Retries', String(trial.retries)]);
  if (trial.failure !== undefined) found.push(['Failure', trial.failure]);
  if (trial.message !== undefined && trial.message !== '') found.push(['Message', cut(trial.message)]);
  return found;
}

function history(reader: TrialReader, id: TrialId, origin: number): TrialDetails['history'] {
  const lines = reader
    .history(id)
    .filter(worthTelling)
    .map((event) => {
      // The configuration has a place of its own in the details.
      const { what, why } = eventText(event, { values: false });
      return {
        at: Math.round(event.at - origin),
        text: cut(what),
        ...(why === undefined || why === '' ? {} : { reason: cut(why) }),
      };
    });
  if (lines.length <= MOST_LINES) return lines;
  const left = lines.length - MOST_LINES;
  const gap = { at: lines[20]?.at ?? 0, text: `… ${left} lines left out …` };
  return [...lines.slice(0, 20), gap, ...lines.slice(20 + left)];
}

/** Whether an event is part of a trial's story: a report that changed nothing is in the chart already. */
function worthTelling(event: StudyEvent): boolean {
  if (event.type === 'trial:reported')
    return event.body.decision.kind !== 'continue' || event.body.decision.reason !== undefined;
  return event.type !== 'attempt:started' && event.type !== 'checkpoints:deleted';
}

function cut(text: string): string {
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text;
}
