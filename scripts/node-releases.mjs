// The releases of Node that users have: the oldest that is supported, the one that the workspace brings, the newest there is.
import { execFileSync } from 'node:child_process';
import { arch, platform } from 'node:os';
import { dirname, join } from 'node:path';

/** Each with an npm of its time: they differ in what they make of peers, hoisting and install scripts. */
export const NODE_RELEASES = [
  { node: '22.18.0', npm: '10.9.3' },
  { node: '24.21.0', npm: '11.19.1' },
  { node: '26.10.0', npm: '12.2.2' },
];

/**
 * @param {string} folder where to install it
 * @param {{ node: string, npm?: string }} release
 * @returns {{ node: string, path: string[] }} the program, and the folders in which `node` and `npm` are found
 */
export function installNode(folder, { node, npm }) {
  const name = `node-${platform()}-${arch()}`;
  const packages = [`${name}@${node}`, ...(npm === undefined ? [] : [`npm@${npm}`])];
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--silent', '--prefix', folder, ...packages]);
  const program = join(folder, 'node_modules', name, 'bin', 'node');
  return { node: program, path: [dirname(program), join(folder, 'node_modules', '.bin')] };
}
