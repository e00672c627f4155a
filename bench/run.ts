/** The benchmarks of the engine, one after the other: `npm run bench`. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

for (const name of ['throughput', 'recovery', 'ask-tell']) {
  console.log(`\n## ${name}\n`);
  const { status } = spawnSync(process.execPath, ['-C', '@fettle/source', join(import.meta.dirname, `${name}.ts`)], {
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
}
