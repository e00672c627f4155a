import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sshArguments } from '../src/jobs/ssh-arguments.ts';
import { slurmOptions } from '../src/slurm-options.ts';

describe('a command on another machine', () => {
  it('is read by the shell there word for word, whatever is in it', () => {
    const word = fc.string({ unit: 'binary', maxLength: 20 }).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(fc.array(word, { maxLength: 4 }), (args) => {
        const line = sshArguments('login', 'printf', ['%s\\n', ...args, 'end']).at(-1)!;
        const printed = execFileSync('/bin/sh', ['-c', line], { encoding: 'utf8' });
        expect(printed).toBe([...args, 'end'].map((each) => `${each}\n`).join(''));
      }),
      { seed: 7, numRuns: 50 },
    );
  });

  it("does not see what a person's start-up files there have squeue hide, or scancel ask", () => {
    const line = sshArguments('login', 'sh', ['-c', 'echo "$SQUEUE_PARTITION,$SCANCEL_INTERACTIVE,$SLURM_CONF"']).at(
      -1,
    )!;
    const env = { PATH: process.env['PATH'], SQUEUE_PARTITION: 'gpu', SCANCEL_INTERACTIVE: '1', SLURM_CONF: '/conf' };
    expect(execFileSync('/bin/sh', ['-c', line], { encoding: 'utf8', env })).toBe(',,/conf\n');
  });

  it('asks nobody for anything, and takes no host for an option', () => {
    expect(sshArguments('me@login', 'squeue', ['--me']).slice(0, -1)).toEqual([
      '-T',
      '-o',
      'BatchMode=yes',
      '-o',
      'ConnectTimeout=20',
      '--',
      'me@login',
    ]);
    const options = { slots: 1, minutes: 5 };
    expect(slurmOptions.safeParse({ ...options, ssh: '-oProxyCommand=x' }).success).toBe(false);
    expect(slurmOptions.safeParse({ slots: 1, within: 'allocation', ssh: 'login' }).success).toBe(false);
    expect(slurmOptions.safeParse({ ...options, ssh: 'login' }).success).toBe(true);
  });
});
