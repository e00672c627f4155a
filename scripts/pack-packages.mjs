// Packs every package that is published, as the CI of a repository would, and unpacks it again for a look.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the tarballs say that they are from. */
const REPOSITORY = { GITHUB_SERVER_URL: 'https://example.org', GITHUB_REPOSITORY: 'fettle/fettle' };

/**
 * @typedef {object} Packed
 * @property {string} name
 * @property {string} directory in the workspace
 * @property {boolean} isImported whether it has something to import
 * @property {string} tarball
 * @property {string} unpacked a folder with what is in the tarball
 * @property {string} repository that it should say it is from
 */

/**
 * @param {string} folder where to
 * @returns {Packed[]}
 */
export function packPackages(folder) {
  const env = { ...process.env, ...REPOSITORY };
  const repository = `${REPOSITORY.GITHUB_SERVER_URL}/${REPOSITORY.GITHUB_REPOSITORY}`;
  return readdirSync('packages').flatMap((short) => {
    const directory = join('packages', short);
    const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
    if (manifest.private) return [];
    const args = ['-y', 'pnpm@12.21.0', 'pack', '--pack-destination', folder];
    execFileSync('npx', args, { cwd: directory, stdio: ['ignore', 'ignore', 'inherit'], env });
    const unpacked = join(folder, `fettle-${short}-${manifest.version}`);
    const tarball = `${unpacked}.tgz`;
    execFileSync('tar', ['-xf', tarball, '-C', folder, '--one-top-level', '--strip-components=1']);
    const isImported = manifest.exports['.'] !== undefined;
    return [{ name: manifest.name, directory, isImported, tarball, unpacked, repository }];
  });
}
