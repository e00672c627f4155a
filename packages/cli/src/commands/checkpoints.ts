import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { checkpointDirectory, deletableCheckpoints, isTerminal, type TrialRecord } from '@fettle/core';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { withStudy } from '../study/open-reader.ts';
import { toJson } from '../text/json.ts';
import { formatNumber } from '../text/number.ts';

interface Kept {
  readonly trial: number;
  readonly state: TrialRecord['state'];
  readonly bytes: number;
  readonly needed: boolean;
}

/**
 * `fettle checkpoints`: what the clean-up policy would keep and delete; deletes nothing. With `--json`:
 * `{ keepBest, bytes, deletable, checkpoints: [{ trial, state, bytes, needed }] }`, sizes in bytes.
 */
export async function execute(
  [study]: readonly [string | undefined],
  { keepBest, json }: { readonly keepBest: number; readonly json?: boolean },
  io: Io,
): Promise<ExitCode> {
  return await withStudy(study, io, ({ place, reader, summary }) => {
    const sign = summary.definition.objective.goal === 'maximize' ? -1 : 1;
    const trials = reader.trials().filter(({ id }) => existsSync(checkpointDirectory(place.folder, id)));
    const over = new Map(
      trials.filter(({ state }) => isTerminal(state)).map((trial) => [trial.id, worth(trial, sign)]),
    );
    const sources = reader
      .trials({ states: ['queued'] })
      .flatMap(({ attempts, forkedFrom }) => (attempts === 0 && forkedFrom !== undefined ? [forkedFrom] : []));
    const deletable = new Set(deletableCheckpoints(over, keepBest, new Set(sources)));
    const checkpoints = trials.map(({ id, state }): Kept => {
      return { trial: id, state, bytes: sizeOf(checkpointDirectory(place.folder, id)), needed: !deletable.has(id) };
    });
    const sum = (some: readonly Kept[]): number => some.reduce((total, { bytes }) => total + bytes, 0);
    const bytes = sum(checkpoints);
    const freed = sum(checkpoints.filter(({ needed }) => !needed));
    if (json === true) io.out(toJson({ keepBest, bytes, deletable: freed, checkpoints }, 2));
    else {
      const waiting = checkpoints.filter(({ state }) => !isTerminal(state)).length;
      io.out(`${checkpoints.length} checkpoints, ${megabytes(bytes)} in all`);
      io.out(
        `kept     ${checkpoints.length - deletable.size}: ${waiting} of trials that may go on, the best ${keepBest} of the others`,
      );
      io.out(`deleted  ${deletable.size}, ${megabytes(freed)}`);
      io.out(
        `\nNothing was deleted. To keep no more than that: checkpoints: { keepBest: ${keepBest} } in the study file.`,
      );
    }
    return EXIT.ok;
  });
}

/** The trial's value with less being better; a failed trial's checkpoint is worth nothing. */
function worth({ state, value }: TrialRecord, sign: 1 | -1): number {
  return state === 'failed' || value === undefined || !Number.isFinite(value) ? Number.POSITIVE_INFINITY : sign * value;
}

function sizeOf(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).reduce((total, name) => {
    const facts = statSync(join(folder, name), { throwIfNoEntry: false });
    return total + (facts?.isFile() === true ? facts.size : 0);
  }, 0);
}

function megabytes(bytes: number): string {
  return `${formatNumber(bytes / 1e6)} MB`;
}
