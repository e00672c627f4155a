import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { checkpointDirectory, deletableCheckpoints, isTerminal, type TrialRecord } from '@fettle/core';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { withStudy } from '../study/open-reader.ts';
import { toJson } from '../text/json.ts';
import { formatBytes } from '../text/number.ts';

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
    const held = trials
      .filter(({ state }) => isTerminal(state))
      .map(({ id, state, value = Number.NaN }) => ({ trial: id, state, value: sign * value }));
    const forkSources = reader
      .trials({ states: ['queued', 'running'] })
      .flatMap(({ reports, forkedFrom }) => (reports === 0 && forkedFrom !== undefined ? [forkedFrom] : []));
    const needs = { keepBest, best: summary.best, forkSources: new Set(forkSources) };
    const deletable = new Set(deletableCheckpoints(held, needs));
    const checkpoints = trials.map(({ id, state }): Kept => {
      return { trial: id, state, bytes: sizeOf(checkpointDirectory(place.folder, id)), needed: !deletable.has(id) };
    });
    const sum = (some: readonly Kept[]): number => some.reduce((total, { bytes }) => total + bytes, 0);
    const bytes = sum(checkpoints);
    const freed = sum(checkpoints.filter(({ needed }) => !needed));
    if (json === true) io.out(toJson({ keepBest, bytes, deletable: freed, checkpoints }, 2));
    else {
      const one = checkpoints.length === 1;
      const waiting = checkpoints.filter(({ state }) => !isTerminal(state)).length;
      io.out(`${checkpoints.length} ${one ? 'checkpoint' : 'checkpoints'}, ${formatBytes(bytes)} in all`);
      io.out(
        `kept     ${checkpoints.length - deletable.size}: ${waiting} of trials that may go on, the best ${keepBest} of the others`,
      );
      io.out(`deleted  ${deletable.size}, ${formatBytes(freed)}`);
      io.out(
        `\nNothing was deleted. To keep no more than that: checkpoints: { keepBest: ${keepBest} } in the study file.`,
      );
    }
    return EXIT.ok;
  });
}

function sizeOf(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).reduce((total, name) => {
    const facts = statSync(join(folder, name), { throwIfNoEntry: false });
    return total + (facts?.isFile() === true ? facts.size : 0);
  }, 0);
}
