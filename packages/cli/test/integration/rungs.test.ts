import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TrialRecord } from '@fettle/core';
import { afterEach, expect, test } from 'vitest';
import { fettle, studyFolder } from './fettle.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** Goes on from where it was, to where it is told. */
const PROGRAM = `
const [rate, until] = process.argv.slice(2).map(Number);
for (let epoch = Number(process.env.FETTLE_RESUME_FROM) + 1; epoch <= until; epoch++) {
  console.log(JSON.stringify({ epoch, accuracy: 1 - (rate - 0.3) ** 2 - 0.1 / epoch }));
}
`;

const STUDY = `
name: rungs
command: [node, train.mjs, "{rate}", "{resource}"]
space: { rate: { type: float, min: 0, max: 1 } }
objective: { metric: accuracy, goal: maximize, resource: epoch }
searcher: { type: asha, minResource: 1, maxResource: 9, reductionFactor: 3, sampler: random }
backend: { type: local, workers: 2 }
budget: { trials: 9 }
resumable: true
seed: 5
`;

interface Explained {
  readonly trial: TrialRecord;
  readonly rungs: { resource: number; value: number; rank: number; of: number; cut?: number; state: string }[];
}

test('a study whose trials all wait at a rung has a result', async () => {
  const folder = studyFolder({ study: STUDY.replace('trials: 9', 'trials: 2'), program: PROGRAM });
  folders.push(folder);
  const run = await fettle(folder, 'run');
  expect(run.stdout).toMatch(/2 paused.*best: trial \d/s);
  expect(run.code).toBe(0);
  expect((await fettle(folder, 'best')).code).toBe(0);
});

test('people see the ladder before, while and after a study runs', async () => {
  const folder = studyFolder({ study: STUDY, program: PROGRAM });
  folders.push(folder);
  const plan = await fettle(folder, 'plan', '--checkpoint-size', '100MB');
  expect(plan.stdout).toMatch(/rung {2}trials\n +1 +9\n +3 +3\n +9 +1\n/);
  expect(plan.stdout).toMatch(/checkpoints +at most 9 at a time, 858 MiB in all/);
  const { searcherPlan } = JSON.parse((await fettle(folder, 'plan', '--json')).stdout) as {
    searcherPlan: { trials: number; resource: number };
  };
  expect(searcherPlan).toMatchObject({ trials: 9, resource: 9 + 3 * 2 + 6 });
  expect(await fettle(folder, 'plan', '--checkpoint-size', 'large')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("takes a size with a unit, such as 500MiB or 2GB, not 'large'") as string,
  });

  const run = await fettle(folder, 'run');
  expect(run).toMatchObject({ code: 0, stderr: '' });
  const [best] = JSON.parse((await fettle(folder, 'best', '--json')).stdout) as TrialRecord[];
  expect(best).toMatchObject({ state: 'completed', resource: 9 });
  expect(run.stdout).toContain(`best: trial ${best?.id}`);
  expect((await fettle(folder, 'best')).stdout).toContain('completed at 9');

  const whole = await fettle(folder, 'explain');
  expect(whole.stdout).toMatch(/rung +results +gone on +under way +best accuracy +cut\n +1 +9 /);
  const one = await fettle(folder, 'explain', String(best?.id));
  expect(one.stdout).toMatch(/ 9 .* of .*top rung/);
  const { trial, rungs } = JSON.parse(
    (await fettle(folder, 'explain', String(best?.id), '--json')).stdout,
  ) as Explained;
  expect(trial.id).toBe(best?.id);
  expect(rungs.map(({ resource, state }) => [resource, state])).toEqual([
    [1, 'promoted'],
    [3, 'promoted'],
    [9, 'top'],
  ]);
  expect(rungs.at(-1)?.value).toBe(best?.value);
  expect(rungs[0]).toMatchObject({ of: 9 });

  const nameless = await fettle(folder, 'explain', '1', '--study', '.fettle/rungs/study.db');
  expect(nameless.stdout).toContain('name the study file to see how the searcher stands');
  const report = readFileSync(join(folder, '.fettle/rungs/report.html'), 'utf8');
  expect(report).toContain('"ladders":[{"name":"0","rungs":[{"resource":1,"results":9');
});
