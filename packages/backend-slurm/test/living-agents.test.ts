import { launchRequest } from '@fettle/core/testing';
import { describe, expect, it } from 'vitest';
import { HandSlurm } from './hand-slurm.ts';

const [SECOND, MINUTE, HOUR] = [1000, 60_000, 3_600_000];

/** One slot whose agent runs an attempt and gives signs of life. */
async function running(): Promise<{ readonly slurm: HandSlurm; readonly die: () => void }> {
  const slurm = new HandSlurm({});
  await slurm.openIdle();
  await slurm.backend.launch(launchRequest(1));
  let alive = true;
  const beat = (): void => {
    if (!alive) return;
    slurm.say('1-1/0', 'alive');
    slurm.clock.after(30 * SECOND, beat);
  };
  beat();
  const die = (): void => {
    alive = false;
  };
  return { slurm, die };
}

describe('an agent that speaks', () => {
  it.each([
    ['does not show, as on the login node of another cluster', undefined],
    ['gives up with its node, because the daemon there has died', 'NODE_FAIL|NodeDown|n1'],
  ])('has a job, also one that the queue %s', async (_, listed) => {
    const { slurm, die } = await running();
    slurm.jobs[0]!.listed = listed;
    await slurm.wait(HOUR);
    expect([slurm.host.ends.size, slurm.orders('1-1/0').includes('leave'), slurm.count('sbatch')]).toEqual([
      0,
      false,
      1,
    ]);
    die();
    expect(await slurm.end('1.1', 5 * MINUTE)).toBeDefined();
  });
});

describe('the end that an agent has written down', () => {
  it('is told once, also while nothing can be written to the ledger', async () => {
    const { slurm, die } = await running();
    die();
    slurm.say('1-1/0', 'ended', { attempt: '1.1', exitCode: 0 });
    slurm.say('1-1/0', 'leaving', { why: 'nothing to do' });
    const mend = slurm.breakLedger();
    expect(await slurm.end('1.1', 10 * SECOND)).toEqual({ kind: 'finished' });
    mend();
    await slurm.wait(10 * MINUTE);
    expect(slurm.host.ends.get('1.1')).toHaveLength(1);
    expect(slurm.count('sbatch')).toBe(2);
  });

  it('is that of a lost attempt, if its job is gone, and is told once the ledger can be written again', async () => {
    const { slurm, die } = await running();
    die();
    slurm.say('1-1/0', 'leaving', { why: 'it was so' });
    const mend = slurm.breakLedger();
    await slurm.wait(MINUTE);
    mend();
    expect(await slurm.end('1.1', MINUTE)).toMatchObject({ kind: 'evicted' });
    expect(slurm.host.ends.get('1.1')).toHaveLength(1);
  });
});
