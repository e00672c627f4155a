import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type JobScript, quoted, scriptText, submitArguments } from '../src/jobs/job-script.ts';
import { slurmOptions } from '../src/slurm-options.ts';

const SCRIPT: JobScript = {
  name: 'fettle-ab-1-1',
  count: 4,
  minutes: 30,
  leadSeconds: 120,
  folder: '/home/some one/100% $(true)',
  directives: { partition: 'gpu', gres: 'gpu:1', exclusive: true, nice: 10 },
  agent: ['/usr/bin/node', "/home/some one/it's/agent.ts", '{"slots":"`x`"}'],
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
    expect(scriptText(SCRIPT)).toBe(
      `#!/bin/sh\nexec '/usr/bin/node' '/home/some one/it'\\''s/agent.ts' '{"slots":"\`x\`"}'\n`,
    );
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
      '--output=/home/some one/100%% $(true)/%a/log',
      '--error=/home/some one/100%% $(true)/%a/log',
      '--array=0-3',
      '--partition=gpu',
      '--gres=gpu:1',
      '--exclusive',
      '--nice=10',
    ]);
    expect(submitArguments({ ...SCRIPT, count: 1 })).not.toContain('--array=0-0');
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

  it('refuse what is no directive', () => {
    expect(problems({ directives: { '--partition': 'gpu' } })).toHaveLength(1);
    expect(problems({ directives: { comment: 'two\nlines' } })).toEqual(['a directive is one line']);
    expect(problems({ slotz: 3 })).toHaveLength(1);
  });

  it('take the rest', () => {
    expect(problems({ directives: { partition: 'gpu', mem: '4G', exclusive: true } })).toEqual([]);
  });
});
