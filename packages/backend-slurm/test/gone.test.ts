import { describe, expect, it } from 'vitest';
import { goneOf, sift } from '../src/gone.ts';
import type { JobSight } from '../src/jobs/queue-watch.ts';
import { Slot } from '../src/slots/slot.ts';

const RUNNING: JobSight = { state: 'running', text: 'RUNNING' };
const HOPELESS: JobSight = { state: 'queued', text: 'PENDING', hopeless: 'PartitionTimeLimit' };
const FAILED: JobSight = { state: 'over', text: 'FAILED on n1', remedy: 'Look at it.', node: 'n1' };

/** Three slots, and what one look after the other says of them. @returns the indices of those missed and lost in each */
function looks(...sights: readonly (readonly (JobSight | undefined)[])[]): { missed: number[]; lost: number[] }[] {
  const slots = [0, 1, 2].map((index) => new Slot('1-1', index, 0));
  return sights.map((sight) => {
    const { missed, lost } = sift(slots, ({ index }) => sight[index], 0);
    const indices = (some: readonly Slot[]): number[] => some.map(({ index }) => index);
    return { missed: indices(missed), lost: indices(lost) };
  });
}

describe('the slots whose jobs are gone', () => {
  it('are those that two looks in a row have missed, or seen to be over', () => {
    expect(looks([RUNNING, undefined, FAILED], [RUNNING, undefined, FAILED], [RUNNING, RUNNING, FAILED])).toEqual([
      { missed: [1, 2], lost: [] },
      { missed: [1, 2], lost: [1, 2] },
      { missed: [2], lost: [2] },
    ]);
  });

  it('are not those that one look has missed and the next one has seen', () => {
    const absent = { missed: [0], lost: [] };
    const there = { missed: [], lost: [] };
    const all = [RUNNING, RUNNING, RUNNING];
    const without = [undefined, RUNNING, RUNNING];
    expect(looks(without, all, without, all)).toEqual([absent, there, absent, there]);
  });

  it('are not those whose agents have spoken lately, unless Slurm has seen the end of the job itself', () => {
    /** What three looks at one moment say of a slot whose agent has spoken at 1 s. */
    const thrice = (sight: JobSight | undefined, now: number): string[] => {
      const slot = new Slot('1-1', 0, 0);
      slot.heard = 1000;
      return [1, 2, 3].map(() => {
        const { missed, lost, doubted } = sift([slot], () => sight, now);
        return Object.entries({ missed, lost, doubted })
          .flatMap(([name, slots]) => (slots.length > 0 ? name : []))
          .join(' ');
      });
    };
    const dead: JobSight = { state: 'node', text: 'NODE_FAIL' };
    const gone = ['missed', 'missed lost', 'missed lost'];
    expect(thrice(FAILED, 61_000)).toEqual(gone);
    // Of a job that has only vanished the accounting is asked, once.
    expect(thrice(undefined, 61_000)).toEqual(['missed', 'doubted', '']);
    expect(thrice(dead, 61_000)).toEqual(['missed', '', '']);
    expect(thrice(undefined, 61_001)).toEqual(gone);
    expect(thrice(dead, 61_001)).toEqual(gone);
  });

  it('are those at once that would wait forever', () => {
    const slot = new Slot('1-1', 0, 0);
    expect(sift([slot], () => HOPELESS, 0)).toEqual({
      hopeless: [{ slot, state: 'hopeless', why: expect.stringContaining('PartitionTimeLimit') }],
      missed: [],
      lost: [],
      doubted: [],
    });
  });

  it('have a cause as far as Slurm knows: a job that failed before its agent spoke was on a bad node', () => {
    const slot = new Slot('1-1', 0, 0);
    const why = 'its job is FAILED on n1';
    const rest = { remedy: 'Look at it.', node: 'n1' };
    expect(goneOf(slot, FAILED)).toEqual({ slot, state: 'node', why, ...rest });
    slot.heard = 5;
    expect(goneOf(slot, FAILED)).toEqual({ slot, state: 'over', why, ...rest });
    expect(goneOf(slot, undefined)).toEqual({ slot, state: 'over', why: 'its job is gone' });
  });
});
