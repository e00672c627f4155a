import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { type BackendHost, GpuLeases, type Logger } from '@fettle/core';
import type { ContainerPlan } from './container/attempt-specification.ts';
import type { DockerOptions } from './docker-options.ts';
import type { Engine, EngineFacts } from './engine/engine.ts';
import { isEngineError } from './engine/engine-error.ts';
import { requireNoSocket } from './engine-sockets.ts';
import { chooseGpus } from './gpu-choice.ts';
import { supplyImage } from './image-supply.ts';
import { probeEngine } from './probe.ts';
import { unavailable } from './unavailable.ts';

/** NVIDIA's device files that belong to no single GPU. */
const CONTROL_FILES = ['/dev/nvidiactl', '/dev/nvidia-uvm', '/dev/nvidia-uvm-tools'] as const;

/** What a session knows once it has looked at everything. */
export interface SessionMeans {
  readonly plan: ContainerPlan;
  readonly leases: GpuLeases | undefined;
  readonly workers: number;
}

/**
 * Looks whether everything is there to run a study's program in containers; starts none.
 * @param directory the study's folder
 * @throws FettleError `backend-unavailable` with what is missing and what helps
 */
export async function prepareSession(
  host: BackendHost,
  directory: string,
  options: DockerOptions,
  engine: Engine,
  environment: NodeJS.ProcessEnv,
): Promise<SessionMeans> {
  const { program, logger, study } = host;
  if (program.kind !== 'command') {
    throw unavailable(`The Docker backend runs commands; this study has a ${program.kind} program.`, 'Give a command.');
  }
  if (!options.engineSocket) requireNoSocket(options, program.workingDirectory, engine.socket);
  const secrets = readSecrets(options.secrets, environment);
  const facts = await requireEngine(engine);
  logger.info(`Container engine: ${facts.kind} ${facts.version}, API ${facts.spoken}.`);
  if (facts.remapsUsers && options.user === 'caller' && options.userNamespace === undefined) {
    throw unavailable(
      'The engine maps the users of containers to others, so that attempts could not write to your folders as you.',
      "Leave the mapping out with `userNamespace: 'host'`.",
    );
  }
  if (facts.kind === 'podman') heedPodman(options, logger);
  const owner = { study: study.id, folder: directory };
  const image = await supplyImage(engine, options, program.workingDirectory, owner, logger);
  const { form: gpuForm, gpus } = chooseGpus(options, facts);
  const draft: ContainerPlan = {
    owner,
    program,
    options,
    image,
    hasShell: true,
    user: userOf(options, facts),
    gpuForm,
    gpuControlFiles: CONTROL_FILES.filter((path) => existsSync(path)),
    nvidiaByDefault: facts.defaultRuntime === 'nvidia',
    secrets,
  };
  const perTrial = options.gpusPerTrial ?? 1;
  const hasShell = await probeEngine(engine, draft, directory, (gpus ?? []).slice(0, perTrial));
  if (!hasShell) logger.info('The image has no /bin/sh: what attempts print goes through the engine.');
  const leases =
    gpus === undefined
      ? undefined
      : new GpuLeases({ gpus, gpusPerTrial: perTrial, trialsPerGpu: options.trialsPerGpu ?? 1 });
  const workers =
    options.workers ?? leases?.capacity ?? Math.max(1, Math.floor((facts.cpus || availableParallelism()) / 2));
  return { plan: { ...draft, hasShell }, leases, workers };
}

async function requireEngine(engine: Engine): Promise<EngineFacts> {
  try {
    return await engine.facts();
  } catch (thrown) {
    if (!isEngineError(thrown)) throw thrown;
    const remedy =
      thrown.code === 'EACCES'
        ? 'Join the group that may use it (usermod -aG docker <you>, then log in again), or use a rootless engine.'
        : 'Start it (systemctl start docker), or say where it is with `host`, `context` or DOCKER_HOST.';
    throw unavailable(thrown.message, remedy, thrown);
  }
}

/** The init process that Podman gives a container hands signals to the launch script, not to the program under it. */
function heedPodman({ stopSignal }: DockerOptions, logger: Logger): void {
  if (stopSignal !== undefined) {
    throw unavailable(
      'Podman does not hand signals on to programs: `stopSignal` would not arrive.',
      'Have the program look for $FETTLE_STOP_FILE, or use Docker.',
    );
  }
  logger.warn('Podman does not hand signals on to programs: a stop is the stop file, and after the grace SIGKILL.');
}

function readSecrets(names: readonly string[], environment: NodeJS.ProcessEnv): Record<string, string> {
  const missing = names.filter((name) => environment[name] === undefined);
  if (missing.length > 0) {
    throw unavailable(
      `The secrets ${missing.join(', ')} are not in the environment.`,
      'Export them, or take them out of `secrets`.',
    );
  }
  return Object.fromEntries(names.map((name) => [name, environment[name] ?? '']));
}

function userOf({ user }: DockerOptions, facts: EngineFacts): ContainerPlan['user'] {
  if (user === 'image') return undefined;
  if (user !== 'caller') return { name: user, groups: [] };
  // Root in a container of a rootless engine is the person who runs it; anybody else would be a stranger.
  if (facts.rootless) return { name: '0:0', groups: [] };
  const { uid, gid, groups } = whoAmI();
  return { name: `${uid}:${gid}`, groups: uid === 0 ? [] : groups.filter((group) => group !== gid).map(String) };
}

function whoAmI(): { readonly uid: number; readonly gid: number; readonly groups: readonly number[] } {
  const { getuid, getgid, getgroups } = process;
  if (getuid === undefined || getgid === undefined || getgroups === undefined) {
    throw unavailable('This system has no user numbers to run attempts as.', "Use `user: 'image'`.");
  }
  return { uid: getuid(), gid: getgid(), groups: getgroups() };
}
