import { execFile } from 'node:child_process';
import { messageOf } from '@fettle/core';
import type { CommandResult } from '../commands/submission-result.ts';
import { sshArguments } from './ssh-arguments.ts';

/** Slurm's own patience is ten seconds by default; its answer must not be missed. In milliseconds. */
const PATIENCE = 45_000;

/** Runs a command of Slurm's. */
export type SlurmCommand = (
  command: string,
  args: readonly string[],
  options?: {
    readonly input?: string | undefined;
    /** Milliseconds after which it is killed; absent: longer than the controller's own patience. */
    readonly timeout?: number | undefined;
  },
) => Promise<CommandResult>;

/**
 * Slurm's commands as processes, one at a time: a busy controller is not asked twice at once.
 * @param environment scrubbed
 * @param host where they are run, for `ssh`; absent: here
 */
export function slurmCommands(environment: { readonly [name: string]: string }, host?: string): SlurmCommand {
  let last: Promise<CommandResult> = Promise.resolve({ exitCode: 0, stdout: '', stderr: '' });
  return (command, args, { input, timeout = PATIENCE } = {}) => {
    const [program, words] = host === undefined ? [command, args] : ['ssh', sshArguments(host, command, args)];
    last = last.then(() => run(program, words, environment, timeout, input));
    return last;
  };
}

function run(
  command: string,
  args: readonly string[],
  environment: { readonly [name: string]: string },
  timeout: number,
  input: string | undefined,
): Promise<CommandResult> {
  return new Promise<CommandResult>((resolve) => {
    const options = { env: environment, timeout, killSignal: 'SIGKILL', maxBuffer: 64 * 2 ** 20 } as const;
    const child = execFile(command, args, options, (error, stdout, stderr) => {
      if (error === null) resolve({ exitCode: 0, stdout, stderr });
      else if (typeof error.code === 'number') resolve({ exitCode: error.code, stdout, stderr });
      else if (error.killed === true) resolve({ stdout, stderr });
      else resolve({ exitCode: 127, stdout, stderr: error.message });
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input ?? '');
    // Thrown when the machine has no memory for a process, or the words are too many for one.
  }).catch((thrown: unknown) => ({ exitCode: 127, stdout: '', stderr: messageOf(thrown) }));
}
