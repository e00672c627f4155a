import { writeFileSync } from 'node:fs';
import {
  type AttemptDirectory,
  type CommandProgram,
  type LaunchRequest,
  programPaths,
  trialInvocation,
} from '@fettle/core';
import type { Order } from '../agent/agent.ts';

type RunOrder = Omit<Extract<Order, { kind: 'run' }>, 'session' | 'seq'>;

/** Writes an attempt's configuration and makes the order to run it. @throws FettleError `template-invalid` */
export function runOrder(
  program: CommandProgram,
  request: LaunchRequest,
  study: string,
  directory: AttemptDirectory,
): RunOrder {
  const paths = programPaths(directory.path, directory.checkpoint);
  const { argv, environment, configFile } = trialInvocation(program, request, study, paths);
  writeFileSync(paths.config, configFile);
  return {
    kind: 'run',
    attempt: request.attempt,
    argv,
    environment: { ...program.environment, ...environment },
    workingDirectory: program.workingDirectory,
    stdout: directory.files.stdout,
    stderr: directory.files.stderr,
    stopFile: directory.stop,
  };
}
