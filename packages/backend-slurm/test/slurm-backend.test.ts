import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { launchRequest } from '@fettle/core/testing';
import { describe, expect, it } from 'vitest';
import { HandSlurm } from './hand-slurm.ts';

const [SECOND, MINUTE, HOUR] = [1000, 60_000, 3_600_000];

describe('jobs that end before their agents say a word', () => {
  it('are said with what Slurm and their logs say, and submitted less and less often', async () => {
    const slurm = new HandSlurm({});
    slurm.listing = 'FAILED|NonZeroExitCode|n1';
    await slurm.open();
    const log = join(slurm.directory, 'slurm', 'slots', '1-1', 'job-0.log');
    writeFileSync(log, 'slurmstepd: error: it cannot be\n');
    await slurm.wait(HOUR);
    expect(slurm.warnings[0]).toContain('FAILED (NonZeroExitCode) on n1');
    expect(slurm.warnings[0]).toContain(`${log}:\nslurmstepd: error: it cannot be`);
    expect(slurm.count('sbatch')).toBeLessThan(12);
    // One that begins shows that others can.
    slurm.listing = 'RUNNING|None|n1';
    await slurm.wait(2 * HOUR);
    const before = slurm.count('sbatch');
    slurm.hello(`1-${before}/0`);
    slurm.say(`1-${before}/0`, 'leaving', { why: 'nothing to do' });
    await slurm.wait(2 * MINUTE);
    expect(slurm.count('sbatch')).toBe(before + 1);
  });

  it('are said without advice when somebody has cancelled them', async () => {
    const slurm = new HandSlurm({});
    slurm.listing = 'CANCELLED|None|';
    await slurm.open();
    await slurm.wait(MINUTE);
    expect(slurm.warnings).toEqual([
      '1 slot ended before anything was heard of it: its job is CANCELLED. The next jobs are submitted in 5 s at the earliest.',
    ]);
  });

  it('are a failure of the machine for the attempt that was to run in them', async () => {
    const slurm = new HandSlurm({ bind: 'submit' });
    slurm.listing = 'FAILED|JobLaunchFailure|n1';
    await slurm.open();
    await slurm.backend.launch(launchRequest(1));
    expect(await slurm.end('1.1', 5 * MINUTE)).toMatchObject({ kind: 'failed', failure: 'node' });
  });
});

describe('a job that waits in the queue', () => {
  it('is cancelled when its attempt is to stop, which has been stopped then', async () => {
    const slurm = new HandSlurm({ bind: 'submit' });
    await slurm.open();
    await slurm.backend.launch(launchRequest(1));
    await slurm.wait(HOUR);
    await slurm.backend.stop('1.1', { from: 'checkpoint', grace: 30_000 });
    expect(await slurm.end('1.1', 2 * MINUTE)).toMatchObject({ kind: 'evicted' });
    expect(slurm.calls.find(({ command }) => command === 'scancel')?.args).toContain('--state=PENDING');
    expect([slurm.host.ends.get('1.1')?.length, slurm.warnings]).toEqual([1, []]);
  });

  it('is left alone when a person holds it', async () => {
    const slurm = new HandSlurm({});
    slurm.listing = 'PENDING|JobHeldAdmin|';
    await slurm.open();
    await slurm.wait(6 * HOUR);
    expect([slurm.count('sbatch'), slurm.count('scancel')]).toEqual([1, 0]);
    expect(slurm.backend.standing()).toContain('JobHeldAdmin');
  });

  it('is looked at soon after it was submitted, however calm it was before', async () => {
    const slurm = new HandSlurm({ slots: 2 });
    slurm.listing = 'RUNNING|None|n1';
    await slurm.open();
    slurm.hello('1-1/0');
    slurm.hello('1-1/1');
    for (const [trial, slot] of [
      [1, '1-1/0'],
      [2, '1-1/1'],
    ] as const) {
      await slurm.wait(5 * SECOND);
      await slurm.backend.launch(launchRequest(trial));
      slurm.say(slot, 'started', { attempt: `${trial}.1`, pid: 1 });
    }
    const calm = setUpHeartbeats(slurm, ['1-1/0', '1-1/1']);
    await slurm.wait(HOUR);
    calm();
    slurm.say('1-1/0', 'ended', { attempt: '1.1', exitCode: 0, evicted: 'the job is near its time limit' });
    slurm.say('1-1/0', 'leaving', { why: 'the job is near its time limit' });
    await slurm.wait(10 * SECOND);
    const submitted = slurm.calls.findLast(({ command }) => command === 'sbatch')?.at ?? 0;
    expect(slurm.count('sbatch')).toBe(2);
    await slurm.wait(MINUTE);
    const looked = slurm.calls.find(({ command, at }) => command === 'squeue' && at > submitted)?.at ?? Infinity;
    expect(looked - submitted).toBeLessThan(10 * SECOND);
  });
});

