import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSqliteStore } from '@fettle/core/store';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { describeOnSlurm } from '../describe-on-slurm.ts';
import { SlurmCluster } from '../slurm-cluster.ts';

const TRIALS = 50;

describeOnSlurm('submissions of which one in five is in doubt', () => {
  let cluster: SlurmCluster;
  beforeAll(async () => {
    cluster = await SlurmCluster.start();
  });
  afterAll(() => cluster.stop());

  it.each([
    ['a job for each attempt, chosen late', '1'],
    ['a job for each attempt, known from the start', 'submit'],
  ])('run every attempt once and lose none: %s', { timeout: 300_000 }, async (_, jobs) => {
    const folder = mkdtempSync(join(tmpdir(), 'fettle-doubt-'));
    mkdirSync(join(folder, 'bin'));
    copyFileSync(new URL('../fixtures/doubtful-sbatch.sh', import.meta.url), join(folder, 'bin', 'sbatch'));
    const count = join(folder, 'count');
    const directory = join(folder, 'study');
    const driver = new URL('../fixtures/driver.ts', import.meta.url).pathname;
    const child = spawn(process.execPath, ['-C', '@fettle/source', driver, directory, String(TRIALS), '4', jobs], {
      env: {
        ...process.env,
        ...cluster.environment,
        PATH: `${join(folder, 'bin')}:${process.env['PATH']}`,
        REAL_SBATCH: execFileSync('which', ['sbatch'], { encoding: 'utf8' }).trim(),
        DOUBT_COUNT: count,
        STEP_SECONDS: '0.02',
      },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const code = await new Promise((resolve) => {
      child.once('exit', resolve);
    });
    expect(code).toBe(0);
    // A job for each attempt, four at a time at most: enough of them were in doubt, both ways.
    expect(Number(readFileSync(count, 'utf8'))).toBeGreaterThan(20);

    const reader = readSqliteStore(join(directory, 'study.db'));
    const counts = reader.summary()?.counts;
    reader.close();
    expect(counts).toMatchObject({ failed: 0, running: 0, queued: 0 });
    expect((counts?.paused ?? 0) + (counts?.completed ?? 0)).toBe(TRIALS);
    for (const trial of readdirSync(join(directory, 'trials'))) {
      const lines = readFileSync(join(directory, 'trials', trial, 'checkpoint', 'steps'), 'utf8')
        .trim()
        .split('\n');
      expect(lines.map((line) => Number(line.split(' ')[0]))).toEqual(lines.map((_, index) => index + 1));
    }
    rmSync(folder, { recursive: true });
  });
});
