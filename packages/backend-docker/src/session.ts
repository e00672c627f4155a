import { existsSync, mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { type BackendHost, detectGpus, FettleError, GpuLeases } from '@fettle/core';
import { type ContainerPlan, PROBE_STUDY, probeContainer } from './container/attempt-specification.ts';
import type { GpuForm } from './container/gpu-request.ts';
import { probeName, STUDY_LABEL } from './container/labels.ts';
import { SHELL } from './container/launch-script.ts';
import type { DockerOptions } from './docker-options.ts';
import type { Engine, EngineFacts } from './engine/engine.ts';
import { isEngineError } from './engine/engine-error.ts';
import { supplyImage } from './image-supply.ts';
import { explainRefusal } from './launch-problem.ts';

/** NVIDIA's device files that belong to no single GPU. */
const CONTROL_FILES = ['/dev/nvidiactl', '/dev/nvidia-uvm', '/dev/nvidia-uvm-tools'] as const;
/** How the names of NVIDIA's CDI devices begin. */
const CDI_KIND = 'nvidia.com/gpu=';

/** Where engines listen. */
const ENGINE_SOCKETS = [
  '/run/docker.sock',
  '/run/podman/podman.sock',
  '/run/containerd/containerd.sock',
  '/run/crio/crio.sock',
] as const;

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
  const image = await supplyImage(engine, options, program.workingDirectory, study.id, logger);
  const gpus = gpusOf(options, facts);
  const gpuForm = formOf(options, facts);
  const draft: ContainerPlan = {
    study: study.id,
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
  if (gpus !== undefined && gpus.length < perTrial) {
    throw unavailable(`Each attempt is to get ${perTrial} GPUs; there are ${gpus.length}.`, 'Correct `gpus`.');
  }
  const hasShell = await probe(engine, draft, directory, (gpus ?? []).slice(0, perTrial));
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

/**
 * Makes a container like an attempt's, looks into it and removes it. Only an engine that can make attempts' containers, and
 * sees the files that this driver sees, passes.
 * @returns whether the image has a shell
 */
async function probe(
  engine: Engine,
  plan: ContainerPlan,
  directory: string,
  gpus: readonly string[],
): Promise<boolean> {
  const name = probeName(plan.study);
  const token = mkdtempSync(join(directory, '.probe-'));
  try {
    writeFileSync(join(token, 'here'), '');
    await engine.remove(name, true);
    const specification = probeContainer(plan, { [STUDY_LABEL]: plan.study }, realpathSync(token), gpus);
    await engine.create(name, specification);
    if (!(await engine.pathExists(name, `${PROBE_STUDY}/here`))) {
      throw unavailable(
        `The engine does not see the study's folder ${directory}: it runs on another machine.`,
        'Keep the study in a folder that both machines share under the same path, or run the study there.',
      );
    }
    const asked = specification.HostConfig.DeviceRequests?.length ?? 0;
    const made = asked === 0 ? undefined : await engine.inspect(name);
    if (made !== undefined && made.deviceRequests < asked) {
      throw unavailable(
        'The engine ignores requests for GPUs (as Podman does): attempts would run without them.',
        "Use `gpuForm: 'device'`, or Docker.",
      );
    }
    return await engine.pathExists(name, SHELL);
  } catch (thrown) {
    if (!isEngineError(thrown)) throw thrown;
    throw unavailable(
      `The engine makes no containers for this study: ${explainRefusal(thrown.message)}`,
      undefined,
      thrown,
    );
  } finally {
    rmSync(token, { recursive: true, force: true });
    await engine.remove(name, true).catch(() => undefined);
  }
}

/** Refuses mounts that would hand out an engine: whoever may use one has every right on its machine. */
function requireNoSocket({ mounts }: DockerOptions, folder: string, own: string | undefined): void {
  const sockets = [...ENGINE_SOCKETS, ...(own === undefined ? [] : [own])];
  for (const { source } of mounts) {
    const path = realPath(resolve(folder, source));
    const isSocket = statSync(path, { throwIfNoEntry: false })?.isSocket() === true;
    const within = sockets.find((socket) => existsSync(socket) && `${realPath(socket)}/`.startsWith(join(path, '/')));
    if (!isSocket && within === undefined) continue;
    throw unavailable(
      `The mount of '${source}' hands out ${within ?? 'a socket'}: attempts could do anything with this machine.`,
      'Mount less, or allow it with `engineSocket: true`.',
    );
  }
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
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

function gpusOf({ gpus, gpuForm }: DockerOptions, facts: EngineFacts): readonly string[] | undefined {
  if (gpus !== 'auto') return gpus;
  const byEngine = facts.cdiDevices.filter((name) => name.startsWith(CDI_KIND) && !name.endsWith('=all'));
  const found =
    gpuForm === 'cdi' && byEngine.length > 0
      ? byEngine.map((name) => name.slice(CDI_KIND.length))
      : detectGpus().map(({ id }) => id);
  if (found.length > 0) return found;
  throw unavailable(
    "`gpus` is 'auto', but no NVIDIA GPU was found (nvidia-smi -L).",
    'Name them, or leave `gpus` out.',
  );
}

/** The form that the engine is known to offer; else the one that most do. */
function formOf({ gpuForm, gpus }: DockerOptions, facts: EngineFacts): GpuForm {
  if (gpuForm !== 'auto') return gpuForm;
  if (gpus !== 'auto' && gpus?.every((gpu) => gpu.startsWith('/')) === true) return 'device';
  if (gpus !== 'auto' && gpus?.every((gpu) => gpu.includes('=')) === true) return 'cdi';
  const offersCdi = facts.cdiDevices.some((name) => name.startsWith(CDI_KIND));
  return offersCdi && !facts.runtimes.includes('nvidia') ? 'cdi' : 'device-request';
}

function unavailable(message: string, remedy?: string, cause?: unknown): FettleError {
  return new FettleError('backend-unavailable', message, {
    ...(remedy === undefined ? {} : { remedy }),
    ...(cause === undefined ? {} : { cause }),
  });
}
