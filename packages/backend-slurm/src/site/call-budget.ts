import type { SlurmOptions } from '../slurm-options.ts';

/** Most times that each of Slurm's commands is run in an hour, whatever the number of slots. */
export interface CallBudget {
  readonly squeue: number;
  /** Submissions; `Infinity`: one for each attempt. */
  readonly sbatch: number;
  /** Never more than submissions, for it gives up what they asked for. */
  readonly scancel: number;
  /** Only for jobs that the queue has forgotten. */
  readonly sacct: number;
}

/** What a study with these options may ask of Slurm. It keeps to it by waiting, not by luck. */
export function callBudget({ squeueSeconds, bind }: SlurmOptions): CallBudget {
  // One more, because the first look after a start comes early.
  const looks = Math.ceil(3600 / squeueSeconds) + 1;
  const submissions = bind === 'submit' ? Number.POSITIVE_INFINITY : looks;
  return { squeue: looks, sbatch: submissions, scancel: submissions, sacct: looks };
}

/** The budget in words. */
export function budgetText(options: SlurmOptions): string {
  const words = Object.entries(callBudget(options)).map(
    ([command, calls]) => `${command} ${Number.isFinite(calls) ? calls : 'once for each attempt'}`,
  );
  return `at most ${words.join(', ')} times an hour, whatever the number of slots; far less while nothing changes`;
}
