import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Ledger } from '../src/slots/ledger.ts';
import { SlotFiles } from '../src/slots/slot-files.ts';
import { Slot, type SlotState } from '../src/slots/slot.ts';
import { slotsWanted } from '../src/slots/slots-wanted.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fettle-slot-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the files of a slot', () => {
  it('give each record once, however the file grows and whatever is written twice', () => {
    const files = new SlotFiles(folder);
    files.make();
    const line = (seq: number): string => `${JSON.stringify({ seq, at: seq, kind: 'alive' })}\n`;
    const append = (text: string): void => appendFileSync(join(folder, 'from-agent.jsonl'), text);
    expect(files.news()).toEqual([]);
    append(line(1) + line(2).slice(0, 9));
    expect(files.news().map(({ seq }) => seq)).toEqual([1]);
    expect(files.news()).toEqual([]);
    append(line(2).slice(9) + line(2) + line(3));
    expect(files.news().map(({ seq }) => seq)).toEqual([2, 3]);
  });

  it('keep what is there when they are made again', () => {
    const files = new SlotFiles(folder);
    files.make();
    files.order({ kind: 'leave', session: 1, seq: 1 });
    files.make();
    expect(new SlotFiles(folder).orders()).toEqual([{ kind: 'leave', session: 1, seq: 1, attempt: '-' }]);
  });

  it('say nothing when somebody has removed them, or when they cannot be read: other slots are to be heard', () => {
    const files = new SlotFiles(join(folder, 'removed'));
    expect([files.news(), files.orders()]).toEqual([[], []]);
    mkdirSync(join(folder, 'from-agent.jsonl'));
    expect(new SlotFiles(folder).news()).toEqual([]);
  });
});

describe('the ledger', () => {
  it('remembers whole lines; one that was being written when the driver died was never written', () => {
    const path = join(folder, 'ledger.jsonl');
    new Ledger(path).append({ kind: 'opened', session: 1, at: 0, jobs: 'f-' });
    appendFileSync(path, '{"kind":"open');
    expect(new Ledger(path).past).toEqual([{ kind: 'opened', session: 1, at: 0, jobs: 'f-' }]);
  });

  it('goes on after a torn line without joining the next one to it', () => {
    const path = join(folder, 'ledger.jsonl');
    new Ledger(path).append({ kind: 'opened', session: 1, at: 0, jobs: 'f-' });
    appendFileSync(path, '{"kind":"open');
    new Ledger(path).append({ kind: 'opened', session: 2, at: 0, jobs: 'f-' });
    expect(new Ledger(path).past).toEqual([
      { kind: 'opened', session: 1, at: 0, jobs: 'f-' },
      { kind: 'opened', session: 2, at: 0, jobs: 'f-' },
    ]);
  });

  it('refuses a file that holds something else, and says where', () => {
    const path = join(folder, 'ledger.jsonl');
    appendFileSync(path, '{"kind":"opened","session":1}\nhello\n');
    expect(() => new Ledger(path)).toThrow('Line 2 of the Slurm ledger is not JSON');
  });
});

describe('a slot', () => {
  const hello = { seq: 1, at: 5, kind: 'hello', job: '17', restart: 0, node: 'n1' } as const;

  it('is queued, idle, busy, idle and closed as its agent says', () => {
    const slot = new Slot('1-1', 0, 0);
    const states: SlotState[] = [slot.state];
    slot.hear(hello, 5);
    states.push(slot.state);
    slot.attempt = '3.1';
    states.push(slot.state);
    expect(slot.hear({ seq: 2, at: 6, kind: 'ended', attempt: '2.1', exitCode: 0 }, 6)).toBeUndefined();
    expect(slot.hear({ seq: 3, at: 7, kind: 'ended', attempt: '3.1', exitCode: 0 }, 7)).toMatchObject({
      attempt: '3.1',
    });
    states.push(slot.state);
    slot.hear({ seq: 4, at: 8, kind: 'leaving', why: 'nothing to do for 300 s' }, 8);
    states.push(slot.state);
    expect(states).toEqual(['queued', 'idle', 'busy', 'idle', 'closed']);
  });

  it('takes no more work once its agent had to end an attempt', () => {
    const slot = new Slot('1-1', 0, 0);
    slot.hear(hello, 5);
    slot.attempt = '3.1';
    const evicted = 'the job is near its time limit';
    slot.hear({ seq: 2, at: 7, kind: 'ended', attempt: '3.1', exitCode: 75, evicted }, 7);
    expect(slot.state).toBe('leaving');
  });
});

describe('the number of slots', () => {
  const slots = (...states: SlotState[]): { state: SlotState }[] => states.map((state) => ({ state }));

  it('is as many as may be in the beginning, and none while one stands idle', () => {
    expect(slotsWanted([], 4, true)).toBe(4);
    expect(slotsWanted(slots('busy', 'queued'), 4, true)).toBe(2);
    expect(slotsWanted(slots('busy', 'idle'), 4, true)).toBe(0);
    expect(slotsWanted(slots('closed', 'closed', 'busy'), 4, true)).toBe(3);
    expect(slotsWanted(slots('busy', 'busy', 'leaving', 'queued'), 4, true)).toBe(0);
  });

  it('does not grow again once a free place found no taker', () => {
    expect(slotsWanted(slots('closed', 'busy'), 4, false)).toBe(0);
  });
});
