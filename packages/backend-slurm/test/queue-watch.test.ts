import { describe, expect, it } from 'vitest';
import { LookPace } from '../src/jobs/look-pace.ts';
import { isGone, QueueWatch } from '../src/jobs/queue-watch.ts';

function listing(...lines: readonly string[]): { exitCode: number; stdout: string; stderr: string } {
  return { exitCode: 0, stdout: lines.map((line) => `${line}\n`).join(''), stderr: '' };
}

describe('the watch on the queue', () => {
  it('asks less and less often as long as nothing of the study changes, and soon again when something does', async () => {
    let state = 'PENDING';
    let other = 0;
    const pace = new LookPace(() => 0, 30_000);
    const watch = new QueueWatch(
      async () => {
        other += 1;
        return listing(`9|9|N/A|fettle-ab-1-1|${state}|Priority|`, `${other}|${other}|N/A|mine|RUNNING|None|n1`);
      },
      'fettle-ab-',
      pace,
    );
    const waits: number[] = [];
    for (let look = 0; look < 7; look += 1) {
      // oxlint-disable-next-line no-await-in-loop -- One look after the other.
      await watch.look();
      waits.push(pace.wait / 1000);
    }
    expect(waits).toEqual([30, 60, 120, 240, 480, 600, 600]);
    state = 'RUNNING';
    await watch.look();
    expect(pace.wait).toBe(30_000);
  });

  it('asks less often of a controller that does not answer', async () => {
    const pace = new LookPace(() => 0, 30_000);
    const watch = new QueueWatch(async () => ({ exitCode: 1, stdout: '', stderr: 'down' }), 'f', pace);
    await watch.look();
    await watch.look();
    expect(pace.wait).toBe(120_000);
  });

  it('says of each job whether it is over, will never start, or is in a state nobody knows', async () => {
    const watch = new QueueWatch(
      async () =>
        listing(
          '9|9|[0-1]|fettle-ab-1-1|PENDING|PartitionTimeLimit|',
          '10|10|0|fettle-ab-1-2|TIMEOUT|TimeLimit|n1',
          '11|11|N/A|fettle-ab-1-3|FROBBING|None|n2',
        ),
      'fettle-ab-',
      new LookPace(() => 0, 30_000),
    );
    const jobs = await watch.look();
    if (typeof jobs === 'string') throw new Error(jobs);
    expect(jobs.get('fettle-ab-1-1/1')).toMatchObject({ state: 'queued', hopeless: 'PartitionTimeLimit' });
    expect(jobs.get('fettle-ab-1-2/0')).toMatchObject({ state: 'evicted', text: 'TIMEOUT (TimeLimit) on n1' });
    expect(jobs.get('fettle-ab-1-3/0')?.text).toContain('FROBBING on n2, which this version does not know');
    expect([...jobs.values(), undefined].map(isGone)).toEqual([false, false, true, false, true]);
  });

  it('takes the one that lives where two jobs have one name: only one of them has the slot', async () => {
    const lines = ['9|9|N/A|f-1-1|RUNNING|None|n1', '10|10|N/A|f-1-1|COMPLETED|None|n1'];
    for (const order of [lines, lines.toReversed()]) {
      const watch = new QueueWatch(async () => listing(...order), 'f-', new LookPace(() => 0, 30_000));
      // oxlint-disable-next-line no-await-in-loop -- One look after the other.
      const jobs = await watch.look();
      if (typeof jobs === 'string') throw new Error(jobs);
      expect(jobs.get('f-1-1/0')?.text).toBe('RUNNING on n1');
    }
  });

  it('takes no answer for no answer, and not for an empty queue', async () => {
    const watch = new QueueWatch(
      async () => ({ exitCode: 1, stdout: '', stderr: 'slurm_load_jobs error: timed out' }),
      'f',
      new LookPace(() => 0, 1),
    );
    expect(await watch.look()).toBe('slurm_load_jobs error: timed out');
  });
});
