import { readdirSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { launchRequest } from '@fettle/core/testing';
import { describe, expect, it } from 'vitest';
import { HandSlurm } from './hand-slurm.ts';

const [SECOND, MINUTE] = [1000, 60_000];
const AGENT = readFileSync(new URL('../agent/agent.sh', import.meta.url), 'utf8');

/** The agents in a study's folder. */
function agents({ directory }: HandSlurm): { readonly path: string; readonly inode: number; readonly at: number }[] {
  const folder = join(directory, 'slurm');
  return readdirSync(folder)
    .filter((name) => name.startsWith('agent'))
    .map((name) => {
      const path = join(folder, name);
      const { ino, mtimeMs } = statSync(path);
      return { path, inode: ino, at: mtimeMs };
    });
}

describe('a driver after another', () => {
  it('finds the jobs that wait, also if its own would be shared by another number of slots', async () => {
    const first = new HandSlurm({ slots: 4, slotsPerJob: 2 });
    await first.open();
    await first.wait(MINUTE);
    const next = new HandSlurm({ slots: 4, slotsPerJob: 1 }, undefined, first);
    await next.open();
    await next.wait(20 * MINUTE);
    expect([next.count('sbatch'), next.orders('1-1/3'), next.warnings]).toEqual([0, '', []]);
  });

  it('gives no work to a slot whose time is over soon, of which only its first words say when', async () => {
    const first = new HandSlurm({ minutes: 60 });
    first.listing = 'RUNNING|None|n1';
    await first.open();
    first.hello('1-1/0');
    await first.wait(5 * SECOND);
    await first.backend.launch(launchRequest(1));
    first.say('1-1/0', 'ended', { attempt: '1.1', exitCode: 0 });
    await first.wait(59 * MINUTE);
    const next = new HandSlurm({ minutes: 60 }, undefined, first);
    await next.open();
    await next.backend.launch(launchRequest(2));
    await next.wait(5 * SECOND);
    expect(next.orders('1-1/0')).not.toContain('run 2.1 ');
  });

  it('leaves the agent alone that jobs may be reading just now', async () => {
    const first = new HandSlurm({});
    await first.open();
    const before = agents(first);
    expect(before.map(({ path }) => readFileSync(path, 'utf8'))).toEqual([AGENT]);
    await new HandSlurm({}, undefined, first).open();
    expect(agents(first)).toEqual(before);
  });

  it('puts a whole agent in the place of one that was not written to its end, and not into it', async () => {
    const first = new HandSlurm({});
    await first.open();
    const [before] = agents(first);
    truncateSync(before!.path, 100);
    await new HandSlurm({}, undefined, first).open();
    const after = agents(first);
    expect(after.map(({ path }) => [path, readFileSync(path, 'utf8')])).toEqual([[before!.path, AGENT]]);
    expect(after[0]!.inode).not.toBe(before!.inode);
  });
});
