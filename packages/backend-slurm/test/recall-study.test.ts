import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recallStudy } from '../src/site/recall-study.ts';
import type { LedgerEntry } from '../src/slots/ledger.ts';

const HOUR = 3_600_000;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fettle-recall-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function ledger(...entries: readonly LedgerEntry[]): void {
  mkdirSync(join(folder, 'slurm'), { recursive: true });
  // Its writer is in the middle of a line.
  const text = entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
  writeFileSync(join(folder, 'slurm', 'ledger.jsonl'), `${text}{"kind":"ass`);
}

function agent(slot: string, ...records: readonly object[]): void {
  mkdirSync(join(folder, 'slurm', 'slots', slot), { recursive: true });
  const lines = records.map((record, index) => `${JSON.stringify({ seq: index + 1, at: 0, ...record })}\n`);
  writeFileSync(join(folder, 'slurm', 'slots', slot, 'from-agent.jsonl'), lines.join(''));
}

/** A Slurm that says this and notes what it is asked. */
function site(queue: string, accounting: string): { asked: string[]; slurm: Parameters<typeof recallStudy>[0] } {
  const asked: string[] = [];
  return {
    asked,
    slurm: async (command) => {
      asked.push(command);
      return { exitCode: 0, stdout: command === 'squeue' ? queue : accounting, stderr: '' };
    },
  };
}

const OPENED: LedgerEntry = { kind: 'opened', session: 1, at: 0, jobs: 'f-' };
const BATCH: LedgerEntry = { kind: 'submitting', batch: '1-1', count: 4, lanes: 1, at: 1000 };
const JOBS = { within: 'jobs' } as const;
const HELLO = { kind: 'hello', job: '41', restart: 0, node: 'n7', devices: '2' };

describe('what is known of attempts on disk', () => {
  it('is where they run and ran, how that ended, and what can be done', async () => {
    ledger(
      OPENED,
      BATCH,
      { kind: 'assigned', attempt: '1.1', slot: '1-1/0' },
      { kind: 'assigned', attempt: '2.1', slot: '1-1/1' },
      { kind: 'closed', slot: '1-1/1', why: 'the job was cancelled, preempted or out of time' },
      { kind: 'assigned', attempt: '3.1', slot: '1-1/2' },
      { kind: 'closed', slot: '1-1/2', why: 'its job is gone' },
      { kind: 'assigned', attempt: '4.1', slot: '1-1/3' },
      { kind: 'closed', slot: '1-1/3', why: 'nothing to do for 300 s' },
    );
    agent('1-1/0', HELLO, { kind: 'started', attempt: '1.1', pid: 3 });
    const end = {
      kind: 'ended',
      attempt: '2.1',
      exitCode: 143,
      evicted: 'the job was cancelled, preempted or out of time',
    };
    agent('1-1/1', HELLO, end);
    agent('1-1/2', HELLO);
    agent('1-1/3', HELLO, { kind: 'ended', attempt: '4.1', exitCode: 3 });
    const { asked, slurm } = site(
      '41_0|41|0|f-1-1|RUNNING|None|n7|0\n',
      '41_1|42|f-1-1|PREEMPTED|0:0|n7\n41_2|43|f-1-1|OUT_OF_MEMORY|0:125|n7\n41_3|44|f-1-1|COMPLETED|0:0|n7\n',
    );
    const { attempts } = await recallStudy(slurm, folder, ['1.1', '2.1', '3.1', '4.1'], JOBS, HOUR);
    expect(asked).toEqual(['squeue', 'sacct']);
    expect(attempts).toEqual([
      { attempt: '1.1', text: 'Job 41 on n7, GPU 2. RUNNING.' },
      {
        attempt: '2.1',
        text: 'Job 41 on n7, GPU 2. It was ended: the job was cancelled, preempted or out of time. Slurm: PREEMPTED on n7.',
        remedy: expect.stringContaining('Nothing has to be done'),
      },
      {
        attempt: '3.1',
        text: 'Job 41 on n7, GPU 2. It was lost: its job is gone. Slurm: OUT_OF_MEMORY with exit code 0:125 on n7.',
        remedy: expect.stringContaining('`mem`'),
      },
      // What became of its job later says nothing about it.
      { attempt: '4.1', text: 'Job 41 on n7, GPU 2. It ended with exit code 3.', remedy: undefined },
    ]);
  });

  it('is why they wait, until when, and what can be done', async () => {
    ledger(OPENED, { ...BATCH, lanes: 2 }, { kind: 'assigned', attempt: '1.1', slot: '1-1/3' });
    agent('1-1/3');
    const line = (index: number, reason: string, start: string): string =>
      `41_${index}|41|${index}|f-1-1|PENDING|${reason}||${start}\n`;
    // Two slots in each job; somebody else's job begins sooner.
    const { asked, slurm } = site(
      `${line(1, 'QOSMaxJobsPerUserLimit', '1795250848')}9|9|N/A|mine|PENDING|Priority||1795250000\n`,
      '',
    );
    const { attempts } = await recallStudy(slurm, folder, ['1.1', '2.1'], JOBS, HOUR);
    expect(asked).toEqual(['squeue']);
    const text = 'Job 41 waits in the queue (QOSMaxJobsPerUserLimit), expected to start at 2026-11-21T08:47Z.';
    const remedy = expect.stringContaining('after another job of yours');
    expect(attempts).toEqual([
      { attempt: '1.1', text, remedy },
      { attempt: '2.1', text: `It waits for a slot. ${text}`, remedy },
    ]);
    const hopeless = site(line(1, 'PartitionTimeLimit', 'N/A'), '');
    expect((await recallStudy(hopeless.slurm, folder, ['1.1'], JOBS, HOUR)).attempts[0]).toEqual({
      attempt: '1.1',
      text: 'Job 41 waits in the queue (PartitionTimeLimit).',
      remedy: expect.stringContaining('will never start'),
    });
  });

  it('is what the agents have said, in an allocation', async () => {
    ledger(OPENED, BATCH, { kind: 'assigned', attempt: '1.1', slot: '1-1/0' });
    agent('1-1/0', HELLO, { kind: 'ended', attempt: '1.1', exitCode: 0 });
    const { asked, slurm } = site('', '');
    const { attempts } = await recallStudy(slurm, folder, ['1.1', '2.1'], { within: 'allocation' }, HOUR);
    expect(attempts).toEqual([{ attempt: '1.1', text: 'Job 41 on n7, GPU 2. It ended with exit code 0.' }]);
    expect(asked).toEqual([]);
  });

  it('is what the study has asked of Slurm in all its sessions, for which nobody is asked', async () => {
    const { asked, slurm } = site('', '');
    expect(await recallStudy(slurm, folder, ['1.1'], JOBS, 0)).toEqual({ study: [], attempts: [] });
    ledger(
      OPENED,
      { kind: 'calls', session: 1, at: HOUR, calls: { sbatch: 1, squeue: 50 } },
      { kind: 'calls', session: 1, at: 2 * HOUR, calls: { sbatch: 2, squeue: 99 } },
      { kind: 'opened', session: 2, at: 5 * HOUR, jobs: 'f-' },
      { kind: 'calls', session: 2, at: 6.5 * HOUR, calls: { squeue: 10, sacct: 1 } },
    );
    expect((await recallStudy(slurm, folder, [], JOBS, 0)).study).toEqual([
      'asked of Slurm in 3.5 hours: sbatch 2, squeue 109, sacct 1',
    ]);
    expect(asked).toEqual([]);
  });
});
