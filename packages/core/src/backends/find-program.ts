import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { messageOf } from '../errors.ts';

/** Where programs are looked for when there is no `PATH`. */
const DEFAULT_PATH = '/usr/local/bin:/usr/bin:/bin';

/**
 * Finds the file of a program as a system's `execvp` would.
 * @param name a name to be looked for, or a path (with a `/`) relative to the working directory
 * @param path value of `PATH`
 * @param workingDirectory absolute
 * @returns an absolute path, or what is wrong, as a sentence
 */
export function findProgram(
  name: string,
  path: string | undefined,
  workingDirectory: string,
): { readonly path: string } | { readonly problem: string } {
  if (name.includes('/')) {
    const file = resolve(workingDirectory, name);
    const why = whyNotExecutable(file);
    return why === undefined ? { path: file } : { problem: `The program '${name}' ${why} (looked for at ${file}).` };
  }
  const searched = path ?? DEFAULT_PATH;
  let notExecutable: string | undefined;
  for (const folder of searched.split(delimiter)) {
    const file = join(resolve(workingDirectory, folder), name);
    const why = whyNotExecutable(file);
    if (why === undefined) return { path: file };
    if (why !== MISSING) notExecutable ??= `${file} ${why}`;
  }
  if (notExecutable !== undefined) return { problem: `The program '${name}' cannot be run: ${notExecutable}.` };
  return { problem: `There is no program '${name}' on the path that was searched: ${searched}.` };
}

const MISSING = 'does not exist';

function whyNotExecutable(file: string): string | undefined {
  try {
    const status = statSync(file, { throwIfNoEntry: false });
    if (status === undefined) return MISSING;
    if (!status.isFile()) return 'is not a file';
  } catch (thrown) {
    // A folder of the path that belongs to somebody else (after `sudo`, for example): `execvp` goes on, too.
    return `cannot be looked at (${(thrown as NodeJS.ErrnoException).code ?? messageOf(thrown)})`;
  }
  try {
    accessSync(file, constants.X_OK);
    return undefined;
  } catch {
    return 'is not executable (chmod +x makes it so)';
  }
}
