export { slurm } from './slurm.ts';
export { VERSION } from './version.ts';
