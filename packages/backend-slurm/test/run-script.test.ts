import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attemptDirectory, type CommandProgram, type LaunchRequest } from '@fettle/core';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expandDirectives } from '../src/jobs/expand-directives.ts';
import { runScript } from '../src/jobs/run-script.ts';

let directory: string;
beforeEach(() => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), "fettle 100% $(x) 'é' ")));
});
afterEach(() => rmSync(directory, { recursive: true }));

const request: LaunchRequest = { attempt: '1.1', trial: 1, configuration: {}, resumeFrom: 0, seed: 5 };

function program(command: readonly string[], environment: { [name: string]: string } = {}): CommandProgram {
  return { kind: 'command', command, workingDirectory: directory, environment };
}

/** Runs the text as an agent's shell does. @returns what the program printed */
function run(script: string, environment: { [name: string]: string } = {}): string {
  const { files, path } = attemptDirectory(directory, '1.1');
  mkdirSync(path, { recursive: true });
  const leader = `${script}exec "$@"\n`;
  execFileSync('/bin/sh', ['-c', leader], { env: { PATH: process.env['PATH'], ...environment } });
  const printed = readFileSync(files.stdout, 'utf8');
  rmSync(files.stdout);
  return printed;
}

function place(of: CommandProgram, prefix: readonly string[] = []): Parameters<typeof runScript>[1] {
  mkdirSync(attemptDirectory(directory, '1.1').path, { recursive: true });
  return { program: of, study: 's', directory, prefix, stopFile: join(directory, 'stop') };
}

describe('the script of an attempt', () => {
  it('passes values, words and variables as they are, whatever a shell would make of them', () => {
    const text = fc.string({ unit: 'grapheme' }).map((each) => each.replaceAll('\0', ''));
    fc.assert(
      fc.property(text, text, (value, variable) => {
        const script = runScript(
          { ...request, configuration: { x: value } },
          place(
            program(['sh', '-c', 'printf "%s\\0%s\\0%s" "$1" "$FETTLE_X" "$OTHER"', 'sh', '{x}'], {
              OTHER: variable,
            }),
          ),
        );
        expect(run(script).split('\0')).toEqual([value, value, variable]);
      }),
      { seed: 3, numRuns: 40 },
    );
  });

  it('goes to the working directory, and puts the prefix first', () => {
    const script = runScript(
      request,
      place(program(['pwd']), ['env', 'WHERE={study}', 'sh', '-c', 'echo "$WHERE"; "$@"', 'sh']),
    );
    expect(run(script)).toBe(`${directory}\n${directory}\n`);
  });

  it('hides the job step from frameworks that would take it for theirs, unless srun starts them', () => {
    const step = { SLURM_PROCID: '0', SLURM_NTASKS: '4', PMI_RANK: '0', SLURM_JOB_ID: '17' };
    const show = program(['sh', '-c', 'echo "$SLURM_PROCID,$SLURM_NTASKS,$PMI_RANK,$SLURM_JOB_ID"']);
    expect(run(runScript(request, place(show)), step)).toBe(',,,17\n');
    expect(runScript(request, place(show, ['/usr/bin/srun']))).not.toContain('unset');
  });

  it('makes the folders again that somebody has removed', () => {
    const script = runScript(request, place(program(['echo', 'here'])));
    rmSync(join(directory, 'trials'), { recursive: true });
    const { files } = attemptDirectory(directory, '1.1');
    execFileSync('/bin/sh', ['-c', `${script}exec "$@"\n`]);
    expect(readFileSync(files.stdout, 'utf8')).toBe('here\n');
  });

  it('refuses a variable that no shell can set', () => {
    expect(() => runScript(request, place(program(['true'], { 'a-b': '1' })))).toThrow("environment variable 'a-b'");
  });
});

describe('the directives of one trial', () => {
  it('stand for its parameters', () => {
    expect(expandDirectives({ mem: '{memory}G', nodes: 2, exclusive: true }, { memory: 16 })).toEqual({
      mem: '16G',
      nodes: 2,
      exclusive: true,
    });
  });

  it('refuse what is no parameter', () => {
    expect(() => expandDirectives({ mem: '{memory}G' }, {})).toThrow("'mem' uses {memory}");
  });
});
