import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  checkpointDirectory,
  createRandomStream,
  isTerminal,
  readSqliteStore,
  rebuildSearcher,
  replayStudy,
  type StudyEventType,
  type TrialRecord,
} from '@fettle/core';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { crashStudy, type CrashStudy } from '../fixtures/crash/study.ts';

const DRIVER = join(import.meta.dirname, '../fixtures/crash/driver.ts');
const CALM: CrashStudy = { workers: 1, resumable: true, variant: 'auto' };
const TRIALS = 18;
const RUNGS = [1, 3, 9];

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'fettle-rungs-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true, maxRetries: 10 }));

/** A folder as new. */
function empty(): void {
  rmSync(directory, { recursive: true });
  mkdirSync(directory);
}

/** Runs a driver to its end, or to the moment at which it is killed. */
async function drive(setup: CrashStudy, killAfter?: number) {
  const child = spawn(process.execPath, ['-C', '@fettle/source', DRIVER, directory, JSON.stringify(setup)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const timer = killAfter === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfter);
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  clearTimeout(timer);
  return { code, signal, stderr };
}

/** Every step that the programs really made, in order of trial and step. */
function steps(): string[] {
  const lines = readFileSync(join(directory, 'ledger'), 'utf8').trim().split('\n');
  return lines.sort(new Intl.Collator('en', { numeric: true }).compare);
}

/** What the study came to, without times and without what depends on how often it was taken up. */
function outcome() {
  const reader = readSqliteStore(join(directory, 'study.db'));
  try {
    const trials = reader.trials();
    return {
      trials: trials.map(({ id, state, configuration, value, resource, until, reason, message, attempts }) => {
        const reports = reader.reports(id).map((report) => report.resource);
        return { id, state, configuration, value, resource, until, reason, message, attempts, reports };
      }),
      best: reader.summary()?.best,
    };
  } finally {
    reader.close();
  }
}

/** Trials whose checkpoint is still there. */
const withCheckpoint = (trials: readonly Pick<TrialRecord, 'id'>[]): number[] =>
  trials.map(({ id }) => id).filter((id) => existsSync(checkpointDirectory(directory, id)));

/** What must hold of a study that has come to its end, however often its driver was killed. */
async function checkFinished(setup: CrashStudy, what: string): Promise<void> {
  const reader = readSqliteStore(join(directory, 'study.db'));
  const { space, searcher: plugin } = crashStudy(directory, setup);
  const trials = reader.trials();
  expect(trials.length, what).toBe(TRIALS);

  // Nobody is resumed twice to the same rung, and nobody loses a step or makes one again.
  const resumed = [...reader.journal()].flatMap((event) =>
    event.type === 'trial:resumed' ? [`${event.body.trial} to ${event.body.until}`] : [],
  );
  expect(new Set(resumed).size, what).toBe(resumed.length);
  const made = trials.flatMap(({ id, resource }) =>
    Array.from({ length: resource }, (_, step) => `step ${id} ${step + 1}`),
  );
  expect(steps(), what).toEqual(made);

  // The rungs that a searcher finds in the journal hold what the trials reported, each promotion was due when it was made,
  // and none is left to be made.
  expect((await replayStudy(reader, space, plugin)).differences, what).toEqual([]);
  const searcher = await rebuildSearcher(reader, space, plugin);
  const rungs = (await searcher.describe()).brackets?.[0]?.rungs ?? [];
  await searcher.close();
  const reached = RUNGS.map((level) => trials.filter(({ resource }) => resource >= level).length);
  expect(
    rungs.map(({ resource, results, promoted, underway }) => ({ resource, results, promoted, underway })),
    what,
  ).toEqual(
    RUNGS.map((resource, at) => ({ resource, results: reached[at], promoted: reached[at + 1] ?? 0, underway: 0 })),
  );
  expect(reached[1], what).toBeGreaterThanOrEqual(6);
  expect(reached[2], what).toBeGreaterThanOrEqual(2);

  // All of maxTrials have had their chance, so nobody waits any more, and only the best one's checkpoint is kept.
  expect(
    trials.filter(({ state }) => !isTerminal(state)),
    what,
  ).toEqual([]);
  expect(withCheckpoint(trials), what).toEqual([reader.summary()?.best]);
  reader.close();
}

describe('a driver of a study with rungs that is killed with SIGKILL', () => {
  it('before and after each kind of event loses no rung and promotes nobody twice', { timeout: 900_000 }, async () => {
    expect(await drive(CALM)).toMatchObject({ code: 0, stderr: '' });
    await checkFinished(CALM, 'calm');
    const calm = outcome();
    const types: StudyEventType[] = [
      'trial:created',
      'attempt:launching',
      'trial:reported',
      'attempt:ended',
      'trial:paused',
      'trial:resumed',
      'trial:completed',
      'trial:stopped',
      'checkpoints:deleted',
    ];
    for (const type of types) {
      for (const when of ['before', 'after'] as const) {
        empty();
        const what = `killed ${when} ${type}`;
        const occurrence = type === 'checkpoints:deleted' ? 1 : 2;
        const { signal, stderr } = await drive({ ...CALM, dies: { when, type, occurrence } });
        expect(signal, `${what}: ${stderr}`).toBe('SIGKILL');
        expect(await drive(CALM), what).toMatchObject({ code: 0, stderr: '' });
        await checkFinished(CALM, what);
        expect(outcome(), what).toEqual(calm);
      }
    }
  });

  it('at 60 random instants with three workers does neither', { timeout: 900_000 }, async () => {
    const setup = { ...CALM, workers: 3 };
    const stream = createRandomStream(43, 'crash instants');
    let kills = 0;
    let finished = 0;
    while (kills < 60 || finished === 0) {
      const { signal, code, stderr } = await drive(setup, kills < 60 ? 150 + stream.integer(500) : undefined);
      if (signal === 'SIGKILL') kills += 1;
      else expect(code, stderr).toBe(0);
      if (code !== 0) continue;
      finished += 1;
      await checkFinished(setup, `after ${kills} kills`);
      if (kills < 60) empty();
    }
  });
});

describe('a program that cannot resume', () => {
  it('is stopped at the rungs instead of paused, and makes every step once', async () => {
    expect((await drive({ ...CALM, resumable: false })).code).toBe(0);
    const { trials } = outcome();
    expect(trials.every(({ attempts, state }) => attempts === 1 && state !== 'paused')).toBe(true);
    const completed = trials.filter(({ state }) => state === 'completed');
    expect(completed.length).toBeGreaterThan(0);
    expect(completed.every(({ resource }) => resource === 9)).toBe(true);
    // A program may come further before it hears that it is to stop; what it was judged by is its first rung.
    const stopped = trials.filter(({ state }) => state === 'stopped');
    expect(stopped.length).toBeGreaterThan(0);
    expect(stopped.every(({ message }) => /at rung [13]:/.test(message ?? ''))).toBe(true);
    expect(new Set(steps()).size).toBe(steps().length);
  });

  it('begins again at 0 each time it is promoted, if that is wanted, and comes to the same result', async () => {
    expect((await drive(CALM)).code).toBe(0);
    const resumed = outcome();
    empty();
    expect((await drive({ ...CALM, resumable: false, variant: 'promotion' })).code).toBe(0);
    const again = outcome();
    expect(again).toEqual(resumed);
    const runs = again.trials.flatMap(({ id, attempts }) =>
      RUNGS.slice(0, attempts).flatMap((level) => Array.from({ length: level }, (_, step) => `step ${id} ${step + 1}`)),
    );
    expect(steps()).toEqual(runs.sort(new Intl.Collator('en', { numeric: true }).compare));
  });
});
