import { describe } from 'vitest';
import { SlurmCluster } from './slurm-cluster.ts';

/** Tests on a real cluster. Where Slurm is not installed they fail in CI, and are left out elsewhere with the way to get it. */
export function describeOnSlurm(name: string, tests: () => void): void {
  describeUnless(SlurmCluster.missing(), name, tests);
}

/** The same for tests that need its accounting, too. */
export function describeOnSlurmWithAccounting(name: string, tests: () => void): void {
  describeUnless(SlurmCluster.missing({ accounting: true }), name, tests);
}

/** Tests that mount a small disk, which only root may. */
export function describeAsRoot(name: string, tests: () => void): void {
  describeUnless(process.getuid?.() === 0 ? undefined : 'only root may mount a disk', name, tests);
}

function describeUnless(missing: string | undefined, name: string, tests: () => void): void {
  if (missing === undefined || process.env['CI'] !== undefined) describe(name, tests);
  else describe.skip(`${name} (${missing})`, tests);
}
