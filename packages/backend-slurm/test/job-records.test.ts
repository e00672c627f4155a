import { describe, expect, it } from 'vitest';
import { readAccounting } from '../src/commands/accounting-listing.ts';
import { jobEnd } from '../src/commands/job-end.ts';
import type { CommandResult } from '../src/commands/submission-result.ts';
import { JobRecords } from '../src/jobs/job-records.ts';

/** Written by Slurm 22.05: a node that died, a job killed by hand, three that were cancelled before they began. */
const LISTING = `5|5|fettle-ab-1-2|FAILED|9:0|n1
7|7|fettle-ab-1-4|PREEMPTED|0:0|n2
4_0|8|fettle-ab-1-1|NODE_FAIL|0:0|n1
4_1|9|fettle-ab-1-1|CANCELLED by 0|0:0|n1
12_[0-2]|12|fettle-ab-1-5|CANCELLED by 1000|0:0|None assigned
13_0|13|fettle-ab-1-6|RUNNING|0:0|n1
`;

/** An accounting that notes what it is asked. */
function accounting(answer: Partial<CommandResult>): {
  readonly asked: string[];
  readonly records: (now: () => number) => JobRecords;
} {
  const asked: string[] = [];
  return {
    asked,
    records: (now) =>
      new JobRecords(async (command, args) => {
        asked.push([command, ...args].join(' '));
        return { exitCode: 0, stdout: '', stderr: '', ...answer };
      }, now),
  };
}

describe('the accounting of jobs', () => {
  it('is read line by line, folded elements of an array too; what is none of its lines is passed over', () => {
    const jobs = readAccounting(`sacct: a banner of the site\n${LISTING}1|2|3\n`);
    expect(jobs).toHaveLength(6);
    expect(jobs[4]).toEqual({
      job: '12',
      indices: [0, 1, 2],
      name: 'fettle-ab-1-5',
      state: 'CANCELLED by 1000',
      exitCode: '0:0',
      node: 'None assigned',
    });
  });

  it('is asked once for all jobs that have vanished, since the first of them was submitted', async () => {
    const { asked, records } = accounting({ stdout: LISTING });
    const sought = (name: string, index: number) => ({ name, index, submitted: 100_000 + index });
    const ends = await records(() => 700_000).ends([
      sought('fettle-ab-1-1', 0),
      sought('fettle-ab-1-1', 1),
      sought('fettle-ab-1-5', 2),
      sought('fettle-ab-1-6', 0),
      sought('fettle-ab-1-7', 0),
    ]);
    expect(asked).toEqual([
      'sacct -X -n -P -S now-660seconds -o JobID,JobIDRaw,JobName,State,ExitCode,NodeList --name=fettle-ab-1-1,fettle-ab-1-5,fettle-ab-1-6,fettle-ab-1-7',
    ]);
    expect(ends.map((end) => end && [end.state, end.text])).toEqual([
      ['node', 'NODE_FAIL on n1'],
      ['cancelled', 'CANCELLED by root on n1'],
      ['cancelled', 'CANCELLED by user 1000'],
      // It is late: nobody believes that it runs.
      undefined,
      undefined,
    ]);
  });

  it('knows the job that had the slot among two with one name', async () => {
    const twice = accounting({ stdout: 'a\n5|5|f|COMPLETED|0:0|n1\n6|6|f|TIMEOUT|0:0|n2\n7|7|f|COMPLETED|0:0|n1\n' });
    const ends = await twice.records(() => 0).ends([{ name: 'f', index: 0, job: '6', submitted: 0 }]);
    expect(ends[0]).toMatchObject({ text: 'TIMEOUT on n2', remedy: expect.stringContaining('`leadSeconds`') });
  });

  it('is left alone for a while when it does not answer, and for good when it is off', async () => {
    const sought = [{ name: 'f', index: 0, submitted: 0 }];
    let now = 0;
    const slow = accounting({ exitCode: undefined });
    const books = slow.records(() => now);
    for (now of [0, 1000, 9 * 60_000]) expect(await books.ends(sought)).toEqual([undefined]);
    expect(slow.asked).toHaveLength(1);
    now = 11 * 60_000;
    await books.ends(sought);
    expect(slow.asked).toHaveLength(2);
    const off = accounting({ exitCode: 1, stderr: 'Slurm accounting storage is disabled\n' });
    const none = off.records(() => now);
    for (now of [0, 1e12]) await none.ends(sought);
    expect(off.asked).toHaveLength(1);
    expect(await off.records(() => 0).ends([])).toEqual([]);
    expect(off.asked).toHaveLength(1);
  });
});

describe('the end of a job', () => {
  it.each([
    [{ state: 'OUT_OF_MEMORY', exitCode: '0:125', node: 'n1' }, 'out-of-memory', '`mem`'],
    [{ state: 'TIMEOUT', reason: 'TimeLimit' }, 'evicted', '`minutes`'],
    [{ state: 'PREEMPTED' }, 'evicted', 'Nothing has to be done'],
    [{ state: 'NODE_FAIL', reason: 'NodeDown' }, 'node', 'left alone'],
    [{ state: 'CANCELLED by 0' }, 'cancelled', 'administrators'],
    [{ state: 'FAILED', exitCode: '0:53' }, 'over', 'write'],
    [{ state: 'FAILED', exitCode: '9:0' }, 'over', 'memory limit'],
    [{ state: 'CANCELLED by 1000' }, 'cancelled', undefined],
    [{ state: 'FAILED', exitCode: '3:0' }, 'over', undefined],
    [{ state: 'COMPLETED' }, 'over', undefined],
  ])('%j has a class, and a remedy if there is one', (job, state, remedy) => {
    const end = jobEnd(job);
    expect(end.state).toBe(state);
    if (remedy === undefined) expect(end.remedy).toBeUndefined();
    else expect(end.remedy).toContain(remedy);
  });

  it('names what is known of it, and a state that nobody knows', () => {
    expect(jobEnd({ state: 'FAILED', exitCode: '3:0', reason: 'NonZeroExitCode', node: 'n1' }).text).toBe(
      'FAILED (NonZeroExitCode) with exit code 3:0 on n1',
    );
    expect(jobEnd({ state: 'FROBBED', reason: 'None' })).toEqual({
      state: 'running',
      text: 'FROBBED, which this version does not know',
      remedy: undefined,
    });
  });
});
