/**
 * Variables that change what Slurm's commands do: those of a job in which the driver itself runs, and those by which a person
 * has `squeue` show less or `scancel` ask first.
 */
const LEAKING = /^(SLURM_|SBATCH_|SRUN_|SALLOC_|SQUEUE_|SCANCEL_|SACCT_|PMI|PMIX|XDG_|DBUS_)/;
/** Those that say which cluster to talk to, and as whom. */
const KEPT = new Set(['SLURM_CONF', 'SLURM_CLUSTERS', 'SLURM_JWT', 'SLURM_TIME_FORMAT']);

/**
 * The environment for Slurm's commands: the driver's, without what a job around the driver has put there (a leaked
 * `SLURM_MEM_PER_CPU` makes jobs inside fail) and without filters (jobs that `SQUEUE_PARTITION` hides would seem to be gone), and
 * with messages in English, because they are read.
 */
export function scrubEnvironment(environment: NodeJS.ProcessEnv): { [name: string]: string } {
  const kept: { [name: string]: string } = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && (KEPT.has(name) || !LEAKING.test(name))) kept[name] = value;
  }
  return { ...kept, LC_ALL: 'C', SLURM_TIME_FORMAT: '%s' };
}
