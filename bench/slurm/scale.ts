/**
 * What the driver of a large study on Slurm costs: hundreds of slots on a real cluster on this machine, whose nodes believe
 * to have as many cores as are needed. Needs Debian's slurmctld, slurmd and slurm-client.
 *
 *   node -C @fettle/source bench/slurm/scale.ts [--slots 500] [--trials 10000] [--seconds 30] [--poll 5] [--out FILE]
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SlurmCluster } from '../../packages/backend-slurm/test/slurm-cluster.ts';
import { describeMachine } from '../machine.ts';

const { values: options } = parseArgs({
  options: {
    slots: { type: 'string', default: '500' },
    trials: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '30' },
    poll: { type: 'string', default: '5' },
    out: { type: 'string' },
  },
});
const { slots, trials, seconds, poll } = options;
const cluster = await SlurmCluster.start({
  nodes: 2,
  cores: Math.ceil(Number(slots) / 2),
  memory: 100_000,
  extra: ['MaxJobCount=20000'],
});
const directory = mkdtempSync(join(tmpdir(), 'fettle-scale-'));
try {
  const driver = join(import.meta.dirname, 'scale-driver.ts');
  const child = spawn(process.execPath, ['-C', '@fettle/source', driver, directory, slots, trials, seconds, poll], {
    env: { ...process.env, ...cluster.environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  for await (const chunk of child.stdout) printed += String(chunk);
  const result = JSON.parse(printed) as object;
  console.log(result);
  if (options.out !== undefined) {
    const command = `node -C @fettle/source bench/slurm/scale.ts --slots ${slots} --trials ${trials} --seconds ${seconds} --poll ${poll}`;
    writeFileSync(options.out, `${JSON.stringify({ command, machine: describeMachine(), ...result }, undefined, 2)}\n`);
  }
} finally {
  cluster.stop();
  rmSync(directory, { recursive: true, force: true, maxRetries: 10 });
}
