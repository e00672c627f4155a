import type { StudyEvent, StudySummary, TrialReader, TrialRecord, TrialState } from '@fettle/core';

/** What a made-up study is like. */
export interface FixtureOptions {
  readonly trials: number;
  readonly reports?: number;
  readonly workers?: number;
  readonly name?: string;
  readonly goal?: 'minimize' | 'maximize';
  /** How each trial ends; by default most complete, are stopped at a rung, or fail. */
  readonly endOf?: (id: number) => TrialState;
  /** Replaces the made-up configuration. */
  readonly configuration?: (id: number) => TrialRecord['configuration'];
}

const SPACE = {
  learningRate: { type: 'float', min: 1e-5, max: 1, scale: 'log' },
  optimizer: { type: 'categorical', values: ['sgd', 'adam', 'lamb'] },
  momentum: { type: 'float', min: 0, max: 0.99 },
  layers: { type: 'int', min: 1, max: 8 },
  hidden: { type: 'int', min: 8, max: 1024, scale: 'log' },
  dropout: { type: 'float', min: 0, max: 0.6 },
  augment: { type: 'categorical', values: [true, false] },
  weightDecay: { type: 'float', min: 1e-6, max: 0.1, scale: 'log' },
};

/**
 * A study that never ran, told the way a store tells a real one: conditional parameters (`momentum` only with sgd), rungs,
 * failures, retries, values that are not finite, two sessions. The same options make the same study.
 */
