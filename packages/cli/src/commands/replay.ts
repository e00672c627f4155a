import { FettleError, replayStudy } from '@fettle/core';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { withStudy } from '../study/open-reader.ts';
import { loadStudy } from '../study-file/load.ts';
import { toJson } from '../text/json.ts';

/** `fettle replay`: with `--json`, `{ decisions, events, differences: [{ seq, what, recorded, replayed }] }`. */
export async function execute(
  [study]: readonly [string | undefined],
  options: { readonly json?: boolean },
  io: Io,
): Promise<ExitCode> {
  return await withStudy(study, io, async ({ place, reader }) => {
    if (place.file === undefined) {
      throw new FettleError('usage', 'To replay a study its study file is needed, for the space and the searcher.', {
        remedy: 'Name the study file.',
      });
    }
    const { space, searcher } = await loadStudy(place.file);
    const result = await replayStudy(reader, space, searcher);
    const { decisions, events, differences } = result;
    if (options.json === true) io.out(toJson(result, 2));
    else if (differences.length === 0) {
      io.out(
        `${io.paint('green', '✓')} ${decisions} decisions were computed again from ${events} events, and every one is the same.`,
      );
    } else {
      io.out(`${io.paint('red', '✗')} ${differences.length} of ${decisions} decisions came out differently:`);
      for (const { seq, what, recorded, replayed } of differences) {
        io.out(`  event ${seq} (${what})\n    recorded ${recorded}\n    now      ${replayed}`);
      }
    }
    return differences.length === 0 ? EXIT.ok : EXIT.replayMismatch;
  });
}
