import { readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { FettleError, messageOf } from '../errors.ts';
import type { BackendHost } from '../ports/backend.ts';
import { namesIn, parseArgument } from './command-template.ts';
import { findProgram } from './find-program.ts';
import { type CommandRunner, detectGpus } from './gpu-detection.ts';
import { GpuLeases } from './gpu-leases.ts';
import { inheritedEnvironment, type Launchpad, whyNoWorkingDirectory } from './local-launch.ts';
import type { CheckedLocalOptions } from './local-options.ts';
import { showsMemory, thisMachine } from './process-table.ts';

/** What a check of the surroundings finds out. */
export interface LocalMeans {
  readonly pad: Launchpad;
  readonly leases: GpuLeases | undefined;
  readonly workers: number;
}

/**
 * Checks that everything is there to run a study's program on this machine; starts nothing.
 * @throws FettleError `backend-unavailable` with everything that is missing
 */
export function checkLocal(
  host: BackendHost,
  directory: string,
  options: CheckedLocalOptions,
  environment: NodeJS.ProcessEnv,
  run: CommandRunner,
): LocalMeans {
  const { program } = host;
  if (process.platform === 'win32') {
    throw new FettleError('backend-unavailable', 'The local backend needs Linux or macOS; this is Windows.', {
      remedy: 'Run it in the Windows Subsystem for Linux.',
    });
  }
  if (program.kind !== 'command') {
    throw new FettleError(
      'backend-unavailable',
      `The local backend runs commands; this study has a ${program.kind} program.`,
      {
        remedy: program.kind === 'function' ? 'Use inProcess(), or give a command.' : 'Give a command.',
      },
    );
  }
  const problems: string[] = [];
  const note = (problem: string | undefined): void => {
    if (problem !== undefined) problems.push(problem);
  };
  const path = { ...inheritedEnvironment(environment), ...program.environment }['PATH'];
  const noFolder = whyNoWorkingDirectory(program.workingDirectory);
  note(noFolder ?? whyNoProgram(program.command[0] ?? '', path, program.workingDirectory));
  const ln = findProgram('ln', environment['PATH'], directory);
  note('problem' in ln ? ln.problem : undefined);
  note(whyNoLinks(directory));
  if (options.memory !== undefined && !showsMemory) note('A limit of memory needs Linux.');

  const gpus = gpusOf(options, environment, run);
  if (gpus?.length === 0) note("`gpus` is 'auto', but no NVIDIA GPU was found (nvidia-smi -L): leave it out.");
  const gpusPerTrial = options.gpusPerTrial ?? 1;
  if (gpus !== undefined && gpus.length > 0 && gpus.length < gpusPerTrial) {
    note(`Each attempt is to get ${gpusPerTrial} GPUs, but there are only ${gpus.length}.`);
  }
  if (problems.length > 0 || 'problem' in ln) {
    throw new FettleError('backend-unavailable', `The trials cannot run here:\n  ${problems.join('\n  ')}`);
  }
  const leases =
    gpus === undefined ? undefined : new GpuLeases({ gpus, gpusPerTrial, trialsPerGpu: options.trialsPerGpu ?? 1 });
  return {
    pad: { program, study: host.study.id, machine: thisMachine(), ln: ln.path, environment },
    leases,
    workers: options.workers ?? leases?.capacity ?? Math.max(1, Math.floor(availableParallelism() / 2)),
  };
}

/** A program whose name depends on parameters is looked for at each launch only. */
function whyNoProgram(template: string, path: string | undefined, workingDirectory: string): string | undefined {
  const argument = parseArgument(template);
  if ('problem' in argument || namesIn(argument).length > 0) return undefined;
  const [part] = argument.parts;
  const found = findProgram(part !== undefined && 'text' in part ? part.text : '', path, workingDirectory);
  return 'problem' in found ? found.problem : undefined;
}

/** Claims are symbolic links that point to a text. */
function whyNoLinks(directory: string): string | undefined {
  const link = join(directory, `.link-${process.pid}`);
  try {
    rmSync(link, { force: true });
    symlinkSync('text', link);
    const kept = readlinkSync(link) === 'text';
    rmSync(link);
    return kept ? undefined : `${directory} does not keep symbolic links as they are made.`;
  } catch (thrown) {
    return `The study's folder must be on a file system with symbolic links: ${messageOf(thrown)}.`;
  }
}

/** The GPUs to share out. Where the driver itself is confined to some, `auto` means those. */
function gpusOf(
  { gpus }: CheckedLocalOptions,
  environment: NodeJS.ProcessEnv,
  run: CommandRunner,
): readonly string[] | undefined {
  if (gpus !== 'auto') return gpus;
  const visible = environment['CUDA_VISIBLE_DEVICES'];
  if (visible === undefined) return detectGpus(run).map(({ id }) => id);
  const ids = visible.split(',').map((id) => id.trim());
  // As CUDA reads it: up to the first that is no GPU. `-1`, and what Slurm writes for none, `NoDevFiles`, hide them all.
  const end = ids.findIndex((id) => !/^(\d+|(GPU|MIG)-.+)$/.test(id));
  return end === -1 ? ids : ids.slice(0, end);
}
