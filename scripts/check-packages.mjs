// Packs every package that is published and looks at the tarball as its users would: publint, types as they resolve, and
// what `fettle create` makes with nothing but the packed packages.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rehearseCreate } from './rehearse-create.mjs';

const PNPM = ['-y', 'pnpm@12.21.0'];
const run = (command, args, options = {}) => execFileSync(command, args, { stdio: 'inherit', ...options });

run('npx', ['tsc', '-b']);
const folder = mkdtempSync(join(tmpdir(), 'fettle-pack-'));
try {
  const tarballs = [];
  for (const name of readdirSync('packages')) {
    const directory = join('packages', name);
    const { private: isPrivate, exports } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
    if (isPrivate) continue;
    run('npx', [...PNPM, 'pack', '--pack-destination', folder], { cwd: directory, stdio: 'ignore' });
    const tarball = readdirSync(folder).find((file) => file.includes(`fettle-${name}-`) && file.endsWith('.tgz'));
    if (tarball === undefined) throw new Error(`${name} was not packed`);
    tarballs.push(join(folder, tarball));
    run('npx', ['publint', 'run', join(folder, tarball), '--strict']);
    if (exports['.'] !== undefined) run('npx', ['attw', join(folder, tarball), '--profile', 'esm-only']);
  }
  const empty = join(folder, 'empty');
  mkdirSync(empty);
  await rehearseCreate(tarballs, empty);
} finally {
  rmSync(folder, { recursive: true });
}
