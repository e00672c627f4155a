// Every file under a folder, with its size.
import { readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

/**
 * @param {string} folder
 * @param {(path: string) => boolean} [enters] whether to go into a folder
 * @returns {{ path: string, bytes: number }[]} paths from the folder on
 */
export function filesOf(folder, enters = () => true) {
  const within = (directory) =>
    readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
      const path = join(directory, entry.name);
      if (entry.isDirectory()) return enters(path) ? within(path) : [];
      return entry.isFile() ? [{ path: relative(folder, path), bytes: statSync(path).size }] : [];
    });
  return within(folder);
}
