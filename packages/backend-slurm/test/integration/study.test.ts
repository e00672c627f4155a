import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRandomStream, type StudyEvent } from '@fettle/core';
import { readSqliteStore } from '@fettle/core/store';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { describeOnSlurm } from '../describe-on-slurm.ts';
import { SlurmCluster } from '../slurm-cluster.ts';

const TRIALS = 24;
let cluster: SlurmCluster;

function drive(directory: string): ChildProcess {
  const driver = new URL('../fixtures/driver.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, ['-C', '@fettle/source', driver, directory, String(TRIALS), '4'], {
    env: { ...process.env, ...cluster.environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

function exit(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => {
    child.once('exit', (code) => resolve(code));
  });
}

function journal(directory: string): StudyEvent[] {
  const reader = readSqliteStore(join(directory, 'study.db'));
  try {
    return [...reader.journal()];
  } finally {
    reader.close();
  }
}

describeOnSlurm('a study on a Slurm cluster', () => {
  beforeAll(async () => {
    cluster = await SlurmCluster.start();
  });
  afterAll(() => cluster.stop());

  it('ends with every trial accounted once, however often its driver is killed', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'fettle-slurm-'));
    const random = createRandomStream(7, 'kills');
    let ended: number | null = null;
    let kills = 0;
    while (ended === null) {
      const child = drive(directory);
      const over = exit(child);
      if (kills < 5) {
        ended = await Promise.race([over, sleep(600 + random.next() * 2500, undefined)]).then((code) => code ?? null);
        if (ended === null) {
          child.kill('SIGKILL');
          await over;
          kills += 1;
        }
      } else {
        ended = await over;
      }
    }
    expect(ended).toBe(0);
    expect(kills).toBeGreaterThanOrEqual(3);
    const events = journal(directory);
    const created = events.filter(({ type }) => type === 'trial:created');
    expect(created).toHaveLength(TRIALS);
    const reports = events.flatMap((event) =>
      event.type === 'trial:reported' ? [`${event.body.trial} at ${event.body.resource}`] : [],
    );
    expect(new Set(reports).size).toBe(reports.length);
    // Each attempt began once, whatever happened to the driver: its steps follow each other without a repeat.
    for (const trial of readdirSync(join(directory, 'trials'))) {
      const steps = readFileSync(join(directory, 'trials', trial, 'checkpoint', 'steps'), 'utf8')
        .trim()
        .split('\n');
      expect(steps.map((line) => Number(line.split(' ')[0]))).toEqual(steps.map((_, index) => index + 1));
    }
    rmSync(directory, { recursive: true });
  });
});
