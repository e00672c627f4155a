import { expect, it } from 'vitest';
import { scrubEnvironment } from '../src/commands/scrub-environment.ts';

it("takes away what changes the answers of Slurm's commands, and leaves which cluster they ask and as whom", () => {
  const person = { PATH: '/bin', SLURM_CONF: '/etc/slurm.conf', SLURM_CLUSTERS: 'big', SLURM_JWT: 'secret' };
  const job = { SLURM_MEM_PER_CPU: '1', SBATCH_EXPORT: 'NONE', SRUN_CPUS_PER_TASK: '2', PMI_RANK: '0' };
  const filters = { SQUEUE_PARTITION: 'gpu', SQUEUE_STATES: 'PD', SCANCEL_INTERACTIVE: '1', SACCT_FEDERATION: '1' };
  expect(scrubEnvironment({ ...person, ...job, ...filters, LC_ALL: 'de_DE', gone: undefined })).toEqual({
    ...person,
    LC_ALL: 'C',
    SLURM_TIME_FORMAT: '%s',
  });
});
