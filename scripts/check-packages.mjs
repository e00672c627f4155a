// Packs every package that is published and looks at the tarball as its users would: publint, and types as they resolve.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PNPM = ['-y', 'pnpm@12.21.0'];
const run = (command, args, options = {}) => execFileSync(command, args, { stdio: 'inherit', ...options });

run('npx', ['tsc', '-b']);
const folder = mkdtempSync(join(tmpdir(), 'fettle-pack-'));
try {
  for (const name of readdirSync('packages')) {
    const directory = join('packages', name);
    const { private: isPrivate, exports } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
    if (isPrivate) continue;
    run('npx', [...PNPM, 'pack', '--pack-destination', folder], { cwd: directory, stdio: 'ignore' });
    const tarball = readdirSync(folder).find((file) => file.includes(`fettle-${name}-`) && file.endsWith('.tgz'));
    if (tarball === undefined) throw new Error(`${name} was not packed`);
    run('npx', ['publint', 'run', join(folder, tarball), '--strict']);
    if (exports['.'] !== undefined) run('npx', ['attw', join(folder, tarball), '--profile', 'esm-only']);
  }
} finally {
  rmSync(folder, { recursive: true });
}
