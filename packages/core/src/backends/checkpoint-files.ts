import { rm } from 'node:fs/promises';
import type { TrialId } from '../domain/trial.ts';
import type { CheckpointFiles } from '../ports/checkpoint-files.ts';
import { checkpointDirectory } from './attempt-directory.ts';

/** The checkpoint folders of a study's trials. @param study the study's folder */
export function checkpointFiles(study: string): CheckpointFiles {
  return {
    async delete(trials: readonly TrialId[]) {
      for (const trial of trials) await rm(checkpointDirectory(study, trial), { recursive: true, force: true });
    },
  };
}
