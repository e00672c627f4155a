// The packages in a `node_modules` and in those of its packages: what a user's disk holds.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { filesOf } from './files-of.mjs';

/**
 * @param {string} folder one that has a `node_modules`
 * @returns {{ name: string, version: string, licence: string, bytes: number }[]}
 */
export function installedPackages(folder) {
  const modules = join(folder, 'node_modules');
  if (!existsSync(modules)) return [];
  return globSync(['*/package.json', '@*/*/package.json'], { cwd: modules }).flatMap((path) => {
    const home = join(modules, path, '..');
    const { name, version, license, licenses } = JSON.parse(readFileSync(join(modules, path), 'utf8'));
    const files = filesOf(home, (inner) => basename(inner) !== 'node_modules');
    // Until npm 2 it was an object, or a list of them.
    const stated = [license ?? licenses ?? 'none'].flat().map((each) => each.type ?? each);
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    return [{ name, version, licence: stated.join(' OR '), bytes }, ...installedPackages(home)];
  });
}
