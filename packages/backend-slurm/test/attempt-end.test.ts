import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { endOfJob, endOfRecord } from '../src/attempt-end.ts';
import { jobClass } from '../src/commands/job-state.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fettle-end-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the end of an attempt', () => {
  const ended = { seq: 2, at: 0, kind: 'ended', attempt: '1.1' } as const;
  const files = () => ({ metrics: '', stdout: '', stderr: join(folder, 'stderr') });

  it('is what its exit code says', () => {
    expect(endOfRecord({ ...ended, exitCode: 0 }, files())).toEqual({ kind: 'finished' });
    expect(endOfRecord({ ...ended, exitCode: 75 }, files())).toEqual({ kind: 'checkpointed' });
    writeFileSync(files().stderr, 'RuntimeError: no\n');
    const failed = endOfRecord({ ...ended, exitCode: 1 }, files());
    expect(failed).toMatchObject({
      kind: 'failed',
      failure: 'code',
      message: expect.stringContaining('RuntimeError: no'),
    });
  });

  it('is a lack of memory when the kernel killed it for that', () => {
    expect(endOfRecord({ ...ended, exitCode: 137, outOfMemory: true }, files())).toMatchObject({ failure: 'oom' });
    expect(endOfRecord({ ...ended, exitCode: 137 }, files())).toMatchObject({ failure: 'code' });
  });

  it('is an eviction when its agent ended it, however it took that, unless it saved itself', () => {
    const evicted = 'the job is near its time limit';
    const end = { kind: 'evicted', message: 'The job is near its time limit.' };
    expect(endOfRecord({ ...ended, exitCode: 137, evicted }, files())).toEqual(end);
    expect(endOfRecord({ ...ended, exitCode: 0, evicted }, files())).toEqual(end);
    expect(endOfRecord({ ...ended, exitCode: 75, evicted }, files())).toEqual({ kind: 'checkpointed' });
    expect(endOfRecord({ ...ended, evicted }, files())).toEqual(end);
  });

  it('is told from the state of its job when its agent said nothing', () => {
    const ends = ['TIMEOUT', 'PREEMPTED', 'CANCELLED by 1000', 'COMPLETED', 'NODE_FAIL', 'OUT_OF_MEMORY'].map((state) =>
      endOfJob(jobClass(state), 'Its job is over.'),
    );
    expect(ends.map((end) => (end.kind === 'failed' ? end.failure : end.kind))).toEqual([
      'evicted',
      'evicted',
      'evicted',
      'evicted',
      'node',
      'oom',
    ]);
    expect(endOfJob('hopeless', 'It would never have started.')).toMatchObject({ kind: 'failed', failure: 'launch' });
  });
});
