import { RecordingHost, VirtualClock } from '@fettle/core/testing';
import { expect, it } from 'vitest';
import type { JobScript } from '../src/jobs/job-script.ts';
import { Submitter } from '../src/jobs/submitter.ts';

it('submits no more at once than an array may have, fewer where that was too many, and more again', async () => {
  let limit = 300;
  const program = { kind: 'command', command: ['true'], workingDirectory: '/', environment: {} } as const;
  const host = new RecordingHost({ directory: '/', clock: new VirtualClock(0) }, program);
  const submitter = new Submitter(
    async (_, args) => {
      const last = Number(
        args
          .find((arg) => arg.startsWith('--array='))
          ?.split('-')
          .at(-1) ?? 0,
      );
      return last < limit
        ? { exitCode: 0, stdout: '5\n', stderr: '' }
        : {
            exitCode: 1,
            stdout: '',
            stderr: 'sbatch: error: Batch job submission failed: Invalid job array specification',
          };
    },
    host,
    0,
  );
  const agent = { file: '', folder: '/', attempts: 0, idle: 0, poll: 0, look: 0, heartbeat: 0, grace: 0, launcher: '' };
  const script = { name: 'f', lanes: 1, minutes: 1, leadSeconds: 1, directives: {}, setup: [], agent };
  const sizes: number[] = [];
  for (const most of [2000, 2000, 2000, 7, 2000]) {
    sizes.push(Math.min(most, submitter.most));
    // oxlint-disable-next-line no-await-in-loop -- One submission after the other.
    await submitter.submit({ ...script, jobs: sizes.at(-1)! } satisfies JobScript);
  }
  expect(sizes).toEqual([1000, 500, 250, 7, 500]);
  limit = Number.POSITIVE_INFINITY;
  await submitter.submit({ ...script, jobs: 900 });
  expect(submitter.most).toBe(1000);
});
