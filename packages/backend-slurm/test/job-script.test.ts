import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type JobScript, scriptShell, scriptText, submitArguments } from '../src/jobs/job-script.ts';
import { quoted } from '../src/jobs/shell-words.ts';
import { slurmOptions } from '../src/slurm-options.ts';

const SCRIPT: JobScript = {
  name: 'fettle-ab-1-1',
  jobs: 4,
  lanes: 1,
  minutes: 30,
  leadSeconds: 120,
  directives: { partition: 'gpu', gres: 'gpu:1', exclusive: true, nice: 10 },
  setup: [],
  agent: {
    file: "/home/some one/it's/agent.sh",
    folder: '/home/some one/100% $(true)',
    attempts: 0,
    idle: 300_000,
    poll: 1000,
    look: 5000,
    heartbeat: 30_000,
    grace: 60_000,
    launcher: 'fettle-launcher',
  },
};

describe('the job script', () => {
  it('hands every word to the program as it is, whatever a shell would make of it', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 4 }), (words) => {
        const clean = words.map((word) => word.replaceAll('\0', ''));
        const command = `printf '%s\\0' end ${clean.map(quoted).join(' ')}`;
        const printed = execFileSync('/bin/sh', ['-c', command], { encoding: 'utf8' });
        expect(printed.split('\0').slice(1, -1)).toEqual(clean);
      }),
      { seed: 2, numRuns: 40 },
    );
  });

  it('lets the agent take the place of the shell', () => {
    const agent = `'/home/some one/it'\\''s/agent.sh' '/home/some one/100% $(true)'`;
    expect(scriptText(SCRIPT)).toBe(
      `#!/bin/sh\n:\nexec /bin/sh ${agent} 1 0 0 300000 1000 5000 30000 60000 'fettle-launcher'\n`,
    );
  });

  it('sets everything up first, and ends with what failed if something does', () => {
    const folder = mkdtempSync(join(tmpdir(), 'fettle-job-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'agent.sh');
    writeFileSync(file, 'echo "agent: $SET"\n');
    const run = (...setup: readonly string[]) => {
      const script = { ...SCRIPT, setup, agent: { ...SCRIPT.agent, file } };
      return spawnSync(scriptShell(script), ['-c', scriptText(script)], { encoding: 'utf8' });
    };
    const lines = [
      'function load { export SET="${SET-}$1"; }',
      'load a # as a module is',
      'if true; then\n  load b\nfi',
    ];
    expect(run(...lines)).toMatchObject({ status: 0, stdout: 'agent: ab\n', stderr: '' });
    const failed = run('load() { false; }', "load 'it'", 'echo on');
    expect(failed).toMatchObject({ status: 1, stdout: '', stderr: "The setup failed: load 'it'\n" });
  });

  it('tells all agents of a job what Slurm tells the shell, and waits for each', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'fettle-job-'));
    const file = join(folder, 'agent.sh');
    writeFileSync(file, 'trap \'echo "warned $3"; exit 0\' USR2; echo ready; while :; do sleep 0.05; done\n');
    const script = scriptText({ ...SCRIPT, lanes: 3, agent: { ...SCRIPT.agent, file } });
    const child = spawn('/bin/sh', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    let printed = '';
    for await (const chunk of child.stdout) {
      const isReady = printed.split('ready').length === 4;
      printed += String(chunk);
      if (!isReady && printed.split('ready').length === 4) child.kill('SIGUSR2');
    }
    expect(
      printed
        .split('\n')
        .filter((line) => line.startsWith('warned'))
        .sort(),
    ).toEqual(['warned 0', 'warned 1', 'warned 2']);
    rmSync(folder, { recursive: true });
  });

  it('says everything in the arguments, and percent signs of a folder are not a pattern', () => {
    expect(submitArguments(SCRIPT)).toEqual([
      '--parsable',
      '--no-requeue',
      '--open-mode=append',
      '--job-name=fettle-ab-1-1',
      '--time=30',
      '--signal=B:USR2@120',
      '--chdir=/home/some one/100% $(true)',
      '--output=/home/some one/100%% $(true)/job-%a.log',
      '--error=/home/some one/100%% $(true)/job-%a.log',
      '--array=0-3',
      '--partition=gpu',
      '--gres=gpu:1',
      '--exclusive',
      '--nice=10',
    ]);
    expect(submitArguments({ ...SCRIPT, jobs: 1 })).not.toContain('--array=0-0');
  });
});

describe('the options', () => {
  const problems = (options: object): string[] =>
    slurmOptions.safeParse({ slots: 1, minutes: 10, ...options }).error?.issues.map(({ message }) => message) ?? [];

  it('refuse directives that Fettle sets itself, by name', () => {
    expect(problems({ directives: { time: '1:00' } })).toEqual([
      "'time' is set by Fettle itself; give `minutes` instead",
    ]);
    expect(problems({ directives: { 'job-name': 'mine' } })).toEqual([
      "'job-name' is set by Fettle itself; leave it out",
    ]);
  });

  it('refuse a cluster of its own for the jobs, where nobody would look for them', () => {
    expect(problems({ directives: { clusters: 'other' } })).toEqual([expect.stringContaining('SLURM_CLUSTERS')]);
  });

  it('refuse a time in which nothing could run', () => {
    expect(problems({ minutes: 2 })).toEqual([
      'leaves no time: a job of 120 s would stop its program 120 s before its end',
    ]);
    expect(problems({ minutes: 2, leadSeconds: 30 })).toEqual([]);
    expect(problems({ leadSeconds: 0.5 })).toHaveLength(1);
  });

  it('refuse what is no directive', () => {
    expect(problems({ directives: { '--partition': 'gpu' } })).toHaveLength(1);
    expect(problems({ directives: { comment: 'two\nlines' } })).toEqual(['a directive is one line']);
    expect(problems({ slotz: 3 })).toHaveLength(1);
  });

  it('refuse what does not go together', () => {
    expect(problems({ slots: 6, slotsPerJob: 4 })).toEqual(['expected a multiple of slotsPerJob (4)']);
    expect(problems({ slots: 4, slotsPerJob: 4, bind: 'submit' })).toHaveLength(1);
    expect(problems({ bind: 'submit', attemptsPerJob: 2 })).toHaveLength(1);
  });

  it('refuse a setup with line ends that no shell takes', () => {
    expect(problems({ setup: ['module load cuda\r\n'] })).toEqual(['expected lines for bash']);
  });

  it('take the rest', () => {
    expect(problems({ directives: { partition: 'gpu', mem: '4G', exclusive: true } })).toEqual([]);
    expect(problems({ bind: 'submit', attemptsPerJob: 1, prefix: ['srun'] })).toEqual([]);
  });
});
