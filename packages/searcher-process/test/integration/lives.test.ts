import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ProcessSearcher } from '../../src/process-searcher.ts';
import { contextOf, odd, offer, searcherOf, view } from './odd-program.ts';

const reasonOf = (suggestion: object): unknown => (suggestion as { reason?: unknown }).reason;
const pidsOf = (suggestion: object): number[] => (suggestion as { details: { pids: number[] } }).details.pids;
const isAlive = (pid: number): boolean => existsSync(`/proc/${pid}`);
async function gone(pid: number): Promise<void> {
  while (isAlive(pid)) await delay(10);
}

function complete(searcher: ProcessSearcher, id: number): void {
  searcher.started(view(id));
  void searcher.report(view(id), { resource: 1, value: id, metrics: { loss: id } }, { kind: 'continue' });
  searcher.ended(view(id), { state: 'completed', value: id, resource: 1 });
}

describe('a program that ends', () => {
  it('is started again and told the history, and nobody notices but the log', async () => {
    const { searcher, said } = searcherOf({ toldDie: 4 });
    expect(reasonOf(await searcher.ask(offer(1)))).toBe('told 0');
    complete(searcher, 1);
    expect(reasonOf(await searcher.ask(offer(2)))).toBe('told 3');
    searcher.started(view(2));
    await expect(searcher.ask(offer(3))).rejects.toThrow(
      /ended with exit code 3; its last words:\n {4}hello to you\n {4}out of ideas\n {2}It was started again 3 times/,
    );
    const warnings = said.filter(({ level }) => level === 'warn').map(({ message }) => message);
    expect(warnings).toHaveLength(3);
    expect(warnings[0]).toMatch(/started again and told the history so far: 4 lines/);
  });

  it('by a signal while nobody asks is started again at the next question', async () => {
    const { searcher } = searcherOf({ asked: ['family', 'right'] });
    const [pid = 0] = pidsOf(await searcher.ask(offer(1)));
    complete(searcher, 1);
    process.kill(pid, 'SIGKILL');
    await gone(pid);
    complete(searcher, 2);
    const [again = 0] = pidsOf(await searcher.ask(offer(3)));
    expect(again).not.toBe(pid);
    complete(searcher, 3);
    expect(reasonOf(await searcher.ask(offer(4)))).toBe('told 9');
  });

  it('over each question is given up after so many lives', async () => {
    const { searcher, said } = searcherOf({ asked: 'die' }, { restarts: 1 });
    const answer = searcher.ask(offer());
    await expect(answer).rejects.toThrow(/exit code 3[^]*out of ideas[^]*started again 1 times,/);
    await expect(answer).rejects.toMatchObject({ code: 'program-ended' });
    expect(said.filter(({ message }) => message.endsWith('hello to you'))).toHaveLength(2);
  });

  it('after each answer is started again as often as it is asked', async () => {
    const { searcher } = searcherOf({ asked: 'one-answer' }, { restarts: 1 });
    for (let id = 1; id <= 4; id += 1) {
      expect(reasonOf(await searcher.ask(offer(id)))).toBe(`told ${3 * (id - 1)}`);
      complete(searcher, id);
    }
  });

  it('is remembered by the beginnings of its last words, however long one of them is', async () => {
    const { searcher } = searcherOf({ asked: 'rant' }, { restarts: 0 });
    await expect(searcher.ask(offer())).rejects.toThrow(
      /its last words:\n {4}hello to you\n {4}listen\n {4}ValueError: (?:no ){2700}[^]* …\n[^]* {4}that is all$/,
    );
  });

  it('before it has said what it is, is not tried again', async () => {
    const { searcher, said } = searcherOf({ dieAtStart: true });
    const answer = searcher.ask(offer());
    await expect(answer).rejects.toThrow(/exit code 3[^]*It had not said what it is yet/);
    await expect(answer).rejects.toMatchObject({ code: 'program-ended' });
    expect(said.filter(({ level }) => level === 'warn')).toEqual([]);
  });
});

