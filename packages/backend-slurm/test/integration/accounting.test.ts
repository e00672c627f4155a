import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createStudy, grid, ordinal, searchSpace, silentLogger, type StudyEvent } from '@fettle/core';
import { expect, it, onTestFinished, vi } from 'vitest';
import { slurm } from '../../src/index.ts';
import { describeOnSlurmWithAccounting } from '../describe-on-slurm.ts';
import { processesWith, SlurmCluster } from '../slurm-cluster.ts';

describeOnSlurmWithAccounting('jobs that the controller has forgotten', () => {
  it('are explained from the accounting', { timeout: 180_000 }, async () => {
    // A second after its end a job may be forgotten, and it is asked for only after that.
    const cluster = await SlurmCluster.start({ accounting: true, extra: ['MinJobAge=2'] });
    onTestFinished(() => cluster.stop());
    vi.stubEnv('SLURM_CONF', cluster.environment.SLURM_CONF);
    const directory = mkdtempSync(join(tmpdir(), 'fettle-accounting-'));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true, maxRetries: 5 }));
    const backend = slurm({
      slots: 2,
      minutes: 5,
      pollSeconds: 0.1,
      squeueSeconds: 12,
      bind: 'submit',
      directives: { nodelist: 'n{node}' },
    });
    const study = await createStudy({
      name: 'forgotten',
      space: searchSpace({ node: ordinal([1, 2]) }),
      objective: { metric: 'loss', goal: 'minimize' },
      command: ['sh', '-c', `[ $FETTLE_ATTEMPT = 2 ] || sleep 100; echo '{{"loss": 1}}' >>"$FETTLE_METRICS"`],
      retry: { backOff: 1000 },
      searcher: grid(),
      backend,
      seed: 1,
      directory,
    });
    const ends = new Map<number, Extract<StudyEvent, { type: 'attempt:ended' }>['body']['end']>();
    study.on('attempt:ended', ({ body }) => {
      if (body.attempt === 1) ends.set(body.trial, body.end);
    });
    const result = study.run();
    // Somebody kills the agent on one node, as the kernel does when memory is used up, and the other node dies.
    const agentOn = (node: string): number | undefined =>
      processesWith(`${directory}/slurm/agent-`).find((pid) => nodeOf(pid) === node);
    const begun = (batch: string): boolean =>
      readFileSync(join(directory, 'slurm', 'slots', batch, '0', 'from-agent.jsonl'), 'utf8').includes('started');
    await vi.waitUntil(() => agentOn('n1') !== undefined && agentOn('n2') !== undefined, 20_000);
    await vi.waitUntil(() => begun('1-1') && begun('1-2'), 20_000);
    process.kill(agentOn('n1')!, 'SIGKILL');
    cluster.crashNode('n2');
    cluster.run('scontrol', 'update', 'nodename=n2', 'state=down', 'reason=test');
    cluster.startNode('n2');
    expect((await result).status).toBe('finished');
    await study.close();
    expect(ends.get(1)).toEqual({
      kind: 'evicted',
      message: expect.stringMatching(/its job is FAILED with exit code (9:0|0:9) on n1\. Something killed it/),
    });
    expect(ends.get(2)).toMatchObject({
      kind: 'failed',
      failure: 'node',
      message: expect.stringMatching(/its job is NODE_FAIL on n2\. Nothing has to be done/),
    });
    const asked = await backend.create({ logger: silentLogger() }).recall?.(directory, ['2.1', '2.2', '3.1']);
    expect(asked).toMatchObject({
      study: [expect.stringMatching(/^asked of Slurm in 0\.0 hours: sbatch [56], squeue \d+, sacct [1-3]$/)],
      attempts: [
        { attempt: '2.1', text: expect.stringMatching(/^Job \d on n2\. It was lost: its job is NODE_FAIL on n2\.$/) },
        { attempt: '2.2', text: expect.stringMatching(/^Job \d on n2\. It ended with exit code 0\.$/) },
        { attempt: '3.1', text: 'It has no slot, and no job waits.' },
      ],
    });
  });
});

function nodeOf(pid: number): string | undefined {
  try {
    return /SLURMD_NODENAME=(\w+)/.exec(readFileSync(`/proc/${pid}/environ`, 'utf8'))?.[1];
  } catch {
    // It is over.
    return undefined;
  }
}
