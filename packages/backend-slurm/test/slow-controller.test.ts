import { launchRequest } from '@fettle/core/testing';
import { describe, expect, it } from 'vitest';
import type { CommandResult } from '../src/commands/submission-result.ts';
import { HandSlurm } from './hand-slurm.ts';

const [SECOND, MINUTE, HOUR] = [1000, 60_000, 3_600_000];
const TIMED_OUT: CommandResult = { exitCode: 1, stdout: '', stderr: 'Socket timed out on send/recv operation' };

describe('a controller that answers slowly', () => {
  it('keeps nobody from hearing what the jobs that run have done', async () => {
    const slurm = new HandSlurm({ slots: 2 });
    slurm.listing = 'RUNNING|None|n1';
    await slurm.open();
    slurm.hello('1-1/0');
    slurm.hello('1-1/1');
    await slurm.wait(5 * SECOND);
    await slurm.backend.launch(launchRequest(1));
    await slurm.backend.launch(launchRequest(2));
    await slurm.wait(MINUTE);
    // Another job is wanted, and to that nobody answers.
    slurm.instead.set('sbatch', () => new Promise(() => undefined));
    slurm.say('1-1/1', 'ended', { attempt: '2.1', exitCode: 0, evicted: 'the job is near its time limit' });
    slurm.say('1-1/1', 'leaving', { why: 'the job is near its time limit' });
    await slurm.wait(5 * SECOND);
    expect(slurm.count('sbatch')).toBe(2);
    slurm.say('1-1/0', 'ended', { attempt: '1.1', exitCode: 0 });
    expect(await slurm.end('1.1', 3 * SECOND)).toEqual({ kind: 'finished' });
    await slurm.backend.launch(launchRequest(3));
    expect(slurm.orders('1-1/0')).toContain('run 3.1 ');
  });

  it('is asked again to cancel a job, until it has heard of it', async () => {
    const slurm = new HandSlurm({ bind: 'submit' });
    await slurm.open();
    await slurm.backend.launch(launchRequest(1));
    let failures = 2;
    slurm.instead.set('scancel', () => {
      failures -= 1;
      return failures < 0 ? undefined : Promise.resolve(TIMED_OUT);
    });
    await slurm.backend.stop('1.1', { from: 'checkpoint', grace: 30_000 });
    expect(await slurm.end('1.1', HOUR)).toMatchObject({ kind: 'evicted' });
    expect(slurm.jobs[0]?.listed).toContain('CANCELLED');
    expect(slurm.warnings.filter((text) => text.includes('scancel'))).toHaveLength(2);
    const asked = slurm.count('scancel');
    await slurm.wait(HOUR);
    expect(slurm.count('scancel')).toBe(asked);
  });

  it('is asked once for each of many jobs that are cancelled at the same time', async () => {
    const slurm = new HandSlurm({ bind: 'submit', slots: 4 });
    await slurm.open();
    for (const trial of [1, 2, 3, 4]) {
      // oxlint-disable-next-line no-await-in-loop -- One submission after the other.
      await slurm.backend.launch(launchRequest(trial));
    }
    const stop = { from: 'checkpoint', grace: 30_000 } as const;
    await Promise.all((['1.1', '2.1', '3.1', '4.1'] as const).map((attempt) => slurm.backend.stop(attempt, stop)));
    await slurm.wait(MINUTE);
    expect(slurm.count('scancel')).toBe(4);
  });

  it('leaves a person to cancel what it does not when the session ends, and that is said', async () => {
    const slurm = new HandSlurm({});
    await slurm.open();
    slurm.instead.set('scancel', () => Promise.resolve(TIMED_OUT));
    await slurm.backend.close();
    expect(slurm.warnings.at(-1)).toContain(`scancel --state=PENDING --me --name=${slurm.jobs[0]?.name}`);
  });
});

describe('jobs of which the queue takes fewer at once', () => {
  const LIMIT = `sbatch: error: QOSMaxSubmitJobPerUserLimit\nsbatch: error: Batch job submission failed: Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)`;
  const sizes = (slurm: HandSlurm): number[] =>
    slurm.calls
      .filter(({ command, args }) => command === 'sbatch' && args[0] !== '--version')
      .map(
        ({ args }) =>
          Number(
            args
              .find((arg) => arg.startsWith('--array='))
              ?.split('-')
              .at(-1) ?? 0,
          ) + 1,
      );

  it.each([LIMIT, 'sbatch: error: Batch job submission failed: Invalid job array specification'])(
    'are submitted in smaller numbers until some are taken: %s',
    async (stderr) => {
      const slurm = new HandSlurm({ slots: 40 });
      let left = 12;
      slurm.instead.set('sbatch', (args) => {
        const jobs =
          Number(
            args
              .find((arg) => arg.startsWith('--array='))
              ?.split('-')
              .at(-1) ?? 0,
          ) + 1;
        if (jobs > left) return Promise.resolve({ exitCode: 1, stdout: '', stderr });
        left -= jobs;
        return undefined;
      });
      await slurm.open();
      await slurm.wait(10 * MINUTE);
      expect(sizes(slurm).slice(0, 3)).toEqual([40, 20, 10]);
      expect(slurm.jobs).not.toEqual([]);
      expect(slurm.warnings[0]).toContain('Fewer are tried');
    },
  );
});
