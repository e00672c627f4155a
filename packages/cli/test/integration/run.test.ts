import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { programSeed, type StudyEvent, type TrialRecord } from '@fettle/core';
import { afterEach, describe, expect, test } from 'vitest';
import { fettle, SLOW_PROGRAM, STUBBORN_PROGRAM, start, STUDY, studyFolder } from './fettle.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function folderWith(options?: Parameters<typeof studyFolder>[0]): string {
  const folder = studyFolder(options);
  folders.push(folder);
  return folder;
}

/** Whether a process runs; one that has ended and that nobody has collected yet does not. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const stat = `/proc/${pid}/stat`;
  return !existsSync(stat) || !/\) Z /.test(readFileSync(stat, 'utf8'));
}

const json = (text: string): unknown => JSON.parse(text);
const lines = (text: string): unknown[] => text.trim().split('\n').map(json);

describe('fettle run', () => {
  test('runs a study, and every question about it has an answer', async () => {
    const folder = folderWith();
    const run = await fettle(folder, 'run');
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(run.stdout).toContain('finished: all 6 trials of the budget were started');
    expect(run.stdout).toMatch(/best: trial \d+ {2}loss [\d.]+ at 3/);
    expect(run.stdout).toMatch(/\n {2}node train\.mjs [\d.]+ [1-4]\n/);
    expect(run.stdout).toContain('better than trial 1');
    expect(readFileSync(join(folder, '.fettle/tiny/report.html'), 'utf8')).toContain('tiny');

    const trials = json((await fettle(folder, 'trials', '--json')).stdout) as TrialRecord[];
    expect(trials.map((trial) => trial.id)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(trials.every((trial) => trial.state === 'completed' && trial.reports === 3)).toBe(true);
    expect(trials[0]?.configuration).toEqual({ rate: 0.9, size: 4 });

    const [best] = json((await fettle(folder, 'best', '--json')).stdout) as TrialRecord[];
    expect(best?.value).toBe(Math.min(...trials.map((trial) => trial.value ?? Number.NaN)));

    const status = json((await fettle(folder, 'status', '--json')).stdout);
    expect(status).toMatchObject({
      summary: { status: 'finished', reports: 18 },
      budget: [{ rule: 'trials', used: '6', limit: '6' }],
    });

    const show = json((await fettle(folder, 'show', '2', '--json')).stdout);
    expect(show).toMatchObject({
      trial: { id: 2 },
      attempts: [{ attempt: 1, end: 'finished' }],
      reports: [{ resource: 1 }, { resource: 2 }, { resource: 3 }],
    });
    expect((await fettle(folder, 'show', '2')).stdout).toContain('stdout.log');

    const explained = await fettle(folder, 'explain', '1');
    expect(explained.stdout).toContain('because one of the configurations to try first');
    expect((await fettle(folder, 'explain')).stdout).toContain('because all 6 trials of the budget were started');

    const csv = (await fettle(folder, 'export')).stdout.trim().split('\r\n');
    expect(csv).toHaveLength(7);
    expect(csv[0]).toContain('parameter.rate,parameter.size,metric.');
    const journal = lines((await fettle(folder, 'export', '--journal')).stdout) as StudyEvent[];
    expect(journal.map((event) => event.seq)).toEqual(journal.map((_, index) => index + 1));
    expect(json((await fettle(folder, 'export', '--json')).stdout)).toMatchObject({
      summary: { status: 'finished' },
      trials: { length: 6 },
    });

    expect(await fettle(folder, 'replay')).toMatchObject({ code: 0, stderr: '' });
    expect((await fettle(folder, 'plan')).stdout).toContain('goes on after 6 trials (finished)');
    expect((await fettle(folder, 'stop')).stdout).toContain("The study 'tiny' is not running.");
  });

  test('tells programs every event, then the result', async () => {
    const folder = folderWith();
    const { stdout, code } = await fettle(folder, 'run', '--json');
    const printed = lines(stdout) as { type: string }[];
    expect(code).toBe(0);
    expect(printed.at(-1)).toMatchObject({ type: 'result', status: 'finished', best: { state: 'completed' } });
    expect(printed.filter((event) => event.type === 'trial:completed')).toHaveLength(6);
  });

  test('goes on where it stopped when it is given a larger budget', async () => {
    const folder = folderWith();
    await fettle(folder, 'run');
    expect((await fettle(folder, 'run')).stdout).not.toContain('starts');
    const more = await fettle(folder, 'run', '--trials', '8');
    expect(more.stdout.match(/trial \d+ starts/g)).toEqual(['trial 7 starts', 'trial 8 starts']);
  });

  test('refuses a study that means something else, and can begin afresh beside it', async () => {
    const folder = folderWith();
    await fettle(folder, 'run');
    writeFileSync(join(folder, 'study.yaml'), STUDY.replace('max: 1', 'max: 2').replace('seed: 3', 'seed: 4'));
    const refused = await fettle(folder, 'run');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('seed: was 3, now 4');
    expect(refused.stderr).toContain('space.parameters.rate.max: was 1, now 2');
    expect(refused.stderr).toContain('--fresh');
    const fresh = await fettle(folder, 'run', '--fresh');
    expect(fresh.code).toBe(0);
    expect(readdirSync(join(folder, '.fettle')).sort()).toEqual(['tiny', 'tiny.1']);
    expect(json((await fettle(folder, 'status', '.fettle/tiny.1', '--json')).stdout)).toMatchObject({
      summary: { definition: { seed: 3 } },
    });
  });

  test('ends with 3 when no trial was completed', async () => {
    const folder = folderWith({ program: 'console.error("no such thing"); process.exit(1);' });
    const run = await fettle(folder, 'run');
    expect(run.code).toBe(3);
    expect(run.stdout).toContain(
      'No trial reported a finite loss. See why trials failed: fettle show 1, or all of them: fettle trials --state failed',
    );
    expect(run.stdout).toContain('no such thing');
    expect((await fettle(folder, 'best')).code).toBe(3);
    expect((await fettle(folder, 'show', '1')).stdout).toContain('end of standard error\n  no such thing');
  });

  test('says how results are read when a program prints them in its own way', async () => {
    const folder = folderWith({ program: 'console.log("epoch 1, final loss: 0.5");' });
    const run = await fettle(folder, 'run');
    expect(run.code).toBe(3);
    const [regex] = /metrics: \{ type: regex.*/.exec(run.stdout) ?? [];
    const [, tried = ''] = /Try it: fettle (.*)/.exec(run.stdout) ?? [];
    // What is said can be done.
    writeFileSync(join(folder, 'study.yaml'), `${readFileSync(join(folder, 'study.yaml'), 'utf8')}\n${regex}\n`);
    const metrics = await fettle(folder, ...tried.split(' '));
    expect(metrics.stdout).toMatch(/loss.*0\.5/s);
    expect(metrics.code).toBe(0);
  });

  test('ends with 2 and starts nothing when the study file is wrong', async () => {
    const folder = folderWith({ study: STUDY.replace('budget', 'budgt') });
    const run = await fettle(folder, 'run');
    expect(run.code).toBe(2);
    expect(run.stderr).toBe(
      "fettle: study.yaml has a problem: [study-file-invalid]\nstudy.yaml:10:1: budgt: is not known\n    Did you mean 'budget'?\n",
    );
    expect(existsSync(join(folder, '.fettle'))).toBe(false);
  });

  test('ends with 2 after a wrong word on the command line', async () => {
    const folder = folderWith();
    expect(await fettle(folder, 'tirals')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Did you mean trials?') as string,
    });
    expect(await fettle(folder, 'best', 'nowhere.yaml')).toMatchObject({ code: 2 });
    expect(await fettle(folder, 'best')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('has not begun') as string,
    });
  });
});

