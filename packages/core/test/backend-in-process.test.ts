import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { InProcessBackend } from '../src/backends/in-process-backend.ts';
import { inProcess } from '../src/backends/in-process.ts';
import type { AttemptEnd } from '../src/domain/failure.ts';
import type { LaunchRequest } from '../src/ports/backend.ts';
import type { Evaluate, Evaluation } from '../src/ports/program.ts';
import { systemClock } from '../src/system/system-clock.ts';
import { launchRequest } from '../src/testing/backend-bench.ts';
import type { Behaviour } from '../src/testing/backend-harness.ts';
import { describeBackend } from '../src/testing/describe-backend.ts';
import { type HeardReport, RecordingHost } from '../src/testing/recording-host.ts';
import { createStudy } from '../src/study/create-study.ts';
import { VirtualClock } from '../src/testing/virtual-clock.ts';
import { SPACE } from './engine-helpers.ts';
import { rungSearcher } from './rung-searcher.ts';

/** Never settles, unless it is aborted. */
const untilAborted = ({ signal }: Evaluation): Promise<void> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });

const FUNCTIONS: { readonly [behaviour in Exclude<Behaviour, 'missing' | 'print'>]: Evaluate } = {
  finish: () => 0.25,
  'exit-3': () => {
    throw new Error('it went wrong');
  },
  sleep: untilAborted,
  'ignore-stop': () => new Promise<void>(() => undefined),
  report: ({ report }) => report({ loss: 0.5 }),
};

describeBackend('in-process', {
  outlivesDriver: false,
  lacks: ['missing', 'print'],
  open() {
    const starts = new Map<number, number>();
    return {
      directory: undefined,
      clock: new VirtualClock(),
      make: (workers) => new InProcessBackend(workers),
      program(behaviour) {
        if (behaviour === 'missing' || behaviour === 'print') return undefined;
        const evaluate: Evaluate = (evaluation) => {
          starts.set(evaluation.trial, (starts.get(evaluation.trial) ?? 0) + 1);
          return FUNCTIONS[behaviour](evaluation);
        };
        return { kind: 'function', evaluate };
      },
      starts: (attempt) => starts.get(Number.parseInt(attempt, 10)) ?? 0,
      close: () => undefined,
    };
  },
});

interface Outcome {
  readonly end: AttemptEnd;
  readonly reports: readonly HeardReport[];
}

async function evaluated(
  evaluate: Evaluate,
  change: Partial<LaunchRequest> = {},
  directory?: string,
): Promise<Outcome> {
  // Files take their time, which no virtual clock knows.
  const clock = directory === undefined ? new VirtualClock() : systemClock();
  const host = new RecordingHost({ directory, clock }, { kind: 'function', evaluate });
  const backend = new InProcessBackend(1);
  backend.open(host);
  backend.launch(launchRequest(1, change));
  const end = await host.end('1.1');
  backend.close();
  return { end, reports: host.reports.get('1.1') ?? [] };
}

