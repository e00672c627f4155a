// Packs every package that is published and looks at the tarball as its users would: what is in it, its size, publint, types as
// they resolve, what comes with it, and what can be done with nothing but the packed packages.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { checkLicences } from './check-licences.mjs';
import { checkTarball } from './check-tarball.mjs';
import { filesOf } from './files-of.mjs';
import { installedPackages } from './installed-packages.mjs';
import { localRegistry } from './local-registry.mjs';
import { packPackages } from './pack-packages.mjs';
import { rehearseCreate } from './rehearse-create.mjs';
import { rehearseQuickstart } from './rehearse-quickstart.mjs';
import { checkSizes, recordSizes, sumOf } from './size-limits.mjs';

const run = (command, args) => execFileSync(command, args, { stdio: 'inherit' });
const records = process.argv.includes('--record');
const refuse = (problems) => {
  if (problems.length > 0) throw new Error(`This is not to be published:\n  ${problems.join('\n  ')}`);
};

/** By the folders in which they are, two deep: a folder of `dist` is a part. */
function sizeOfPackage({ tarball, unpacked }) {
  const files = filesOf(unpacked);
  const inParts = files.map(({ path, bytes }) => ({ name: dirname(path).split('/').slice(0, 2).join('/'), bytes }));
  return { packed: statSync(tarball).size, files: files.length, ...sumOf(inParts) };
}

run('npx', ['tsc', '-b']);
const folder = mkdtempSync(join(tmpdir(), 'fettle-pack-'));
try {
  const packed = packPackages(folder);
  const sizes = Object.fromEntries(packed.map((each) => [each.name, sizeOfPackage(each)]));
  for (const [name, { packed: bytes, ...unpacked }] of Object.entries(sizes)) {
    console.log(`${name}: ${bytes} bytes packed, ${unpacked.bytes} bytes in ${unpacked.files} files`);
  }
  // What can be seen at once is said at once.
  refuse([...packed.flatMap(checkTarball), ...(records ? [] : checkSizes(sizes))]);
  for (const { tarball, isImported } of packed) {
    run('npx', ['publint', 'run', tarball, '--strict']);
    if (isImported) run('npx', ['attw', tarball, '--profile', 'esm-only']);
  }

  const registry = await localRegistry(packed.map(({ tarball }) => tarball));
  try {
    const [quickstart, create] = ['quickstart', 'create'].map((name) => join(folder, name));
    mkdirSync(quickstart);
    mkdirSync(create);
    const installed = installedPackages(await rehearseQuickstart(registry.url, quickstart));
    const size = { packages: installed.length, ...sumOf(installed) };
    console.log(`@fettle/cli, installed: ${size.bytes} bytes in ${size.packages} packages`);
    const withAll = { '@fettle/cli, installed': size };
    refuse([...checkLicences(installed), ...(records ? [] : checkSizes(withAll))]);
    if (records) recordSizes({ ...sizes, ...withAll });
    await rehearseCreate(registry.url, create);
  } finally {
    registry.close();
  }
} finally {
  rmSync(folder, { recursive: true });
}
