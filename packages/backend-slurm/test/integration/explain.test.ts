import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { fakeSlurm } from '../fake-slurm.ts';
import { SLURM_TEXTS } from '../fixtures/slurm-texts.ts';

const FETTLE = new URL('../../../cli/bin/fettle.js', import.meta.url).pathname;

/** The first attempt of the first trial kills its agent; the second trial fails. */
const PROGRAM = `#!/bin/sh
[ "$FETTLE_TRIAL.$FETTLE_ATTEMPT" != 1.1 ] || { kill -KILL $PPID; sleep 9; }
[ "$FETTLE_TRIAL" != 2 ] || { echo 'CUDA error: no kernel image' >&2; exit 3; }
echo '{"loss": 1}' >>"$FETTLE_METRICS"
`;

const STUDY = `
name: explained
command: [./train.sh]
space: { x: { type: float, min: 0, max: 1 } }
objective: { metric: loss, goal: minimize }
searcher: { type: random }
backend: { type: slurm, slots: 1, minutes: 60, pollSeconds: 0.1, squeueSeconds: 0.2 }
budget: { trials: 2 }
seed: 1
`;

it('fettle explains where a trial ran, why that ended and what to do, and says what Slurm was asked', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fettle-explain-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  writeFileSync(join(folder, 'train.sh'), PROGRAM, { mode: 0o755 });
  writeFileSync(join(folder, 'study.yaml'), STUDY);
  const fake = join(folder, 'fake');
  mkdirSync(fake);
  const env = { ...process.env, NO_COLOR: '1', ...fakeSlurm(fake, SLURM_TEXTS['24.05']!) };
  const fettle = async (...args: readonly string[]): Promise<string> =>
    (await promisify(execFile)(process.execPath, [FETTLE, ...args], { cwd: folder, env })).stdout;

  await fettle('run', '--plain');
  const first = await fettle('explain', '1');
  expect(first).toMatch(
    /where it ran\n {2}attempt 1: Job 1000 on n1\. It was lost: its job is PREEMPTED on n1\.\n {4}Nothing has to be done/,
  );
  expect(first).toMatch(/ {2}attempt 2: Job 1001 on n1\. It ended with exit code 0\.\n/);
  expect(first).not.toContain('standard error');
  const second = await fettle('explain', '2');
  expect(second).toMatch(/ {2}attempt 1: Job 1001 on n1\. It ended with exit code 3\.\n/);
  expect(second).toMatch(/last lines of its standard error\n {2}CUDA error: no kernel image\n/);
  const { attempts, errors } = JSON.parse(await fettle('explain', '2', '--json')) as {
    attempts: object;
    errors: object;
  };
  expect({ attempts, errors }).toEqual({
    attempts: [{ attempt: '2.1', text: 'Job 1001 on n1. It ended with exit code 3.' }],
    errors: ['CUDA error: no kernel image'],
  });
  expect(await fettle('status')).toMatch(/backend +asked of Slurm in 0\.0 hours: sbatch 3, squeue \d+, sacct 1\n/);
});
