import { quoted } from './shell-words.ts';

/** Seconds until a machine that does not answer is given up. */
const PATIENCE = 20;
/** What a person's start-up files on that machine may say, which would hide jobs or ask whether they are to be cancelled. */
const FILTERS =
  'SQUEUE_ACCOUNT SQUEUE_LICENSES SQUEUE_NAMES SQUEUE_PARTITION SQUEUE_QOS SCANCEL_ACCOUNT SCANCEL_INTERACTIVE SCANCEL_PARTITION SCANCEL_QOS SCANCEL_USER';
const WITHOUT_FILTERS = FILTERS.split(' ').flatMap((name) => ['-u', name]);

/**
 * Arguments of `ssh` that run a command of Slurm's on another machine. Its shell reads the words there, so they are quoted;
 * a job's script goes over standard input and is read by nobody on the way. Nothing is asked of a person: keys, jump hosts and a
 * connection that is kept open belong into `~/.ssh/config`.
 */
export function sshArguments(host: string, command: string, args: readonly string[]): readonly string[] {
  const words = ['env', ...WITHOUT_FILTERS, 'LC_ALL=C', 'SLURM_TIME_FORMAT=%s', command, ...args];
  return ['-T', '-o', 'BatchMode=yes', '-o', `ConnectTimeout=${PATIENCE}`, '--', host, words.map(quoted).join(' ')];
}
