import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FettleError, readSqliteStore, type StudyEvent } from '@fettle/core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { PrivateEngine, until } from '../fixtures/private-engine.ts';
import { textOf } from '../fixtures/one-study.ts';

const DRIVER = join(import.meta.dirname, '../fixtures/study-driver.ts');
const TRIALS = 12;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'fettle-study-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true, maxRetries: 10 }));

/** Starts a driver in a process of its own. */
function startDriver(engine: PrivateEngine): { readonly process: ChildProcess; readonly closed: Promise<string> } {
  const argv = ['-C', '@fettle/source', DRIVER, directory, engine.socket, String(TRIALS)];
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'ignore', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return {
    process: child,
    closed: once(child, 'close').then(([code, signal]) => `${signal ?? code} ${stderr}`.trim()),
  };
}

function journal(): StudyEvent[] {
  const reader = readSqliteStore(join(directory, 'study.db'));
  try {
    return [...reader.journal()];
  } finally {
    reader.close();
  }
}

/** Waits until so many attempts have been launched, and some of them are under way. */
async function launched(count: number): Promise<void> {
  await until(`${count} launches`, () => {
    try {
      return journal().filter(({ type }) => type === 'attempt:launching').length >= count;
    } catch (thrown) {
      if (thrown instanceof FettleError && thrown.code === 'study-missing') return false;
      throw thrown;
    }
  });
}

/** What must be so however the study was disturbed. */
function requireSound(): { readonly evicted: number } {
  const reader = readSqliteStore(join(directory, 'study.db'));
  const trials = reader.trials();
  const events = [...reader.journal()];
  reader.close();
  expect(trials).toHaveLength(TRIALS);
  const ends = events.flatMap(({ type, body }) => (type === 'attempt:ended' ? [`${body.trial}.${body.attempt}`] : []));
  const begins = events.flatMap(({ type, body }) =>
    type === 'attempt:launching' ? [`${body.trial}.${body.attempt}`] : [],
  );
  // Each attempt that was launched ended, once.
  expect(ends.toSorted()).toEqual([...new Set(begins)].toSorted());
  const outcomes = events.flatMap(({ type, body }) => (type === 'attempt:ended' ? [body.end] : []));
  expect(outcomes.filter(({ kind }) => kind !== 'finished' && kind !== 'evicted')).toEqual([]);
  const evicted = outcomes.filter(({ kind }) => kind === 'evicted').length;
  let again = 0;
  for (const { id, state, resource } of trials) {
    expect(['completed', 'paused']).toContain(state);
    const epochs = textOf(join(directory, `trials/${String(id).padStart(6, '0')}/checkpoint/epochs`)).split('\n');
    const run = epochs.filter((line) => line !== '').map(Number);
    // Every epoch up to where it came was run, and none beyond.
    expect([...new Set(run)].toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: resource }, (_, index) => index + 1),
    );
    again += run.length - new Set(run).size;
  }
  // An epoch is run a second time only where an attempt was taken away between its checkpoint and its report.
  expect(again).toBeLessThanOrEqual(evicted);
  return { evicted };
}

describe('a study with ASHA in containers', () => {
  let engine: PrivateEngine;
  beforeAll(async () => {
    engine = await PrivateEngine.open();
    await engine.importMachine('fettle/machine');
  });
  afterAll(() => engine.close());

  it('runs, pauses and resumes through checkpoints in the mounted folder', async () => {
    expect(await startDriver(engine).closed).toBe('0');
    expect(requireSound()).toEqual({ evicted: 0 });
    expect(journal().some(({ type }) => type === 'trial:resumed')).toBe(true);
    expect(await engine.containers()).toEqual([]);
  });

  it('loses nothing when its driver is killed again and again', async () => {
    for (const launches of [3, 7, 12]) {
      const driver = startDriver(engine);
      await launched(launches);
      driver.process.kill('SIGKILL');
      await driver.closed;
    }
    expect(await startDriver(engine).closed).toBe('0');
    expect(requireSound()).toEqual({ evicted: 0 });
    expect(await engine.containers()).toEqual([]);
  });

  it('goes on when the engine is killed under it', async () => {
    const driver = startDriver(engine);
    await launched(6);
    await engine.stop('SIGKILL');
    await engine.start();
    expect(await driver.closed).toBe('0');
    requireSound();
    expect(await engine.containers()).toEqual([]);
  });

  it('goes on when driver and engine are killed together', async () => {
    const driver = startDriver(engine);
    await launched(6);
    driver.process.kill('SIGKILL');
    await engine.stop('SIGKILL');
    await driver.closed;
    await engine.start();
    expect(await startDriver(engine).closed).toBe('0');
    requireSound();
    expect(await engine.containers()).toEqual([]);
  });
});