describe('the command that a study ends with', () => {
  test('has the seed that the best trial had', async () => {
    const folder = folderWith({ study: STUDY.replace('"{size}"]', '"{size}", "--seed={seed}"]') });
    const { stdout } = await fettle(folder, 'run');
    const [, best = ''] = /best: trial (\d+)/.exec(stdout) ?? [];
    const [, given] = /--seed=(\d+)/.exec(stdout) ?? [];
    expect(given).toBe(String(programSeed(3, Number(best))));
  });
});

describe('a study that is interrupted', () => {
  test('stops in good order at the first signal, and goes on later', async () => {
    const folder = folderWith({ program: SLOW_PROGRAM });
    const run = start(folder, ['run']);
    await run.printed(/trial 2 starts/);
    run.process.kill('SIGINT');
    const stopped = await run.finished;
    expect(stopped.code).toBe(130);
    expect(stopped.stderr).toContain('Once more kills them now.');
    expect(stopped.stdout).toContain('interrupted: stopped by SIGINT');
    writeFileSync(join(folder, 'go'), '');
    const again = await fettle(folder, 'run');
    expect(again.code).toBe(0);
    expect(json((await fettle(folder, 'status', '--json')).stdout)).toMatchObject({
      summary: { status: 'finished', sessions: 2, counts: { completed: 6 } },
    });
    expect(await fettle(folder, 'replay')).toMatchObject({ code: 0 });
  });

  test('kills at the second signal what does not listen to the first', async () => {
    const folder = folderWith({ program: STUBBORN_PROGRAM, study: STUDY.replace('grace: 200ms', 'grace: 1h') });
    const run = start(folder, ['run', '--json']);
    // With a report of each, both programs are certain to listen to no signal by now.
    await run.printed(/"trial:reported","body":\{"trial":1/);
    await run.printed(/"trial:reported","body":\{"trial":2/);
    run.process.kill('SIGTERM');
    await run.printed(/"phase":"interrupting"/);
    expect(await fettle(folder, 'stop', '--now')).toMatchObject({ code: 0 });
    const stopped = await run.finished;
    expect(stopped.code).toBe(130);
    expect(stopped.stdout).toContain('"phase":"killing"');
    expect(json((await fettle(folder, 'status', '--json')).stdout)).toMatchObject({
      summary: { status: 'interrupted', counts: { queued: 2, running: 0 } },
    });
  });

  test('whose report is being written is over already: a signal ends the command', async () => {
    const plugin = fileURLToPath(new URL('../fixtures/plugins/slow-answer.ts', import.meta.url));
    const folder = folderWith({ study: STUDY.replace('searcher: random', `searcher: ${plugin}`) });
    const run = start(folder, ['run']);
    await run.printed(/thinking/);
    run.process.kill('SIGINT');
    await run.finished;
    expect(run.process.signalCode).toBe('SIGINT');
    expect((await fettle(folder, 'status')).stdout).toContain('finished: all 6 trials');
  });

  test('is not run by two drivers, and can be stopped from elsewhere', async () => {
    const folder = folderWith({ program: SLOW_PROGRAM });
    const run = start(folder, ['run']);
    await run.printed(/trial 2 starts/);
    const second = await fettle(folder, 'run');
    expect(second).toMatchObject({ code: 4, stderr: expect.stringContaining(`process ${run.process.pid}`) as string });
    expect(await fettle(folder, 'run', '--fresh')).toMatchObject({ code: 4 });
    expect(json((await fettle(folder, 'status', '--json')).stdout)).toMatchObject({
      driver: { pid: run.process.pid, fate: 'alive' },
      running: [{ id: 1 }, { id: 2 }],
    });
    expect(await fettle(folder, 'stop')).toMatchObject({ code: 0 });
    expect(await run.finished).toMatchObject({ code: 130 });
    expect((await fettle(folder, 'stop')).stdout).toContain('is not running');
  });

  test('leaves nothing running when it is begun afresh after its driver was killed', async () => {
    const folder = folderWith({ program: STUBBORN_PROGRAM });
    const run = start(folder, ['run', '--json']);
    await run.printed(/"trial:reported","body":\{"trial":1/);
    await run.printed(/"trial:reported","body":\{"trial":2/);
    run.process.kill('SIGKILL');
    await run.finished;
    const pids = readFileSync(join(folder, 'pids'), 'utf8').trim().split(' ').map(Number);
    expect(pids.map(isAlive)).toEqual([true, true]);
    writeFileSync(join(folder, 'train.mjs'), 'console.log(JSON.stringify({ loss: 1 }))');
    expect(await fettle(folder, 'run', '--fresh')).toMatchObject({ code: 0 });
    expect(pids.map(isAlive)).toEqual([false, false]);
  });

  test('loses nothing when its driver is killed', async () => {
    const folder = folderWith({ program: SLOW_PROGRAM });
    const run = start(folder, ['run']);
    await run.printed(/trial 2 starts/);
    run.process.kill('SIGKILL');
    await run.finished;
    expect((await fettle(folder, 'status')).stdout).toContain('died; `fettle run` goes on from the last event');
    writeFileSync(join(folder, 'go'), '');
    expect(await fettle(folder, 'run')).toMatchObject({ code: 0 });
    const trials = json((await fettle(folder, 'trials', '--json')).stdout) as TrialRecord[];
    expect(trials.map(({ id, state, attempts }) => ({ id, state, attempts }))).toEqual(
      [1, 2, 3, 4, 5, 6].map((id) => ({ id, state: 'completed', attempts: 1 })),
    );
  });
});
