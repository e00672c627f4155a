/** What a batch of slot jobs is made of. */
export interface JobScript {
  /** Unique: by it the jobs are found when the answer to their submission was lost. */
  readonly name: string;
  /** Number of slots; more than one is submitted as an array. */
  readonly count: number;
  readonly minutes: number;
  /** Seconds before the time limit at which the agent is warned. */
  readonly leadSeconds: number;
  /** Folder of the batch: the jobs work and log there. */
  readonly folder: string;
  /** Further directives by their long names. */
  readonly directives: { readonly [name: string]: string | number | true };
  /** Node, the agent's file and its configuration. */
  readonly agent: readonly [node: string, file: string, configuration: string];
}

/** A word that a POSIX shell takes as it is. */
export function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/**
 * Arguments of `sbatch`. All of them are given there and none in the script, so that nothing has to be quoted for two
 * readers. Requeueing is refused: a job that Slurm starts again would wait for minutes, and retries are the engine's.
 */
export function submitArguments({
  name,
  count,
  minutes,
  leadSeconds,
  folder,
  directives,
}: JobScript): readonly string[] {
  // Percent signs in a file pattern stand for the job's number; a folder's own are doubled.
  const log = `${folder.replaceAll('%', '%%')}/${count > 1 ? '%a' : '0'}/log`;
  return [
    '--parsable',
    '--no-requeue',
    '--open-mode=append',
    `--job-name=${name}`,
    `--time=${minutes}`,
    // To the batch process alone: what runs below it hears only what the agent decides.
    `--signal=B:USR2@${leadSeconds}`,
    `--chdir=${folder}`,
    `--output=${log}`,
    `--error=${log}`,
    ...(count > 1 ? [`--array=0-${count - 1}`] : []),
    ...Object.entries(directives).map(([option, value]) => (value === true ? `--${option}` : `--${option}=${value}`)),
  ];
}

/** The script itself: the agent takes the shell's place, so that signals reach it. */
export function scriptText({ agent }: JobScript): string {
  return `#!/bin/sh\nexec ${agent.map(quoted).join(' ')}\n`;
}
