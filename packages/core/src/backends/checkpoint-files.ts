import { rename, rm } from 'node:fs/promises';
import type { TrialId } from '../domain/trial.ts';
import type { CheckpointFiles } from '../ports/checkpoint-files.ts';
import { checkpointDirectory } from './attempt-directory.ts';

/** The checkpoint folders of a study's trials. @param study the study's folder */
export function checkpointFiles(study: string): CheckpointFiles {
  return {
    async delete(trials: readonly TrialId[]) {
      for (const trial of trials) {
        const folder = checkpointDirectory(study, trial);
        const going = `${folder}.deleting`;
        // It goes at once and as a whole: a copy that is made meanwhile fails, and is never one of half of it.
        await rm(going, { recursive: true, force: true });
        await rename(folder, going).catch((thrown: NodeJS.ErrnoException) => {
          if (thrown.code !== 'ENOENT') throw thrown;
        });
        await rm(going, { recursive: true, force: true });
      }
    },
  };
}
