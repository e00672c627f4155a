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
    for (const message of [
      'ssh: connect to host login port 22: Connection timed out',
      'ssh: Could not resolve hostname login: Name or service not known',
      'me@login: Permission denied (publickey,keyboard-interactive).',
    ]) {
      expect(said(255, message)).toBe('unavailable');
    }
    for (const message of [
      'sbatch: error: Batch job submission failed: Required partition not available (inactive or drain)',
      'sbatch: error: Batch job submission failed: System submissions disabled',
      'sbatch: error: Munge encode failed: Failed to access "/run/munge/munge.socket.2": No such file or directory\nsbatch: error: slurm_send_node_msg: auth_g_create: REQUEST_SUBMIT_BATCH_JOB has authentication error\nsbatch: error: Batch job submission failed: Invalid authentication credential',
    ]) {
      expect(said(1, message)).toBe('unavailable');
    }
  });

  it('is too many at once where fewer may be taken', () => {
    const policy =
      "Batch job submission failed: Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)";
    for (const message of [
      `sbatch: error: AssocMaxSubmitJobLimit\nsbatch: error: ${policy}`,
      `sbatch: error: QOSMaxSubmitJobPerUserLimit\nsbatch: error: ${policy}`,
      'sbatch: error: Batch job submission failed: Invalid job array specification',
      'sbatch: error: Slurm temporarily unable to accept job, sleeping and retrying',
    ]) {
      expect(said(1, message)).toBe('too-many');
    }
  });

  it('is unknown where somebody was not believed after the question was asked', () => {
    expect(
      said(
        1,
        'sbatch: error: auth_g_verify: RESPONSE_SUBMIT_BATCH_JOB has authentication error: Invalid authentication credential\nsbatch: error: Batch job submission failed: Protocol authentication error',
      ),
    ).toBe('unknown');
  });

  it.each([
    'sbatch: error: invalid partition specified: nope\nsbatch: error: Batch job submission failed: Invalid partition name specified',
    'sbatch: error: Batch job submission failed: Invalid account or account/partition combination specified',
    'sbatch: error: Batch job submission failed: Requested node configuration is not available',
    'sbatch: error: Memory specification can not be satisfied',
    "sbatch: unrecognized option '--bogus=1'",
    "sbatch: error: QOSMaxWallDurationPerJobLimit\nsbatch: error: Batch job submission failed: Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)",
    "sbatch: error: QOSMaxGRESPerJob\nsbatch: error: Batch job submission failed: Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)",
  ])('is final where the same will be refused again: %s', (stderr) => {
    expect(said(1, stderr)).toBe('refused');
  });
});
