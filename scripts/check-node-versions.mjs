// The oldest Node that is supported and the newest there is must come to the same decisions as the one the workspace brings:
// makes a study with the workspace's Node and replays it with the others, bit for bit.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installNode, NODE_RELEASES } from './node-releases.mjs';

const folder = mkdtempSync(join(tmpdir(), 'fettle-node-'));
const fettle = join('packages', 'cli', 'bin', 'fettle.js');
const run = (node, args) => execFileSync(node, args, { encoding: 'utf8' });
try {
  const study = join('bench', 'replayed-study.ts');
  rmSync(join('bench', '.fettle'), { recursive: true, force: true });
  run(process.execPath, [fettle, 'run', study, '--plain']);
  console.log(`${process.version}: ${run(process.execPath, [fettle, 'replay', study]).trim()}`);
  for (const { node: version } of NODE_RELEASES) {
    if (version === process.versions.node) continue;
    const { node } = installNode(join(folder, version), { node: version });
    console.log(`v${version}: ${run(node, [fettle, 'replay', study]).trim()}`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