export function fixtureReader(options: FixtureOptions): TrialReader {
  const { trials: count, reports: length = 10, workers = 8, goal = 'maximize' } = options;
  const random = generator(42);
  const begin = Date.UTC(2026, 2, 14, 9, 26, 53);
  const free = Array.from({ length: workers }, () => begin + 2_000);
  const records: TrialRecord[] = [];
  const curves: { resource: number; metrics: { [name: string]: number } }[][] = [];
  const histories: Omit<StudyEvent, 'seq'>[][] = [];
  const counts = { queued: 0, running: 0, paused: 0, completed: 0, stopped: 0, failed: 0 };
  let resourceSpent = 0;
  let reportCount = 0;

  for (let id = 1; id <= count; id += 1) {
    const configuration = options.configuration?.(id) ?? draw(random, id / count);
    const quality = qualityOf(configuration) + 0.02 * (random() - 0.5);
    const state = options.endOf?.(id) ?? endFor(random(), quality, id, count);
    const lane = free.indexOf(Math.min(...free));
    const startedAt = Math.round((free[lane] ?? begin) + random() * 400);
    const rung = [1, 3, 9].filter((level) => level < length)[Math.floor(random() * 3)] ?? 1;
    const goes =
      state === 'completed' ? length : state === 'queued' ? 0 : state === 'failed' ? Math.floor(random() * 4) : rung;
    const perStep = 900 + random() * 900;
    const diverges = random() < 0.01;
    const curve = Array.from({ length: goes }, (_, step) => {
      const value = quality * (1 - Math.exp(-(step + 1) / 3.5)) + 0.012 * (random() - 0.5);
      const signed = goal === 'maximize' ? value : 1.2 - value;
      return {
        resource: step + 1,
        metrics: {
          accuracy: diverges && step > 0 ? Number.NaN : signed,
          loss: diverges ? Number.POSITIVE_INFINITY : 2 - value,
        },
      };
    });
    const duration = Math.round(400 + perStep * Math.max(0.5, goes));
    const endedAt = startedAt + duration;
    if (state !== 'queued') free[lane] = endedAt;
    const over = state === 'completed' || state === 'stopped' || state === 'failed';
    const retried = state === 'completed' && id % 37 === 0;
    const message =
      id % 2 === 0
        ? 'CUDA out of memory: tried to allocate 2.4 GiB'
        : `Traceback (most recent call last):\n  File "train.py", line 88\nValueError: shape mismatch`;
    counts[state] += 1;
    resourceSpent += goes;
    reportCount += goes;
    const record: TrialRecord = {
      id,
      state,
      configuration,
      origin: id === 1 ? 'first' : 'searcher',
      reason: id === 1 ? 'one of the configurations to try first' : 'sampled at random, rung 0 had room',
      until: length,
      attempts: state === 'queued' ? 0 : retried ? 2 : 1,
      retries: retried ? 1 : 0,
      resource: goes,
      reports: goes,
      value: curve.at(-1)?.metrics.accuracy,
      metrics: curve.at(-1)?.metrics,
      failure: state === 'failed' ? (id % 2 === 0 ? 'oom' : 'code') : undefined,
      message: state === 'failed' ? message : undefined,
      createdAt: startedAt - 200,
      startedAt: state === 'queued' ? undefined : startedAt,
      endedAt: over ? endedAt : undefined,
      runtime: state === 'queued' || state === 'running' ? 0 : duration,
    };
    records.push(record);
    curves.push(curve);
    histories.push(tell(record, curve, startedAt, endedAt, retried));
  }

  const last = Math.max(begin, ...free);
  const middle = begin + Math.round((last - begin) * 0.45);
  const definition: StudySummary['definition'] = {
    name: options.name ?? 'digits',
    space: SPACE,
    objective: { metric: 'accuracy', goal, resource: 'epoch' },
    searcher: { type: 'asha', version: '0.1.0', options: {} },
    seed: 7,
    first: [],
    duplicates: 'redraw',
    resumable: true,
  };
  const summary: StudySummary = {
    definition,
    status: 'finished',
    reason: `all ${count} trials of the budget were started`,
    sessions: 2,
    counts,
    reports: reportCount,
    resource: resourceSpent,
    wallClock: last - begin,
    createdAt: begin,
    updatedAt: last,
  };
  const settings = {
    budget: { trials: Math.max(count, 1), wallClock: 2 * (last - begin), noImprovement: { trials: 500 }, target: 0.99 },
    retry: { limits: RETRIES, backOff: 0, maxBackOff: 0 },
    grace: 0,
    backend: { type: 'local', version: '0.1.0', options: {} },
  };
  const opened = (at: number, session: number) =>
    ({ at, type: 'study:opened', body: { session, settings, driver: 'fixture' } }) as const;

  return {
    summary: () => summary,
    trial: (id) => records[id - 1],
    trials: () => records,
    reports: (id) => curves[id - 1] ?? [],
    history: (id) => (histories[id - 1] ?? []).map((event, index) => ({ ...event, seq: index + 1 }) as StudyEvent),
    *journal() {
      let seq = 1;
      yield { seq, at: begin, type: 'study:created', body: { definition, version: '0.1.0' } };
      for (const event of [opened(begin, 1), opened(middle, 2), ...histories.flat()]) {
        seq += 1;
        yield { ...event, seq } as StudyEvent;
      }
    },
    close: () => undefined,
  };
}

const RETRIES = {
  oom: 0,
  timeout: 0,
  preempted: 5,
  node: 3,
  launch: 1,
  'invalid-configuration': 0,
  'no-metric': 0,
  code: 1,
  unknown: 1,
};