describe('an attempt', () => {
  it('is not asked for before there is a slot for it: what it waits in the queue would count for its time limit', async () => {
    const slurm = new HandSlurm({ attemptsPerJob: 1 });
    await slurm.openIdle();
    await slurm.backend.launch(launchRequest(1));
    const told: number[] = [];
    slurm.host.capacityChanged = () => void told.push(slurm.backend.capacity());
    slurm.say('1-1/0', 'started', { attempt: '1.1', pid: 1 });
    slurm.say('1-1/0', 'ended', { attempt: '1.1', exitCode: 0 });
    slurm.say('1-1/0', 'leaving', { why: 'it has run its attempts' });
    await slurm.wait(MINUTE);
    expect([slurm.count('sbatch'), told]).toEqual([2, [0]]);
    slurm.hello('1-2/0');
    await slurm.wait(5 * SECOND);
    expect(told).toEqual([0, 1]);
  });

  it('is asked for without a slot where the last one went for want of work: nothing else would tell of new work', async () => {
    const slurm = new HandSlurm({});
    slurm.listing = 'RUNNING|None|n1';
    await slurm.open();
    slurm.hello('1-1/0');
    await slurm.wait(MINUTE);
    slurm.say('1-1/0', 'leaving', { why: 'nothing to do' });
    await slurm.wait(MINUTE);
    expect([slurm.count('sbatch'), slurm.backend.capacity()]).toEqual([1, 1]);
  });
});

describe('an agent that falls silent', () => {
  it('has the queue asked soon, however calm it was before', async () => {
    const slurm = new HandSlurm({});
    await slurm.openIdle();
    await slurm.backend.launch(launchRequest(1));
    const silence = setUpHeartbeats(slurm, ['1-1/0']);
    await slurm.wait(2 * HOUR);
    silence();
    slurm.jobs[0]!.listed = 'NODE_FAIL|NodeDown|n1';
    expect(await slurm.end('1.1', 3 * MINUTE)).toMatchObject({ kind: 'failed', failure: 'node' });
  });
});

describe('an attempt that can never be given to a slot', () => {
  const withoutTool = { configuration: {} };

  it('has failed at launch, once, and the slot takes the next one', async () => {
    const slurm = new HandSlurm({}, ['{tool}']);
    await slurm.openIdle();
    await slurm.backend.launch(launchRequest(1, withoutTool));
    expect(await slurm.end('1.1', SECOND)).toMatchObject({ kind: 'failed', failure: 'launch' });
    await slurm.backend.launch(launchRequest(2, { configuration: { tool: 'true' } }));
    expect(slurm.orders('1-1/0')).toContain('run 2.1 ');
    slurm.say('1-1/0', 'leaving', { why: 'nothing to do' });
    await slurm.wait(MINUTE);
    expect(slurm.host.ends.get('1.1')).toHaveLength(1);
  });

  it('is not counted among those that one job may run', async () => {
    const slurm = new HandSlurm({ attemptsPerJob: 1 }, ['{tool}']);
    await slurm.openIdle();
    await slurm.backend.launch(launchRequest(1, withoutTool));
    expect(await slurm.end('1.1', SECOND)).toMatchObject({ kind: 'failed', failure: 'launch' });
    await slurm.wait(5 * SECOND);
    await slurm.backend.launch(launchRequest(2, { configuration: { tool: 'true' } }));
    expect(slurm.orders('1-1/0')).toContain('run 2.1 ');
  });

  it('has failed at launch also when it had to wait for its job to be submitted', async () => {
    const slurm = new HandSlurm({ bind: 'submit', slots: 2, directives: { mem: '{tool}' } });
    slurm.listing = 'RUNNING|None|n1';
    await slurm.open();
    // While the first is submitted the second waits.
    await Promise.all([
      slurm.backend.launch(launchRequest(1, { configuration: { tool: '1G' } })),
      slurm.backend.launch(launchRequest(2, withoutTool)),
    ]);
    expect(await slurm.end('2.1', MINUTE)).toMatchObject({
      kind: 'failed',
      failure: 'launch',
      message: expect.stringContaining('{tool}'),
    });
    await slurm.wait(10 * MINUTE);
    expect([...slurm.host.ends.keys(), slurm.host.ends.get('2.1')?.length, slurm.count('sbatch')]).toEqual([
      '2.1',
      1,
      1,
    ]);
  });
});

/** Signs of life of some agents, every 30 s. @returns has them fall silent */
function setUpHeartbeats(slurm: HandSlurm, slots: readonly string[]): () => void {
  let silent = false;
  const beat = (): void => {
    if (silent) return;
    for (const slot of slots) slurm.say(slot, 'alive');
    slurm.clock.after(30 * SECOND, beat);
  };
  beat();
  return () => {
    silent = true;
  };
}
