import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { FettleError } from '../errors.ts';
import type { LaunchRequest } from '../ports/backend.ts';
import type { CommandProgram } from '../ports/program.ts';
import { type AttemptDirectory, programPaths } from './attempt-directory.ts';
import { claimant, claimPath } from './claim.ts';
import { findProgram } from './find-program.ts';
import { LAUNCHER_NAME, LAUNCHER_SCRIPT } from './launcher-script.ts';
import type { Machine } from './process-table.ts';
import { trialInvocation, VARIABLE_PREFIX } from './trial-contract.ts';

/** What every launch of a study has in common. */
export interface Launchpad {
  readonly program: CommandProgram;
  readonly study: string;
  readonly machine: Machine;
  /** Path of the system's `ln`. */
  readonly ln: string;
  /** The driver's environment. */
  readonly environment: NodeJS.ProcessEnv;
}

/** Environment of the driver as programs inherit it: without the contract of a trial that the driver itself may run in. */
export function inheritedEnvironment(environment: NodeJS.ProcessEnv): { [name: string]: string } {
  const inherited: { [name: string]: string } = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && !name.startsWith(VARIABLE_PREFIX)) inherited[name] = value;
  }
  return inherited;
}

/** Why a program cannot run in its working directory, if that is not there. */
export function whyNoWorkingDirectory(directory: string): string | undefined {
  const isDirectory = statSync(directory, { throwIfNoEntry: false })?.isDirectory() === true;
  return isDirectory ? undefined : `The working directory ${directory} is not a folder.`;
}

/**
 * Starts the launcher of an attempt. Whether it runs the program is decided by the claim, not here.
 * @throws FettleError `launch-failed`, `template-invalid`; or what the system says
 */
export function spawnLauncher(
  pad: Launchpad,
  request: LaunchRequest,
  directory: AttemptDirectory,
  generation: number,
  gpus: readonly string[],
): ChildProcess {
  const { program, machine } = pad;
  const { workingDirectory } = program;
  const paths = programPaths(directory.path, directory.checkpoint);
  const { argv, environment: contract, configFile } = trialInvocation(program, request, pad.study, paths);
  const environment = {
    ...inheritedEnvironment(pad.environment),
    ...program.environment,
    ...contract,
    ...gpuEnvironment(pad.environment, gpus),
  };
  const [name, ...rest] = argv;
  const problem = whyNoWorkingDirectory(workingDirectory);
  const found = problem === undefined ? findProgram(name, environment['PATH'], workingDirectory) : { problem };
  if ('problem' in found) throw new FettleError('launch-failed', found.problem);

  writeFileSync(paths.config, configFile);
  // Left by a launch of this attempt that was stopped before it began.
  for (const stale of [directory.stop, directory.killed]) rmSync(stale, { force: true });
  const who = claimant(machine.host, machine.boot, gpus);
  const claim = claimPath(directory.path, generation);
  const { stdout, stderr } = directory.files;
  const output = openSync(stdout, 'a');
  const errors = openSync(stderr, 'a');
  try {
    return spawn(
      '/bin/sh',
      ['-c', LAUNCHER_SCRIPT, LAUNCHER_NAME, claim, directory.exit, who, pad.ln, found.path, ...rest],
      { cwd: workingDirectory, env: environment, detached: true, stdio: ['ignore', output, errors] },
    );
  } finally {
    closeSync(output);
    closeSync(errors);
  }
}

function gpuEnvironment(inherited: NodeJS.ProcessEnv, gpus: readonly string[]): { [name: string]: string } {
  if (gpus.length === 0) return {};
  const devices = { CUDA_VISIBLE_DEVICES: gpus.join(',') };
  const { CUDA_DEVICE_ORDER: order, CUDA_VISIBLE_DEVICES: visible } = inherited;
  // `nvidia-smi` counts in the order of the bus; CUDA counts the fastest first unless it is told.
  return order === undefined && visible === undefined ? { ...devices, CUDA_DEVICE_ORDER: 'PCI_BUS_ID' } : devices;
}
