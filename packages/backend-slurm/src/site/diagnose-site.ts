import type { Diagnosis } from '@fettle/core';
import { submitArguments } from '../jobs/job-script.ts';
import type { SlurmCommand } from '../jobs/slurm.ts';
import type { SlurmOptions } from '../slurm-options.ts';
import { budgetText } from './call-budget.ts';
import { minutesOf, type Partition, readConfig, readPartitions } from './slurm-config.ts';

/** What a person wants to know of a cluster before they trust it with a study. Starts nothing. */
export async function diagnoseSite(slurm: SlurmCommand, options: SlurmOptions): Promise<readonly Diagnosis[]> {
  const version = await slurm('sbatch', ['--version']);
  if (version.exitCode !== 0) {
    return [{ check: 'slurm', status: 'fail', text: `sbatch cannot be run here: ${version.stderr.trim()}` }];
  }
  const shown = await slurm('scontrol', ['show', 'config']);
  if (shown.exitCode !== 0) {
    const text = `${version.stdout.trim()}, but its controller does not answer: ${shown.stderr.trim()}`;
    return [{ check: 'slurm', status: 'fail', text }];
  }
  const config = readConfig(shown.stdout);
  const partitions = readPartitions((await slurm('scontrol', ['show', 'partition', '--oneliner'])).stdout);
  return [
    { check: 'slurm', status: 'ok', text: `${version.stdout.trim()}, cluster ${config.get('ClusterName')}` },
    describeAccounting(config),
    ...describePartition(partitions, options),
    ...(options.within === 'jobs' ? [await tryJob(slurm, options)] : []),
    { check: 'calls', status: 'ok', text: budgetText(options) },
  ];
}

function describeAccounting(config: ReadonlyMap<string, string>): Diagnosis {
  const storage = config.get('AccountingStorageType') ?? '';
  const off = storage === '' || storage.endsWith('none') || storage === '(null)';
  return {
    check: 'accounting',
    status: 'ok',
    text: off ? 'off; Fettle does not need it' : `on (${storage.replace('accounting_storage/', '')})`,
  };
}

function describePartition(partitions: readonly Partition[], { directives, minutes }: SlurmOptions): Diagnosis[] {
  const wanted = String(directives['partition'] ?? '')
    .split(',')
    .filter((name) => name !== '');
  return partitions
    .filter(({ name, isDefault }) => (wanted.length === 0 ? isDefault : wanted.includes(name)))
    .map(({ name, state, maxTime, nodes, preemptMode, graceSeconds }): Diagnosis => {
      const limit = minutesOf(maxTime);
      const tooLong = minutes !== undefined && minutes > limit;
      const preemption =
        preemptMode === 'OFF' ? '' : `; jobs can be preempted (${preemptMode}, ${graceSeconds} s of grace)`;
      const facts = `${name}: ${state}, ${nodes} nodes, jobs of at most ${maxTime}${preemption}`;
      if (tooLong) return { check: 'partition', status: 'fail', text: `${facts}: \`minutes: ${minutes}\` is too long` };
      return { check: 'partition', status: state === 'UP' ? 'ok' : 'warn', text: facts };
    });
}

/** Asks whether a job with these directives would be taken, and when it would begin. */
async function tryJob(slurm: SlurmCommand, options: SlurmOptions): Promise<Diagnosis> {
  const { minutes = 1, leadSeconds, directives } = options;
  if (Object.values(directives).some((value) => /\{/.test(String(value)))) {
    return { check: 'job', status: 'none', text: 'not tried: its directives depend on the trial' };
  }
  const agent = { file: '', folder: '/', attempts: 0, idle: 0, poll: 0, look: 0, heartbeat: 0, grace: 0, launcher: '' };
  const script = { name: 'fettle-doctor', jobs: 1, lanes: 1, minutes, leadSeconds, directives, setup: [], agent };
  const answer = await slurm('sbatch', ['--test-only', ...submitArguments(script)], { input: '#!/bin/sh\n' });
  const text = answer.stderr
    .replace(/^sbatch: (error: )?/gm, '')
    .replace(/\b\d{10}\b/, (seconds) => new Date(Number(seconds) * 1000).toISOString())
    .trim();
  return answer.exitCode === 0
    ? { check: 'job', status: 'ok', text: `would be taken: ${text}` }
    : { check: 'job', status: 'fail', text: `would be refused: ${text}` };
}
