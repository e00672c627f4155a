import { describe, expect, it } from 'vitest';
import { readSubmission } from '../src/commands/submission-result.ts';

const said = (exitCode: number | undefined, stderr: string, stdout = ''): string =>
  readSubmission({ exitCode, stdout, stderr }).kind;

describe('what sbatch said', () => {
  it('is the number of the job, whatever banner stands around it', () => {
    expect(readSubmission({ exitCode: 0, stdout: '17\n', stderr: '' })).toEqual({ kind: 'submitted', job: '17' });
    expect(readSubmission({ exitCode: 0, stdout: '17;lab\n', stderr: '' })).toEqual({ kind: 'submitted', job: '17' });
    const banner = 'Welcome to the cluster. 3 nodes are down.\n2026\n4711\n\n';
    expect(readSubmission({ exitCode: 0, stdout: banner, stderr: 'quota: 80 %' })).toEqual({
      kind: 'submitted',
      job: '4711',
    });
  });

  it('is unknown whenever the job may exist', () => {
    expect(said(1, 'sbatch: error: Batch job submission failed: Socket timed out on send/recv operation')).toBe(
      'unknown',
    );
    expect(said(1, 'sbatch: error: Batch job submission failed: Zero Bytes were transmitted or received')).toBe(
      'unknown',
    );
    expect(said(undefined, '')).toBe('unknown');
    expect(said(255, 'Connection to login closed by remote host.')).toBe('unknown');
    expect(said(255, 'client_loop: send disconnect: Broken pipe')).toBe('unknown');
    expect(said(0, '', 'Submitted, thank you')).toBe('unknown');
    expect(said(1, 'something nobody has seen before')).toBe('unknown');
  });

  it('is worth another try where the job does not exist and may later', () => {
    expect(
      said(1, 'sbatch: error: Batch job submission failed: Unable to contact slurm controller (connect failure)'),
    ).toBe('unavailable');
    expect(
      said(
        1,
        `sbatch: error: AssocMaxSubmitJobLimit\nsbatch: error: Batch job submission failed: Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)`,
      ),
    ).toBe('unavailable');
    for (const message of [
      'ssh: connect to host login port 22: Connection timed out',
      'ssh: Could not resolve hostname login: Name or service not known',
      'me@login: Permission denied (publickey,keyboard-interactive).',
    ]) {
      expect(said(255, message)).toBe('unavailable');
    }
    expect(said(1, 'sbatch: error: Slurm temporarily unable to accept job, sleeping and retrying')).toBe('unavailable');
  });

  it.each([
    'sbatch: error: invalid partition specified: nope\nsbatch: error: Batch job submission failed: Invalid partition name specified',
    'sbatch: error: Batch job submission failed: Invalid account or account/partition combination specified',
    'sbatch: error: Batch job submission failed: Requested node configuration is not available',
    'sbatch: error: Memory specification can not be satisfied',
    "sbatch: unrecognized option '--bogus=1'",
    'sbatch: error: Batch job submission failed: Invalid job array specification',
    "sbatch: error: QOSMaxWallDurationPerJobLimit\nsbatch: error: Batch job submission failed: Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)",
    "sbatch: error: QOSMaxGRESPerJob\nsbatch: error: Batch job submission failed: Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)",
  ])('is final where the same will be refused again: %s', (stderr) => {
    expect(said(1, stderr)).toBe('refused');
  });
});
