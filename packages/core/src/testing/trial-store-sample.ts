import { STUDY_EVENT_TYPES, type StudyEvent, type StudyEvents, type StudyEventType } from '../domain/event.ts';
import type { Goal } from '../domain/objective.ts';
import type { Metrics } from '../domain/report.ts';
import type { StudyDefinition } from '../domain/study-spec.ts';
import type { TrialRecord, TrialState } from '../domain/trial.ts';
import type { StudySummary } from '../ports/trial-store.ts';

/** Some time, in milliseconds since the epoch. */
export const SOME_TIME = 1_750_000_000_000;

/** A study's definition with a bit of everything. */
export function sampleDefinition(goal: Goal = 'minimize'): StudyDefinition {
  return {
    name: 'sample',
    space: {
      learningRate: { type: 'float', min: 1e-4, max: 1, scale: 'log' },
      layers: { type: 'int', min: 1, max: 4 },
    },
    objective: { metric: 'loss', goal, resource: 'epoch', value: 'best' },
    searcher: {
      type: 'asha',
      version: '1.0.0',
      options: { sampler: { type: 'random', version: '1.0.0', options: {} } },
    },
    seed: 7,
    first: [{ learningRate: 0.1, layers: 2 }],
    duplicates: 'redraw',
    resumable: true,
  };
}

/** A study's summary. */
export function sampleSummary(changes: Partial<StudySummary> = {}): StudySummary {
  return {
    definition: sampleDefinition(),
    status: 'open',
    sessions: 1,
    counts: { queued: 1, running: 2, paused: 3, completed: 4, stopped: 5, failed: 6 },
    reports: 7,
    resource: 8.5,
    wallClock: 9_000,
    createdAt: SOME_TIME,
    updatedAt: SOME_TIME + 1,
    ...changes,
  };
}

/** A trial in a state; with a value when one is given. */
export function sampleTrial(id: number, state: TrialState, changes: Partial<TrialRecord> = {}): TrialRecord {
  return {
    id,
    state,
    configuration: { learningRate: id / 100, layers: 2, activation: 'relu', dropout: false },
    origin: 'searcher',
    reason: 'a random draw',
    attempts: 1,
    retries: 0,
    resource: 0,
    reports: 0,
    createdAt: SOME_TIME + id,
    runtime: 0,
    ...changes,
  };
}

/** A report of a trial's first attempt. */
export function sampleReport(seq: number, trial: number, resource: number, metrics: Metrics): StudyEvent {
  const body = { trial, attempt: 1, resource, metrics, decision: { kind: 'continue' } } as const;
  return { seq, at: SOME_TIME + seq, type: 'trial:reported', body };
}

const bodies: { readonly [T in StudyEventType]: readonly StudyEvents[T][] } = {
  'study:created': [{ definition: sampleDefinition(), version: '1.2.3' }],
  'study:opened': [
    {
      session: 1,
      settings: {
        budget: { trials: 10, any: [{ wallClock: 1_000 }, { target: 0.5 }], noImprovement: { trials: 3 } },
        retry: {
          limits: {
            oom: 0,
            timeout: 0,
            preempted: 9,
            node: 2,
            launch: 1,
            'invalid-configuration': 0,
            'no-metric': 0,
            code: 1,
            unknown: 1,
          },
          backOff: 1_000,
          maxBackOff: 60_000,
        },
        timeLimit: 3_600_000,
        grace: 5_000,
        backend: { type: 'local', version: '1.0.0', options: { workers: 2 } },
      },
      driver: 'process 12 on node-a',
    },
  ],
  'study:closed': [{ status: 'interrupted', reason: 'asked to stop' }],
  'trial:created': [
    {
      trial: 1,
      configuration: { learningRate: 0.1, activation: 'tanh', dropout: true },
      origin: 'searcher',
      until: 3,
      forkedFrom: 4,
      repeatOf: 5,
      draw: 2,
      reason: 'a promotion',
    },
    { trial: 2, configuration: {}, origin: 'first', draw: 0, reason: 'asked for' },
  ],
  'trial:resumed': [{ trial: 1, until: 9, reason: 'among the best third' }],
  'attempt:launching': [{ trial: 1, attempt: 1, resumeFrom: 3, deadline: SOME_TIME + 5 }],
  'attempt:started': [{ trial: 1, attempt: 1, handle: { job: '17_3', nodes: ['a', 'b'], nested: { none: null } } }],
  'attempt:unreachable': [{ trial: 1, attempt: 1, message: 'connection refused' }],
  'attempt:stopping': [{ trial: 1, attempt: 1, cause: 'pause', reason: 'rung 2' }],
  'trial:reported': [
    { trial: 1, attempt: 1, resource: 1, metrics: { loss: 0.5 }, decision: { kind: 'continue' } },
    { trial: 1, attempt: 1, resource: 2, metrics: {}, decision: { kind: 'continue', reason: 'between rungs' } },
    {
      trial: 1,
      attempt: 2,
      resource: 3.5,
      metrics: { loss: 0.25, 'top-1 accuracy': 1e-300 },
      position: { source: 0, offset: 123, state: { line: 3 } },
      decision: { kind: 'continue' },
    },
    {
      trial: 1,
      attempt: 2,
      resource: 4,
      metrics: { loss: 0.125 },
      position: { source: 1, offset: 0 },
      decision: { kind: 'pause', reason: 'end of rung 1' },
    },
    {
      trial: 1,
      attempt: 3,
      resource: 5,
      metrics: { loss: 2 },
      decision: { kind: 'stop', reason: 'worse than the median' },
    },
  ],
  'attempt:ended': [
    { trial: 1, attempt: 1, end: { kind: 'finished' }, runtime: 12 },
    { trial: 1, attempt: 2, end: { kind: 'evicted', message: 'preempted' }, runtime: 0.5 },
    {
      trial: 1,
      attempt: 3,
      end: { kind: 'failed', failure: 'code', message: 'Traceback\n\t…', exitCode: 1, signal: 'SIGTERM' },
      runtime: 13,
    },
  ],
  'trial:requeued': [{ trial: 1, reason: 'preempted', retry: 'preempted', notBefore: SOME_TIME + 9 }],
  'trial:paused': [{ trial: 1, reason: 'end of rung 1' }],
  'trial:completed': [{ trial: 1 }],
  'trial:stopped': [{ trial: 1, reason: 'asked to' }],
  'trial:failed': [{ trial: 1, failure: 'oom', message: 'killed by the kernel' }],
  'checkpoints:deleted': [{ trials: [1, 2, 3] }],
};

/** One event of every type and form, numbered from `first`. */
export function sampleEvents(first = 1): StudyEvent[] {
  let seq = first - 1;
  return STUDY_EVENT_TYPES.flatMap((type) =>
    bodies[type].map((body) => {
      seq += 1;
      return { seq, at: SOME_TIME + seq, type, body } as StudyEvent;
    }),
  );
}
