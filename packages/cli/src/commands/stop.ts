import { FettleError } from '@fettle/core/errors';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { driverOf } from '../study/driver.ts';
import { withStudy } from '../study/open-reader.ts';

/** Time between two signals that are to be taken for two, in milliseconds. */
const BETWEEN = 500;

/**
 * `fettle stop`: asks the driver of a running study to stop in good order, as Ctrl-C does. It does not wait for the end.
 * With `--json`: `{ stopped, pid }`.
 */
export async function execute(
  [study]: readonly [string | undefined],
  options: { readonly now?: boolean; readonly json?: boolean },
  io: Io,
): Promise<ExitCode> {
  return await withStudy(study, io, async ({ reader, summary }) => {
    const { name } = summary.definition;
    const driver = driverOf(reader);
    if (driver === undefined || driver.fate === 'dead') {
      if (options.json === true) io.out(JSON.stringify({ stopped: false }));
      else io.out(`The study '${name}' is not running.`);
      return EXIT.ok;
    }
    const { pid, host } = driver;
    if (driver.fate === 'unknown') {
      throw new FettleError(
        'usage',
        `The study '${name}' is run by process ${pid} on ${host}, which cannot be reached from here.`,
        {
          remedy: `Run this on ${host}.`,
        },
      );
    }
    // The lease names the process by its start, so a number that was used again is never hit.
    process.kill(pid, 'SIGINT');
    if (options.now === true) {
      await new Promise((resolve) => {
        setTimeout(resolve, BETWEEN);
      });
      if (driverOf(reader)?.fate === 'alive') process.kill(pid, 'SIGINT');
    }
    if (options.json === true) io.out(JSON.stringify({ stopped: true, pid }));
    else
      io.out(
        `Asked process ${pid} to stop '${name}'${options.now === true ? ' at once' : ''}; \`fettle status\` says when it has.`,
      );
    return EXIT.ok;
  });
}
