import { describe, expect, it } from 'vitest';
import type { CommandResult } from '../src/commands/submission-result.ts';
import { diagnoseSite } from '../src/site/diagnose-site.ts';
import { minutesOf } from '../src/site/slurm-config.ts';
import { slurmOptions } from '../src/slurm-options.ts';

const CONFIG = `Configuration data as of 2026-11-20T10:00:00
AccountingStorageType   = accounting_storage/none
ClusterName             = hall
KillWait                = 30 sec

Slurmctld(primary) at head is UP
`;
const PARTITIONS = `PartitionName=short AllowGroups=ALL Default=YES GraceTime=0 MaxTime=01:00:00 PreemptMode=OFF State=UP TotalCPUs=8 TotalNodes=2
PartitionName=spare Default=NO GraceTime=120 MaxTime=7-00:00:00 PreemptMode=CANCEL State=DRAIN TotalNodes=9
`;

function site(answers: { readonly [command: string]: Partial<CommandResult> }) {
  return async (command: string, [first = '', second = '']: readonly string[]): Promise<CommandResult> => ({
    exitCode: 0,
    stdout: '',
    stderr: '',
    ...answers[`${command} ${first} ${second}`.trim()],
    ...(first === '--test-only' ? answers['sbatch --test-only'] : {}),
  });
}

const HALL = {
  'sbatch --version': { stdout: 'slurm 22.05.8\n' },
  'scontrol show config': { stdout: CONFIG },
  'scontrol show partition': { stdout: PARTITIONS },
  'sbatch --test-only': { stderr: 'sbatch: Job 8 to start at 1795168801 using 1 processors on nodes n1\n' },
};

describe('the diagnosis of a cluster', () => {
  it('says what there is, whether a job would be taken, and what the study will ask of the controller', async () => {
    const found = await diagnoseSite(site(HALL), slurmOptions.parse({ slots: 4, minutes: 30 }));
    expect(found).toEqual([
      { check: 'slurm', status: 'ok', text: 'slurm 22.05.8, cluster hall' },
      { check: 'accounting', status: 'ok', text: 'off; Fettle does not need it' },
      { check: 'partition', status: 'ok', text: 'short: UP, 2 nodes, jobs of at most 01:00:00' },
      {
        check: 'job',
        status: 'ok',
        text: 'would be taken: Job 8 to start at 2026-11-20T10:00:01.000Z using 1 processors on nodes n1',
      },
      {
        check: 'calls',
        status: 'ok',
        text: 'at most squeue 121, sbatch 121, scancel 121, sacct 121 times an hour, whatever the number of slots; far less while nothing changes',
      },
    ]);
  });

  it('finds what would go wrong', async () => {
    const refused = { ...HALL, 'sbatch --test-only': { exitCode: 1, stderr: 'sbatch: error: Invalid account\n' } };
    const options = slurmOptions.parse({ slots: 4, minutes: 90, directives: { partition: 'short,spare' } });
    const found = await diagnoseSite(site(refused), options);
    expect(found.map(({ check, status }) => `${check} ${status}`)).toEqual([
      'slurm ok',
      'accounting ok',
      'partition fail',
      'partition warn',
      'job fail',
      'calls ok',
    ]);
    expect(found[2]?.text).toContain('`minutes: 90` is too long');
    expect(found[3]?.text).toContain('preempted (CANCEL, 120 s of grace)');
    expect(found[4]?.text).toBe('would be refused: Invalid account');
  });

  it('says so where there is no Slurm, or none that answers', async () => {
    const options = slurmOptions.parse({ slots: 1, minutes: 5 });
    const absent = { exitCode: 127, stderr: 'spawn sbatch ENOENT' };
    expect(await diagnoseSite(site({ 'sbatch --version': absent }), options)).toMatchObject([{ status: 'fail' }]);
    const silent = { ...HALL, 'scontrol show config': { exitCode: 1, stderr: 'Unable to contact slurm controller' } };
    expect(await diagnoseSite(site(silent), options)).toMatchObject([
      { status: 'fail', text: expect.stringContaining('does not answer: Unable to contact') },
    ]);
  });

  it('reads times as Slurm writes them', () => {
    const times = ['30', '30:30', '2:30:00', '1-12', '1-12:30', '7-00:00:00', 'UNLIMITED'];
    expect(times.map(minutesOf)).toEqual([30, 30.5, 150, 2160, 2190, 10_080, Number.POSITIVE_INFINITY]);
  });
});