describe('in-process', () => {
  it('gives the function what its trial is about', async () => {
    let seen: Evaluation | undefined;
    await evaluated((evaluation) => void (seen = evaluation), {
      until: 9,
      resumeFrom: 3,
      configuration: { x: 1, kind: 'a' },
    });
    expect(seen).toMatchObject({ trial: 1, configuration: { x: 1, kind: 'a' }, until: 9, resumeFrom: 3, seed: 17 });
    expect(seen?.checkpointDirectory).toBeUndefined();
    expect(seen?.signal.aborted).toBe(false);
  });

  it('counts reports on from where the trial resumed', async () => {
    const { reports } = await evaluated(
      ({ report }) => {
        report({ loss: 3 });
        report({ loss: 2 }, 7);
        report({ loss: 1 });
      },
      { resumeFrom: 4 },
    );
    expect(reports.map(({ resource }) => resource)).toEqual([5, 7, 8]);
  });

  it.each([
    ['alone, at the level to run to', 9, 0, [9]],
    ['alone, without a level', undefined, 0, [1]],
    ['after reports, without a level', undefined, 2, [1, 2, 3]],
    ['after reports that stop short of the level', 9, 2, [1, 2, 9]],
    ['after the report at the level, which it repeats', 2, 2, [1, 2]],
  ])('takes a returned number as one more report: %s', async (_, until, count, expected) => {
    const { end, reports } = await evaluated(
      ({ report }) => {
        for (let step = 0; step < count; step += 1) report({ loss: step });
        return 0.125;
      },
      { until },
    );
    expect(end).toEqual({ kind: 'finished' });
    expect(reports.map(({ resource }) => resource)).toEqual(expected);
    if (expected.length > count) expect(reports.at(-1)?.metrics).toEqual({ loss: 0.125 });
  });

  it.each([
    ['by the metric', ({ report }: Evaluation) => [0, 1, 2].forEach((epoch) => report({ loss: 1, epoch }))],
    ['by the level', ({ report }: Evaluation) => [0, 1, 2].forEach((epoch) => report({ loss: 1 }, epoch))],
    ['without a level', ({ report }: Evaluation) => [0, 1, 2].forEach(() => report({ loss: 1 }))],
    ['returned', () => 1],
  ])('counts from 0 if the objective does: %s', async (what, evaluate) => {
    const study = await createStudy({
      name: 'from-zero',
      space: SPACE,
      objective: { metric: 'loss', goal: 'minimize', resource: 'epoch', resourceFrom: 0 },
      searcher: rungSearcher({ trials: 1, rung: 3 }),
      evaluate,
      resumable: true,
      budget: { trials: 1 },
    });
    await study.run();
    expect(study.reader.reports(1).map(({ resource }) => resource)).toEqual(what === 'returned' ? [3] : [1, 2, 3]);
  });

  it('says where in the caller’s code a report was refused, and not where in its own', async () => {
    const { end } = await evaluated(({ report }) => report({ loss: 'low' } as never));
    expect(end.kind === 'failed' && end.message).toMatch(/not a number\.\nat .*backend-in-process\.test\.ts/);
  });

  it('says what was reported where the objective was not', async () => {
    const { end } = await evaluated(({ report }) => {
      report({ accuracy: 0.5 });
      return { accuracy: 0.6, time: 3 };
    });
    expect(end).toEqual({ kind: 'finished', note: "It reported accuracy, time, and no 'loss'." });
  });

  it('takes a returned record, and the values that diverging trainings have', async () => {
    const { reports } = await evaluated(() => ({ loss: Number.NaN, accuracy: 0.5 }));
    expect(reports).toEqual([{ metrics: { loss: Number.NaN, accuracy: 0.5 }, resource: 1 }]);
  });

  it('says what was thrown and where', async () => {
    const { end } = await evaluated(() => {
      throw new RangeError('the learning rate exploded');
    });
    expect(end).toMatchObject({ kind: 'failed', failure: 'code' });
    const message = end.kind === 'failed' ? end.message : '';
    expect(message).toMatch(/^RangeError: the learning rate exploded\nat .*backend-in-process\.test\.ts/);
  });

  it.each([
    ['a text', { loss: 'low' }, /metric 'loss' is 'low', which is not a number/],
    ['no record', 0.5, /Metrics are a record of numbers.*this is 0\.5/],
  ])('refuses a report that is %s', async (_, metrics, message) => {
    const { end, reports } = await evaluated(({ report }) => report(metrics as never));
    expect(end).toMatchObject({ kind: 'failed', failure: 'code' });
    expect(end.kind === 'failed' && end.message).toMatch(message);
    expect(reports).toEqual([]);
  });

  it('refuses a resource that is not positive', async () => {
    const { end } = await evaluated(({ report }) => report({ loss: 1 }, 0));
    expect(end.kind === 'failed' && end.message).toMatch(/positive number; this is 0/);
  });

  it('takes an evaluation that gives up when asked for one that has saved itself', async () => {
    const host = new RecordingHost(
      { directory: undefined, clock: new VirtualClock() },
      { kind: 'function', evaluate: untilAborted },
    );
    const backend = new InProcessBackend(1);
    backend.open(host);
    backend.launch(launchRequest(1));
    await host.wait(10);
    backend.stop('1.1', { from: 'checkpoint', grace: 1000 });
    expect(await host.end('1.1')).toEqual({ kind: 'checkpointed' });
  });

  it('abandons an evaluation that does not stop, after twice the grace, and ignores what it says later', async () => {
    let report: Evaluation['report'] | undefined;
    let finish: () => void = () => undefined;
    const evaluate: Evaluate = (evaluation) => {
      ({ report } = evaluation);
      return new Promise<void>((resolve) => {
        finish = resolve;
      });
    };
    const clock = new VirtualClock();
    const host = new RecordingHost({ directory: undefined, clock }, { kind: 'function', evaluate });
    const backend = new InProcessBackend(1);
    backend.open(host);
    backend.launch(launchRequest(1));
    await host.wait(10);
    const asked = clock.now();
    backend.stop('1.1', { from: 'checkpoint', grace: 1000 });
    await host.end('1.1');
    expect(clock.now() - asked).toBeGreaterThanOrEqual(2000);
    expect(clock.now() - asked).toBeLessThan(2100);
    report?.({ loss: 1 });
    finish();
    await host.wait(5000);
    expect(host.reports.size).toBe(0);
    expect(host.ends.get('1.1')).toHaveLength(1);
  });

  it('keeps a checkpoint folder between attempts, and copies it for a fork', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'fettle-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const folders: (string | undefined)[] = [];
    const save: Evaluate = ({ checkpointDirectory = '', trial }) => {
      folders.push(checkpointDirectory);
      if (trial === 1) writeFileSync(join(checkpointDirectory, 'weights'), 'w');
    };
    await evaluated(save, {}, directory);
    await evaluated(save, { trial: 2, forkFrom: 1 }, directory);
    expect(folders).toEqual([1, 2].map((trial) => join(directory, `trials/00000${trial}/checkpoint`)));
    expect(existsSync(join(folders[1] ?? '', 'weights'))).toBe(true);
  });

  it('refuses a command when it is opened, and options it does not know', () => {
    const program = { kind: 'command', command: ['true'], workingDirectory: '/', environment: {} } as const;
    const host = new RecordingHost({ directory: undefined, clock: new VirtualClock() }, program);
    expect(() => new InProcessBackend(1).open(host)).toThrow(/calls functions; this study has a command program/);
    expect(() => inProcess({ workers: 0 })).toThrow(/workers/);
    expect(() => inProcess({ wrokers: 2 } as never)).toThrow(/wrokers/);
  });
});