describe('a history', () => {
  it('of any length reaches a program in order, as fast as that reads', async () => {
    const { searcher } = searcherOf({ asked: 'right' });
    for (let id = 1; id <= 20_000; id += 1) complete(searcher, id);
    expect(reasonOf(await searcher.ask(offer(20_001)))).toBe('told 60000');
  });

  it('is told in order also when the program reads on in between', async () => {
    const { searcher } = searcherOf({ asked: 'order' });
    await searcher.ask(offer());
    for (let id = 1; id <= 20_000; id += 1) complete(searcher, id);
    // By now the program has read what was in the pipe, and there is room again.
    await delay(500);
    complete(searcher, 20_001);
    expect(reasonOf(await searcher.ask(offer(20_002)))).toBe('told 60003, ordered: true');
  });

  it('is told without reports to a program that does not want them', async () => {
    const { searcher } = searcherOf({ asked: 'right', ready: { reports: false } });
    complete(searcher, 1);
    expect(reasonOf(await searcher.ask(offer(2)))).toBe('told 2');
    complete(searcher, 2);
    expect(reasonOf(await searcher.ask(offer(3)))).toBe('told 4');
  });

  it('is told with reports to a searcher, which decides by them, whatever it says', async () => {
    const { searcher } = searcherOf({ asked: 'right', ready: { role: 'searcher', reports: false } });
    complete(searcher, 1);
    expect(reasonOf(await searcher.ask(offer(2)))).toBe('told 3');
    complete(searcher, 2);
    expect(reasonOf(await searcher.ask(offer(3)))).toBe('told 6');
  });

  it('that is not read ends the session', async () => {
    const { searcher } = searcherOf({ deaf: true, stubborn: true }, { answerSeconds: 1 });
    for (let id = 1; id <= 20_000; id += 1) complete(searcher, id);
    await expect(searcher.ask(offer(20_001))).rejects.toThrow(/did not read what it was sent within 1 s/);
  });
});

describe('a study that is over', () => {
  it('ends the program by the end of its input, and whatever that has started', async () => {
    const { searcher } = searcherOf({ asked: 'family' });
    const pids = pidsOf(await searcher.ask(offer()));
    expect(pids.map(isAlive)).toEqual([true, true]);
    await searcher.close();
    for (const pid of pids) await gone(pid);
  });

  it('does not wait for a daemon that the program has left behind with its pipes', async () => {
    const { searcher } = searcherOf({ asked: 'daemon' });
    const [pid = 0, daemon = 0] = pidsOf(await searcher.ask(offer()));
    await searcher.close();
    expect([pid, daemon].map(isAlive)).toEqual([false, true]);
    process.kill(daemon, 'SIGKILL');
    await gone(daemon);
  });

  it('kills a program that goes on', async () => {
    const { searcher } = searcherOf({ asked: 'family', stubborn: true });
    const pids = pidsOf(await searcher.ask(offer()));
    await searcher.close();
    for (const pid of pids) await gone(pid);
  });

  it('does not start a program that nobody asked', async () => {
    const { searcher, said } = searcherOf({});
    complete(searcher, 1);
    expect(searcher.describe().notes[0]).toMatch(/has not been started yet/);
    await searcher.close();
    expect(said).toEqual([]);
  });

  it('while a question is open ends that', async () => {
    const { searcher } = searcherOf({ asked: 'silent' });
    const answer = searcher.ask(offer());
    const refused = expect(answer).rejects.toThrow(/ended with/);
    await delay(300);
    await searcher.close();
    await refused;
  });
});

describe('a program', () => {
  it('is looked for when the searcher is made', () => {
    const { context } = contextOf();
    const missing = { ...odd({}), command: ['./no-such-searcher'] };
    const make = (): unknown => new ProcessSearcher(missing, context);
    expect(make).toThrow(/'\.\/no-such-searcher' does not exist/);
    expect(make).toThrow(expect.objectContaining({ code: 'program-missing' }));
  });

  it('that is there but cannot be started is missing all the same, to whoever asks for it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'fettle-searcher-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'broken'), '#!/no/such/interpreter\n', { mode: 0o755 });
    const searcher = new ProcessSearcher({ ...odd({}), command: ['./broken'] }, { ...contextOf().context, folder });
    const answer = searcher.ask(offer());
    await expect(answer).rejects.toThrow(/'\.\/broken' could not be started: spawn .* ENOENT/);
    await expect(answer).rejects.toMatchObject({ code: 'program-missing' });
  });

  it('runs in the folder of the study file, from which its path starts', async () => {
    const { context } = contextOf();
    const placed = { ...odd({}), command: [process.execPath, 'odd.mjs'] };
    const searcher = new ProcessSearcher(placed, { ...context, folder: `${import.meta.dirname}/../fixtures` });
    expect(await searcher.ask(offer())).toMatchObject({ kind: 'start' });
    await searcher.close();
  });

  it('says to the log what it writes to standard error', async () => {
    const { searcher, said } = searcherOf({});
    await searcher.ask(offer());
    expect(said).toContainEqual({ level: 'info', message: expect.stringMatching(/odd\.mjs': hello to you$/) });
  });
});
