import type { StudySummary, TrialRecord } from '@fettle/core';
import type { FrameInput } from '../src/live/frame.ts';

/** A trial with what the live view shows of it. */
export function trial(id: number, part: Partial<TrialRecord> = {}): TrialRecord {
  return {
    id,
    state: 'running',
    configuration: { learningRate: 0.0123456, hidden: 128, activation: 'relu' },
    origin: 'searcher',
    reason: 'drawn at random',
    attempts: 1,
    retries: 0,
    resource: 3,
    reports: 3,
    value: 0.91,
    metrics: { accuracy: 0.91 },
    createdAt: 0,
    runtime: 0,
    until: 9,
    ...part,
  };
}

/** A study in the middle of its life. */
export function summary(part: Partial<StudySummary> = {}): StudySummary {
  return {
    definition: {
      name: 'digits',
      space: {},
      objective: { metric: 'accuracy', goal: 'maximize' },
      searcher: { type: 'asha', version: '1', options: {} },
      seed: 7,
      first: [],
      duplicates: 'redraw',
      resumable: false,
    },
    status: 'open',
    sessions: 1,
    counts: { queued: 1, running: 2, paused: 9, completed: 20, stopped: 0, failed: 2 },
    reports: 180,
    resource: 300,
    wallClock: 192_000,
    createdAt: 0,
    updatedAt: 0,
    ...part,
  };
}

/** Values that get better and are noisy, the same every time. */
export function values(count: number): number[] {
  let state = 12345;
  return Array.from({ length: count }, (_, index) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    const noise = state / 0x7fffffff;
    return 0.97 - 0.5 * Math.exp(-index / 8) * noise - 0.1 * noise ** 3;
  });
}

export const NOW = 1_000_000;

export function input(part: Partial<FrameInput> = {}): FrameInput {
  return {
    status: {
      summary: summary(),
      budget: [
        { rule: 'trials', used: 34, limit: 60, fraction: 34 / 60 },
        { rule: 'wallClock', used: 192_000, limit: 600_000, fraction: 0.32 },
      ],
      running: [trial(33), trial(34, { resource: 1, metrics: { accuracy: 0.5 }, until: 3, attempts: 2 })],
      queued: 1,
      capacity: 2,
      best: trial(17, { state: 'paused', resource: 9, value: 0.9712 }),
    },
    backend: 'local',
    values: values(31),
    brackets: [],
    news: [
      { at: NOW - 3000, text: 'trial 30 paused: accuracy 0.93 at 3, 12s', style: 'none' },
      { at: NOW - 2000, text: 'trial 31 failed (oom): killed by the kernel', style: 'red' },
    ],
    since: new Map([
      [33, NOW - 12_000],
      [34, NOW - 65_000],
    ]),
    phase: 'running',
    ...part,
  };
}
