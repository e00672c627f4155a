export { slurm } from './slurm.ts';
export type { GivenOptions as SlurmOptions } from './given-options.ts';
export { VERSION } from './version.ts';
