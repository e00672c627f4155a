import {
  attemptDirectory,
  attemptId,
  type CommandProgram,
  programPaths,
  programSeed,
  type TrialRecord,
  trialInvocation,
} from '@fettle/core';

/**
 * The command line that runs a trial's configuration again, as far as the trial went.
 * @param folder the study's
 * @param seed the study's, from which the trial's own follows
 * @returns undefined for a study whose objective is a function
 */
export function commandOf(
  program: CommandProgram | undefined,
  trial: TrialRecord,
  folder: string,
  seed: number,
): readonly string[] | undefined {
  if (program === undefined) return undefined;
  const attempt = attemptId(trial.id, Math.max(1, trial.attempts));
  const { path, checkpoint } = attemptDirectory(folder, attempt);
  const request = {
    attempt,
    trial: trial.id,
    configuration: trial.configuration,
    until: trial.until ?? (trial.resource > 0 ? trial.resource : undefined),
    resumeFrom: 0,
    seed: programSeed(seed, trial.id),
  };
  return trialInvocation(program, request, '', programPaths(path, checkpoint)).argv;
}
