import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SlurmTexts } from './fixtures/slurm-texts.ts';

/**
 * Commands that stand before Slurm's and write what a version of it does; their jobs run on this machine.
 * @param folder where they are kept, with a list of their `calls`
 * @returns the variables under which they are found
 */
export function fakeSlurm(folder: string, texts: SlurmTexts): { readonly PATH: string; readonly FAKE_SLURM: string } {
  for (const name of ['bin', 'jobs']) mkdirSync(join(folder, name));
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(folder, name), text);
  const script = new URL('./fixtures/fake-slurm.sh', import.meta.url).pathname;
  for (const name of ['sbatch', 'squeue', 'scontrol', 'sacct', 'scancel'])
    symlinkSync(script, join(folder, 'bin', name));
  return { PATH: `${join(folder, 'bin')}:${process.env['PATH']}`, FAKE_SLURM: folder };
}