function tell(
  trial: TrialRecord,
  curve: readonly { resource: number; metrics: { [name: string]: number } }[],
  start: number,
  end: number,
  retried: boolean,
): Omit<StudyEvent, 'seq'>[] {
  const { id, state } = trial;
  const events: Omit<StudyEvent, 'seq'>[] = [
    {
      at: trial.createdAt,
      type: 'trial:created',
      body: {
        trial: id,
        configuration: trial.configuration,
        origin: trial.origin,
        until: 10,
        draw: 0,
        reason: trial.reason,
      },
    },
  ];
  if (state === 'queued') return events;
  const middle = retried ? Math.round(start + (end - start) * 0.3) : start;
  if (retried) {
    events.push(
      { at: start, type: 'attempt:launching', body: { trial: id, attempt: 1, resumeFrom: 0 } },
      {
        at: middle - 1,
        type: 'attempt:ended',
        body: {
          trial: id,
          attempt: 1,
          end: { kind: 'failed', failure: 'node', message: 'the node went down' },
          runtime: middle - start,
        },
      },
      {
        at: middle - 1,
        type: 'trial:requeued',
        body: { trial: id, reason: 'the node failed, retry 1 of 3', retry: 'node' },
      },
    );
  }
  const attempt = retried ? 2 : 1;
  events.push({ at: middle, type: 'attempt:launching', body: { trial: id, attempt, resumeFrom: 0 } });
  for (const [index, report] of curve.entries()) {
    const lastOne = index === curve.length - 1;
    const decision =
      lastOne && state === 'stopped'
        ? ({ kind: 'stop', reason: `rung ${report.resource}: 31st of 40, the best 13 go on` } as const)
        : lastOne && state === 'paused'
          ? ({ kind: 'pause', reason: `rung ${report.resource}: waits for better company` } as const)
          : ({ kind: 'continue' } as const);
    const at = Math.round(middle + ((end - middle) * (index + 1)) / (curve.length + 1));
    events.push({ at, type: 'trial:reported', body: { trial: id, attempt, ...report, decision } });
  }
  if (state === 'running') return events;
  const failure = trial.failure ?? 'unknown';
  const message = trial.message ?? '';
  events.push({
    at: end,
    type: 'attempt:ended',
    body: {
      trial: id,
      attempt,
      end: state === 'failed' ? { kind: 'failed', failure, message } : { kind: 'finished' },
      runtime: end - middle,
    },
  });
  if (state === 'completed') events.push({ at: end, type: 'trial:completed', body: { trial: id } });
  if (state === 'failed') events.push({ at: end, type: 'trial:failed', body: { trial: id, failure, message } });
  if (state === 'stopped')
    events.push({
      at: end,
      type: 'trial:stopped',
      body: { trial: id, reason: 'not among the best third of its rung' },
    });
  if (state === 'paused')
    events.push({ at: end, type: 'trial:paused', body: { trial: id, reason: 'waits at its rung' } });
  return events;
}

function draw(random: () => number, progress: number): TrialRecord['configuration'] {
  // A searcher that learns: later trials come closer to good places.
  const near = (unit: number, centre: number): number => unit + (centre - unit) * 0.6 * progress;
  const optimizer = ['sgd', 'adam', 'lamb'][Math.floor(random() * 3)] ?? 'sgd';
  const configuration: { [name: string]: number | string | boolean } = {
    learningRate: 1e-5 * 1e5 ** near(random(), 0.45),
    optimizer,
    layers: 1 + Math.floor(near(random(), 0.5) * 8),
    hidden: Math.round(8 * 128 ** near(random(), 0.7)),
    dropout: 0.6 * random(),
    augment: random() < 0.5,
    weightDecay: 1e-6 * 1e5 ** random(),
  };
  if (optimizer === 'sgd') configuration.momentum = 0.99 * Math.sqrt(random());
  return configuration;
}

function qualityOf(configuration: TrialRecord['configuration']): number {
  const { learningRate, hidden, optimizer, momentum, dropout } = configuration;
  if (typeof learningRate !== 'number' || typeof hidden !== 'number') return 0.6;
  const rate = Math.log10(learningRate) + 2.8;
  const size = Math.log2(hidden) - 7.5;
  const bonus = optimizer === 'adam' ? 0.03 : typeof momentum === 'number' ? 0.06 * momentum : 0;
  return 0.93 - 0.07 * rate * rate - 0.012 * size * size + bonus - 0.03 * (Number(dropout ?? 0) - 0.2) ** 2;
}

function endFor(dice: number, quality: number, id: number, count: number): TrialState {
  if (count > 20 && id > count - 3) return id === count ? 'queued' : 'running';
  if (dice < 0.04) return 'failed';
  if (dice < 0.12) return 'paused';
  return quality < 0.88 && dice < 0.8 ? 'stopped' : 'completed';
}

function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
