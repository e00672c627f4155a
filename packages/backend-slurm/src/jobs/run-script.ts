import {
  attemptDirectory,
  type CommandProgram,
  FettleError,
  type LaunchRequest,
  programPaths,
  trialInvocation,
} from '@fettle/core';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { quoted } from './shell-words.ts';

/** What an attempt needs beside its request. */
export interface RunPlace {
  readonly program: CommandProgram;
  /** Identity of the study. */
  readonly study: string;
  /** Folder of the study. */
  readonly directory: string;
  /** Words before the program's own; `{study}` stands for the study's folder. */
  readonly prefix: readonly string[];
  readonly stopFile: string;
}

/**
 * Writes an attempt's configuration and makes the text that its agent runs: every word is quoted, so that the shell takes
 * all of them as they are. The agent's shell runs the words that the text leaves as its parameters.
 * @throws FettleError `template-invalid` if a value cannot be passed
 */
export function runScript(request: LaunchRequest, { program, study, directory, prefix, stopFile }: RunPlace): string {
  const { path, checkpoint, files } = attemptDirectory(directory, request.attempt);
  const paths = { ...programPaths(path, checkpoint), stopFile };
  const { argv, environment, configFile } = trialInvocation(program, request, study, paths);
  writeFileSync(paths.config, configFile);
  const words = [...prefix.map((word) => word.replaceAll('{study}', directory)), ...argv];
  const variables = Object.entries({ ...program.environment, ...environment });
  return `${[
    // Somebody may have tidied up.
    `mkdir -p ${quoted(path)} ${quoted(checkpoint)}`,
    // Its agent, which is where the stop file will be, watches whether the files in there grow.
    `ln -sfn ${quoted(path)} ${quoted(join(dirname(stopFile), 'attempt'))}`,
    `exec >>${quoted(files.stdout)} 2>>${quoted(files.stderr)}`,
    `cd ${quoted(program.workingDirectory)} || exit 126`,
    // Frameworks that see these believe that they were started by srun themselves, and act on the whole job.
    ...(words[0]?.endsWith('srun') === true ? [] : [WITHOUT_STEP]),
    ...variables.map(([name, value]) => `export ${checkedName(name)}=${quoted(value)}`),
    `set -- ${words.map(quoted).join(' ')}`,
  ].join('\n')}\n`;
}

const STEP_VARIABLES =
  'NTASKS NPROCS PROCID LOCALID NODEID TASK_PID GTIDS TASKS_PER_NODE NTASKS_PER_NODE STEP_ID STEPID STEP_NODELIST ' +
  'STEP_NUM_NODES STEP_NUM_TASKS STEP_TASKS_PER_NODE STEP_LAUNCHER_PORT SRUN_COMM_HOST SRUN_COMM_PORT LAUNCH_NODE_IPADDR';
const MPI_VARIABLES = 'PMI_RANK PMI_SIZE PMI_FD PMIX_RANK PMIX_NAMESPACE OMPI_COMM_WORLD_RANK OMPI_COMM_WORLD_SIZE';
const WITHOUT_STEP = `unset ${STEP_VARIABLES.replace(/\w+/g, 'SLURM_$&')} ${MPI_VARIABLES}`;

function checkedName(name: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return name;
  throw new FettleError('template-invalid', `No shell can set the environment variable '${name}'.`, {
    remedy: 'Use letters, digits and underscores, and no digit first.',
  });
}
