import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { STUDY_EVENT_TYPES, type StudyEventType } from '../../src/domain/event.ts';
import { createRandomStream } from '../../src/domain/rng.ts';
import { readSqliteStore } from '../../src/store/sqlite-store.ts';

const DRIVER = join(import.meta.dirname, '../fixtures/crash/driver.ts');

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'fettle-crash-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true, maxRetries: 10 }));

/** A folder as new. */
function empty(): void {
  rmSync(directory, { recursive: true });
  mkdirSync(directory);
}

interface Driven {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

/** Runs a driver to its end, or to the moment at which it is killed. */
async function drive(args: readonly string[], killAfter?: number): Promise<Driven> {
  const child = spawn(process.execPath, ['-C', '@fettle/source', DRIVER, directory, ...args], {
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

/** What the study came to, without times and without how often it was taken up. */
function outcome() {
  const reader = readSqliteStore(join(directory, 'study.db'));
  const result = {
    trials: reader.trials().map(({ id, state, configuration, value, resource, reports }) => ({
      id,
      state,
      configuration,
      value,
      resource,
      reports,
    })),
    reports: reader.trials().map(({ id }) => reader.reports(id)),
    counts: reader.summary()?.counts,
    resource: reader.summary()?.resource,
  };
  const events = [...reader.journal()].map((event) => event.type);
  const attempts = reader.trials().map((trial) => trial.attempts);
  reader.close();
  return { result, events, attempts };
}

/** Every step that the programs really made. */
function ledger(): string[] {
  return readFileSync(join(directory, 'ledger'), 'utf8').trim().split('\n');
}

/** Processes that still belong to this study. */
function leftOver(): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(join(directory, 'ledger'));
    } catch {
      return false;
    }
  });
}

function expectedLedger(trials: number): string[] {
  const lines: string[] = [];
  for (let trial = 1; trial <= trials; trial += 1) {
    lines.push(`begin ${trial} 1`, ...[1, 2, 3, 4].map((step) => `step ${trial} ${step}`));
  }
  return lines;
}

describe('a driver killed with SIGKILL', () => {
  it('before and after each kind of event loses nothing and runs nothing twice', { timeout: 600_000 }, async () => {
    expect((await drive(['3', '1'])).code).toBe(0);
    const calm = outcome();
    expect(ledger()).toEqual(expectedLedger(3));
    const kinds = new Set(calm.events);
    for (const when of ['before', 'after']) {
      for (const type of kinds) {
        for (const occurrence of type.startsWith('study:') ? [1] : [1, 3]) {
          empty();
          const crashed = await drive(['3', '1', when, type, String(occurrence)]);
          expect(crashed.signal, `${when} ${type} ${occurrence}: ${crashed.stderr}`).toBe('SIGKILL');
          const again = await drive(['3', '1']);
          expect(again.code, `after a crash ${when} ${type} ${occurrence}: ${again.stderr}`).toBe(0);
          const what = `crash ${when} ${type} ${occurrence}`;
          expect(outcome().result, what).toEqual(calm.result);
          expect(outcome().attempts, what).toEqual(calm.attempts);
          expect(ledger(), what).toEqual(expectedLedger(3));
          expect(leftOver(), what).toEqual([]);
        }
      }
    }
    // The kinds a calm study of a well-behaved program cannot have are crossed in virtual time (recovery.test.ts).
    const elsewhere: StudyEventType[] = [
      'attempt:stopping',
      'attempt:unreachable',
      'checkpoints:deleted',
      'trial:failed',
      'trial:paused',
      'trial:requeued',
      'trial:resumed',
      'trial:stopped',
    ];
    expect([...kinds, ...elsewhere].sort()).toEqual([...STUDY_EVENT_TYPES].sort());
  });

  it('at 200 random instants still comes to the same end', { timeout: 900_000 }, async () => {
    const trials = 60;
    const stream = createRandomStream(41, 'crash instants');
    let kills = 0;
    while (kills < 200) {
      const { signal, code, stderr } = await drive([String(trials), '2'], 150 + stream.integer(450));
      if (signal === 'SIGKILL') kills += 1;
      else expect(code, stderr).toBe(0);
      if (code === 0) {
        // It came to its end: the rest of the instants belong to further studies.
        checkFinished(trials);
        empty();
      }
    }
    expect(kills).toBe(200);
    expect((await drive([String(trials), '2'])).code).toBe(0);
    checkFinished(trials);
  });
});

function checkFinished(trials: number): void {
  const { result, attempts } = outcome();
  expect(result.counts).toEqual({ queued: 0, running: 0, paused: 0, completed: trials, stopped: 0, failed: 0 });
  expect(attempts.every((count) => count === 1)).toBe(true);
  for (const reports of result.reports) expect(reports.map((report) => report.resource)).toEqual([1, 2, 3, 4]);
  expect(ledger().sort()).toEqual(expectedLedger(trials).sort());
  expect(leftOver()).toEqual([]);
}
