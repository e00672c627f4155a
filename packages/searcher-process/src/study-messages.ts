import type { Decision, ObservedReport, SearcherContext, TrialId, TrialOutcome, TrialView } from '@fettle/core';
import type { HelloMessage, HistoryMessage } from './driver-messages.ts';

/** Streams have 53 bits for a number; so have the seeds made of them. */
const SEEDS = 2 ** 53;

/** What a program is told of the study at its start. */
export function helloOf(
  context: SearcherContext,
  options: HelloMessage['options'],
): Omit<HelloMessage, 'type' | 'protocol' | 'fettle'> {
  const { space, objective, resumable } = context;
  const parameters = space.parameters.map(({ name, spec, conditions }) => {
    if (conditions.length === 0) return [name, spec] as const;
    const when = Object.fromEntries(conditions.map(({ parent, values }) => [parent, [...values]]));
    return [name, { ...spec, when }] as const;
  });
  const forbidden = space.forbidden.map((clause) =>
    Object.fromEntries(clause.map(({ parent, values }) => [parent, [...values]])),
  );
  const { metric, goal } = objective;
  return {
    space: { parameters: Object.fromEntries(parameters), forbidden },
    objective: { metric, goal },
    resumable,
    seed: context.random('process').integer(SEEDS),
    options,
  };
}

/** The seed of an answer. */
export function seedOf(offer: { random: SearcherContext['random'] }): number {
  return offer.random('process').integer(SEEDS);
}

/** That a trial was created. */
export function startedOf(trial: TrialView): HistoryMessage {
  const { id, configuration, origin, until, forkedFrom, repeatOf } = trial;
  const resource = trial.resource > 0 ? trial.resource : undefined;
  return { type: 'started', trial: id, configuration, origin, until, forkedFrom, resource, repeatOf };
}

/** That a paused trial goes on. */
export function resumedOf({ id, until }: TrialView): HistoryMessage {
  return { type: 'resumed', trial: id, until };
}

/** What a trial reported, to be decided on. */
export function reportOf(
  trial: TrialId,
  { resource, value, metrics }: ObservedReport,
): Extract<HistoryMessage, { readonly type: 'report' }> {
  const written = Object.fromEntries(Object.entries(metrics).map(([name, metric]) => [name, writable(metric)]));
  return { type: 'report', trial, resource, value: writable(value), metrics: written };
}

/** What a trial reported, and what was decided. */
export function decidedReportOf(trial: TrialId, report: ObservedReport, decision: Decision['kind']): HistoryMessage {
  return { ...reportOf(trial, report), decision };
}

/** That a trial left the running state. */
export function endedOf(trial: TrialId, outcome: TrialOutcome): HistoryMessage {
  const value = outcome.state === 'completed' ? { value: writable(outcome.value) } : {};
  return { type: 'ended', trial, ...outcome, ...value };
}

/** A number as the protocol writes it: JSON has no word for some. */
function writable(number: number): number | 'NaN' | 'Infinity' | '-Infinity' {
  if (Number.isFinite(number)) return number;
  return Number.isNaN(number) ? 'NaN' : number > 0 ? 'Infinity' : '-Infinity';
}
