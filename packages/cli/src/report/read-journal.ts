import type { StudyEvent, StudySettings, TrialId } from '@fettle/core';
import type { ReportedPoints } from './curves.ts';
import type { AttemptKind } from './report-data.ts';

/** One attempt over time; milliseconds since the epoch. `end` is absent while it runs. */
export interface AttemptSpan {
  readonly trial: TrialId;
  readonly attempt: number;
  start: number;
  end: number | undefined;
  kind: AttemptKind;
}

/** What only the journal tells: when attempts ran, where trials were cut, under which settings. */
export interface JournalFacts {
  readonly attempts: readonly AttemptSpan[];
  /** Decisions to pause or to stop, by the resource at which they were made. */
  readonly cuts: ReadonlyMap<number, { paused: number; stopped: number }>;
  /** Failed attempts by class, those that were tried again included. */
  readonly failedAttempts: ReadonlyMap<string, number>;
  /** What the wanted trials reported. */
  readonly reported: ReportedPoints;
  /** When drivers took the study up. */
  readonly sessions: readonly number[];
  /** The settings of the last session. */
  readonly settings: StudySettings | undefined;
}

/**
 * Reads the whole journal once: for a large study that is far quicker than asking the store for each trial.
 * @param metric name of the objective
 * @param curves the trials whose reports are wanted
 */
export function readJournal(journal: Iterable<StudyEvent>, metric: string, curves: ReadonlySet<TrialId>): JournalFacts {
  const reported = new Map<TrialId, { resources: number[]; values: number[] }>();
  const attempts: AttemptSpan[] = [];
  const latest = new Map<TrialId, AttemptSpan>();
  const cuts = new Map<number, { paused: number; stopped: number }>();
  const failedAttempts = new Map<string, number>();
  const sessions: number[] = [];
  let settings: StudySettings | undefined;
  const mark = (trial: TrialId, kind: AttemptKind): void => {
    const span = latest.get(trial);
    // A trial may be stopped while it waits: its last attempt, which ended long before, keeps its own end.
    if (span !== undefined && span.kind !== 'evicted') span.kind = kind;
    latest.delete(trial);
  };

  for (const event of journal) {
    switch (event.type) {
      case 'study:opened':
        sessions.push(event.at);
        settings = event.body.settings;
        break;
      case 'attempt:launching': {
        const { trial, attempt } = event.body;
        const span: AttemptSpan = { trial, attempt, start: event.at, end: undefined, kind: 'running' };
        attempts.push(span);
        latest.set(trial, span);
        break;
      }
      case 'attempt:started': {
        const span = latest.get(event.body.trial);
        if (span?.attempt === event.body.attempt && span.end === undefined) span.start = event.at;
        break;
      }
      case 'attempt:ended': {
        const { trial, attempt, end } = event.body;
        if (end.kind === 'failed') failedAttempts.set(end.failure, (failedAttempts.get(end.failure) ?? 0) + 1);
        const span = latest.get(trial);
        if (span?.attempt !== attempt) break;
        span.end = event.at;
        span.kind = end.kind === 'failed' ? 'failed' : end.kind === 'finished' ? 'completed' : 'evicted';
        break;
      }
      case 'trial:reported': {
        const { trial, decision, resource, metrics } = event.body;
        const value = metrics[metric];
        if (value !== undefined && curves.has(trial)) {
          let points = reported.get(trial);
          if (points === undefined) reported.set(trial, (points = { resources: [], values: [] }));
          points.resources.push(resource);
          points.values.push(value);
        }
        if (decision.kind === 'continue') break;
        const cut = cuts.get(resource) ?? { paused: 0, stopped: 0 };
        cut[decision.kind === 'pause' ? 'paused' : 'stopped'] += 1;
        cuts.set(resource, cut);
        break;
      }
      case 'trial:requeued':
        latest.delete(event.body.trial);
        break;
      case 'trial:paused':
        mark(event.body.trial, 'paused');
        break;
      case 'trial:stopped':
        mark(event.body.trial, 'stopped');
        break;
      case 'trial:completed':
        mark(event.body.trial, 'completed');
        break;
      case 'trial:failed':
        mark(event.body.trial, 'failed');
        break;
      case 'study:created':
      case 'study:closed':
      case 'trial:created':
      case 'trial:resumed':
      case 'attempt:unreachable':
      case 'attempt:stopping':
      case 'checkpoints:deleted':
        break;
    }
  }
  return { attempts, cuts, failedAttempts, reported, sessions, settings };
}
