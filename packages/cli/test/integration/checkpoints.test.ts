import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TrialRecord } from '@fettle/core';
import { afterEach, describe, expect, test } from 'vitest';
import { fettle, STUDY, studyFolder } from './fettle.ts';

/** Leaves 1000 bytes in its checkpoint folder. */
const SAVING_PROGRAM = `
import { writeFileSync } from 'node:fs';
writeFileSync(process.env.FETTLE_CHECKPOINT_DIR + '/weights', 'x'.repeat(1000));
console.log(JSON.stringify({ epoch: 1, loss: Number(process.argv[2]) }));
`;

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

async function ran(study: string): Promise<{ folder: string; best: number[]; left: number[] }> {
  const folder = studyFolder({ study, program: SAVING_PROGRAM });
  folders.push(folder);
  expect((await fettle(folder, 'run')).code).toBe(0);
  const trials = JSON.parse((await fettle(folder, 'best', '--limit', '6', '--json')).stdout) as TrialRecord[];
  const directory = join(folder, '.fettle/tiny/trials');
  const left = readdirSync(directory).filter((trial) => readdirSync(join(directory, trial)).includes('checkpoint'));
  return { folder, best: trials.map((trial) => trial.id), left: left.map(Number) };
}

describe('checkpoints', () => {
  test('are all kept by default, and a preview says what a policy would keep', async () => {
    const { folder, left } = await ran(STUDY);
    expect(left).toEqual([1, 2, 3, 4, 5, 6]);
    const preview = JSON.parse((await fettle(folder, 'checkpoints', '--keep-best', '2', '--json')).stdout) as unknown;
    expect(preview).toMatchObject({ keepBest: 2, bytes: 6000, deletable: 4000 });
  });

  test('are deleted by policy while the study runs, but for the best', async () => {
    const { best, left } = await ran(
      `${STUDY}\nbackend: { type: local, workers: 1 }\ncheckpoints: { keepBest: 2 }`.replace(
        'backend: { type: local, workers: 2 }\n',
        '',
      ),
    );
    expect(left).toEqual(expect.arrayContaining(best.slice(0, 2)));
    // What the very last trial's end deletes may still be on its way when the study ends.
    expect(left.length).toBeLessThanOrEqual(3);
  });
});
