import { expect, it } from 'vitest';
import { slurmCommands } from '../src/jobs/slurm.ts';

it('runs the next command after one that no process could be made for', async () => {
  const run = slurmCommands({ PATH: process.env['PATH'] ?? '' });
  const [impossible, next] = await Promise.all([run('echo', ['a\0b']), run('echo', ['b'])]);
  expect(impossible).toMatchObject({ exitCode: 127, stderr: expect.stringContaining('null bytes') });
  expect(next).toMatchObject({ exitCode: 0, stdout: 'b\n' });
});
