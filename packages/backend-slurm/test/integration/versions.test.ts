import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createStudy, grid, ordinal, searchSpace, silentLogger, type StudyEvent } from '@fettle/core';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { slurm } from '../../src/index.ts';
import { fakeSlurm } from '../fake-slurm.ts';
import { SLURM_TEXTS } from '../fixtures/slurm-texts.ts';

const LOST_NODE = {
  kind: 'failed',
  failure: 'node',
  message: expect.stringContaining('NODE_FAIL with exit code 1:0 on n1.'),
};

/** How the accounting of each version says that the first job ended. */
const ENDS: { readonly [version: string]: object } = {
  '20.11': { kind: 'evicted', message: expect.stringContaining('TIMEOUT on n1. Its program did not save itself') },
  '22.05': { kind: 'evicted', message: expect.stringContaining('FAILED with exit code 9:0 on n1. Something killed') },
  '23.11': { kind: 'failed', failure: 'oom', message: expect.stringContaining('Ask for more memory') },
  '24.05': { kind: 'evicted', message: expect.stringContaining('PREEMPTED on n1. Nothing has to be done') },
  '25.11': LOST_NODE,
};

describe.each(Object.entries(SLURM_TEXTS))('the texts of Slurm %s', (version, texts) => {
  it('are understood by doctor, by submission, by the watch on the queue and by the explanation of an end', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'fettle-texts-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
    for (const [name, value] of Object.entries(fakeSlurm(folder, texts))) vi.stubEnv(name, value);

    const backend = slurm({ slots: 2, minutes: 60, pollSeconds: 0.1, squeueSeconds: 0.2, idleSeconds: 1 });
    const findings = (await backend.create({ logger: silentLogger() }).diagnose?.()) ?? [];
    expect(findings.map(({ check, status }) => `${check} ${status}`)).toEqual([
      'slurm ok',
      'accounting ok',
      'partition ok',
      'job ok',
      'calls ok',
    ]);
    expect(findings[0]?.text).toContain(`${version}.`);
    expect(findings[1]?.text).toBe('on (slurmdbd)');
    expect(findings[2]?.text).toMatch(/^debug: UP, 2 nodes/);

    const study = await createStudy({
      name: 'texts',
      space: searchSpace({ x: ordinal([1, 2, 3]) }),
      objective: { metric: 'loss', goal: 'minimize' },
      // The first attempt kills its agent, and that is the end of the job.
      command: [
        'sh',
        '-c',
        `[ $1.$FETTLE_ATTEMPT != 1.1 ] || {{ kill -KILL $PPID; sleep 9; }}; echo '{{"loss": 1}}' >>"$FETTLE_METRICS"`,
        'sh',
        '{x}',
      ],
      retry: { limits: { oom: 1 }, backOff: 10 },
      searcher: grid(),
      backend,
      seed: 1,
      directory: join(folder, 'study'),
    });
    const ends: Extract<StudyEvent, { type: 'attempt:ended' }>['body'][] = [];
    study.on('attempt:ended', ({ body }) => ends.push(body));
    const result = await study.run();
    await study.close();
    expect(result).toMatchObject({ status: 'finished' });
    expect(ends.filter(({ end }) => end.kind === 'finished')).toHaveLength(3);
    expect(ends.find(({ trial, attempt }) => trial === 1 && attempt === 1)?.end).toMatchObject(ENDS[version]!);
    const calls = readFileSync(join(folder, 'calls'), 'utf8');
    // Once for the one job that vanished without a word; again, if its node is said to be lost, when its agent is silent as well.
    expect(calls.match(/^sacct/gm)).toHaveLength(ENDS[version] === LOST_NODE ? 2 : 1);
  });
});
