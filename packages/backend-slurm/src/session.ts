import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { type BackendHost, type CommandProgram, FettleError } from '@fettle/core';
import { placeAgent } from './agent-file.ts';
import { scrubEnvironment } from './commands/scrub-environment.ts';
import { jobPrefix } from './jobs/job-prefix.ts';
import { JobRecords } from './jobs/job-records.ts';
import { LookPace } from './jobs/look-pace.ts';
import { QueueWatch } from './jobs/queue-watch.ts';
import type { SlurmCommand } from './jobs/slurm.ts';
import { Steps } from './jobs/steps.ts';
import { SlotAgents } from './slot-agents.ts';
import { SlotJobs } from './slot-jobs.ts';
import { SlotWatch } from './slot-watch.ts';
import type { SlurmOptions } from './slurm-options.ts';
import { Ledger } from './slots/ledger.ts';
import { SlotPool } from './slots/slot-pool.ts';

/** What a driver works with, from opening the study to closing it. */
export interface Session {
  readonly host: BackendHost;
  readonly program: CommandProgram;
  /** The study's folder, links resolved. */
  readonly directory: string;
  readonly ledger: Ledger;
  /** Its number: 1 for the first driver of the study. */
  readonly session: number;
  readonly pool: SlotPool;
  readonly jobs: SlotJobs;
  readonly agents: SlotAgents;
  readonly watch: SlotWatch;
}

/**
 * Checks that there is everything that is needed, and begins a session: the agent is copied to the study, the ledger read.
 * @throws FettleError `backend-unavailable`
 */
export async function openSession(
  host: BackendHost,
  options: SlurmOptions,
  slurm: SlurmCommand,
  environment: NodeJS.ProcessEnv,
): Promise<Session> {
  const { program, directory: folder } = host;
  if (program.kind !== 'command' || folder === undefined || /[\n\r]/.test(folder)) {
    throw new FettleError(
      'backend-unavailable',
      program.kind === 'command'
        ? 'The Slurm backend needs a folder for the study, on a file system that the compute nodes share.'
        : `The Slurm backend runs commands; this study has a ${program.kind} program.`,
      { remedy: 'Give the study a `directory` and a command.' },
    );
  }
  const version = await slurm('sbatch', ['--version']);
  if (version.exitCode !== 0) {
    throw new FettleError('backend-unavailable', `sbatch cannot be run: ${version.stderr.trim()}`, {
      remedy: 'Start the study on a machine from which jobs are submitted, or name one that is reached by `ssh`.',
    });
  }
  const now = (): number => host.clock.now();
  const pace = new LookPace(now, options.squeueSeconds * 1000);
  const steps = options.within === 'allocation' ? await findSteps(host, slurm, pace, environment) : undefined;
  mkdirSync(join(folder, 'slurm', 'slots'), { recursive: true });
  const directory = realpathSync(folder);
  const agent = placeAgent(join(directory, 'slurm'));
  const ledger = new Ledger(join(directory, 'slurm', 'ledger.jsonl'));
  const session = ledger.past.filter(({ kind }) => kind === 'opened').length + 1;
  const prefix = jobPrefix(host.study, directory);
  ledger.append({ kind: 'opened', session, at: host.clock.now(), jobs: prefix });
  const pool = new SlotPool(join(directory, 'slurm', 'slots'), ledger, session);
  return {
    host,
    program,
    directory,
    ledger,
    session,
    pool,
    jobs: new SlotJobs({ options, host, slurm, pool, ledger, session, prefix, agent, pace, steps }),
    agents: new SlotAgents(options, host, pool, steps),
    watch: new SlotWatch({
      host,
      pool,
      pace,
      queue: steps ?? new QueueWatch(slurm, prefix, pace),
      // The accounting knows jobs, not who ran in their steps.
      records: steps === undefined ? new JobRecords(slurm, now) : undefined,
      prefix,
    }),
  };
}

/** The allocation in which the driver runs. @throws FettleError `backend-unavailable` */
async function findSteps(
  host: BackendHost,
  slurm: SlurmCommand,
  pace: LookPace,
  environment: NodeJS.ProcessEnv,
): Promise<Steps> {
  const allocation = environment['SLURM_JOB_ID'] ?? 'none';
  const steps = new Steps(allocation, slurm, scrubEnvironment(environment), host.logger, pace);
  await steps.find();
  return steps;
}
