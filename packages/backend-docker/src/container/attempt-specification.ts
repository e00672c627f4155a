import { resolve } from 'node:path';
import {
  type AttemptDirectory,
  type CommandProgram,
  type LaunchRequest,
  programPaths,
  type TrialInvocation,
  trialInvocation,
} from '@fettle/core';
import type { DockerOptions } from '../docker-options.ts';
import type { ImageFacts } from '../engine/engine.ts';
import { deviceFile, type GpuForm, gpuParts } from './gpu-request.ts';
import { attemptLabels, type ContainerOwner, ownerLabels } from './labels.ts';
import { launcherEntrypoint, SIGNAL_GROUP } from './launch-script.ts';
import { ML_ROOT } from './sagemaker.ts';
import type { BindMount, ContainerSpecification, HostConfig } from './specification.ts';

/** Where a program sees its attempt's folder and its trial's checkpoint folder. */
const ATTEMPT = '/fettle/attempt';
const CHECKPOINT = '/fettle/checkpoint';
/** Name of the folder within the attempt's that such containers see as `/opt/ml`. */
export const ML_FOLDER = 'ml';
/** A home that can be written to, whoever the program runs as. */
const HOME = '/tmp';
/** Its name, as far as the program can see. */
const USER = 'fettle';
/** Size above which an engine would begin a container's log anew: in effect never. */
const UNLIMITED = '1000g';

/** What all containers of a session have in common. */
export interface ContainerPlan {
  readonly owner: ContainerOwner;
  readonly program: CommandProgram;
  readonly options: DockerOptions;
  readonly image: ImageFacts;
  /** Whether the image has a shell: then the launch script runs the program. */
  readonly hasShell: boolean;
  /** Whom programs run as, `uid:gid`, and further groups; absent: whomever the image says. */
  readonly user: { readonly name: string; readonly groups: readonly string[] } | undefined;
  readonly gpuForm: GpuForm;
  /** Device files that go with GPUs given as plain files. */
  readonly gpuControlFiles: readonly string[];
  /** Whether the engine's usual runtime is NVIDIA's. */
  readonly nvidiaByDefault: boolean;
  /** Values of the variables that `secrets` names. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** A container to make, and what belongs into the attempt's folder before it starts. */
export interface AttemptContainer {
  readonly specification: ContainerSpecification;
  readonly configFile: string;
}

/**
 * The container of an attempt: a pure function of the plan, the request and the leased GPUs.
 * @throws FettleError `template-invalid` when a parameter that is not active leaves no program to start
 */
export function attemptContainer(
  plan: ContainerPlan,
  request: LaunchRequest,
  directory: AttemptDirectory,
  gpus: readonly string[],
): AttemptContainer {
  const { options, program, image } = plan;
  const paths = programPaths(ATTEMPT, CHECKPOINT);
  const invocation = trialInvocation(program, request, plan.owner.study, paths);
  const gpu = gpuParts(plan.gpuForm, gpus, plan.nvidiaByDefault);
  const specification: ContainerSpecification = {
    Image: image.id,
    Labels: attemptLabels(plan.owner, request.attempt, gpus),
    ...commandOf(plan, invocation),
    Env: environmentOf(plan, invocation, gpu.environment),
    ...(options.workingDirectory === undefined ? {} : { WorkingDir: options.workingDirectory }),
    ...(plan.user === undefined ? {} : { User: plan.user.name }),
    HostConfig: {
      ...hostConfig(plan),
      Mounts: [...attemptMounts(directory, options.contract), ...givenMounts(plan)],
      ...(gpu.deviceRequests.length === 0 ? {} : { DeviceRequests: gpu.deviceRequests }),
      ...(gpu.runtime === undefined ? {} : { Runtime: gpu.runtime }),
      Devices: [
        ...gpu.devices,
        ...(gpu.devices.length === 0 ? [] : plan.gpuControlFiles.map(deviceFile)),
        ...options.devices.map(deviceFile),
      ],
    },
  };
  return { specification, configFile: invocation.configFile };
}

/**
 * A container that is made to look through and never started: it has an attempt's mounts and limits, so that an engine
 * that cannot make attempts' containers refuses this one, before the first trial.
 * @param gpus some that are to be leased later
 */
export function probeContainer(
  plan: ContainerPlan,
  studyFolder: string,
  gpus: readonly string[],
): ContainerSpecification {
  const gpu = gpuParts(plan.gpuForm, gpus, plan.nvidiaByDefault);
  return {
    Image: plan.image.id,
    Labels: ownerLabels(plan.owner),
    Cmd: ['true'],
    Env: [],
    HostConfig: {
      ...hostConfig(plan),
      Mounts: [bind(studyFolder, PROBE_STUDY, false), ...givenMounts(plan)],
      ...(gpu.deviceRequests.length === 0 ? {} : { DeviceRequests: gpu.deviceRequests }),
      ...(gpu.runtime === undefined ? {} : { Runtime: gpu.runtime }),
    },
  };
}

/** Where the probe sees the study's folder. */
export const PROBE_STUDY = '/fettle/study';

function hostConfig(plan: ContainerPlan): Omit<HostConfig, 'Mounts'> {
  const { options, user, hasShell } = plan;
  const { cpus, cpuset, memory } = options;
  return {
    // Without an init process, a program that is the container's first one ignores TERM and collects no children.
    Init: true,
    Tmpfs: { '/tmp': `rw,nosuid,nodev,exec,mode=1777,size=${options.tmp}` },
    NetworkMode: options.network,
    ReadonlyRootfs: options.readOnlyRoot,
    CapDrop: ['ALL'],
    CapAdd: options.capabilities,
    SecurityOpt: options.newPrivileges ? [] : ['no-new-privileges'],
    GroupAdd: user?.groups ?? [],
    ...(options.userNamespace === undefined ? {} : { UsernsMode: options.userNamespace }),
    PidsLimit: options.processes,
    ShmSize: options.sharedMemory,
    Ulimits: Object.entries(options.ulimits).map(([name, limit]) =>
      typeof limit === 'number'
        ? { Name: name, Soft: limit, Hard: limit }
        : { Name: name, Soft: limit.soft, Hard: limit.hard },
    ),
    ...(cpus === undefined ? {} : { NanoCpus: Math.round(cpus * 1e9) }),
    ...(cpuset === undefined ? {} : { CpusetCpus: cpuset }),
    // With the same limit for memory and swap together there is no swap to hide in.
    ...(memory === undefined ? {} : { Memory: memory, MemorySwap: memory }),
    // The launch script writes both outputs to files; what is left is nothing that anybody reads.
    LogConfig: hasShell ? { Type: 'none', Config: {} } : { Type: 'json-file', Config: { 'max-size': UNLIMITED } },
  };
}

/** Entry point and command. The image's entry point stays before the study's command, as with the `docker` command. */
function commandOf(
  { options, image, hasShell }: ContainerPlan,
  { argv }: TrialInvocation,
): Pick<ContainerSpecification, 'Entrypoint' | 'Cmd'> {
  if (!hasShell) return { ...(options.entrypoint === undefined ? {} : { Entrypoint: options.entrypoint }), Cmd: argv };
  const launcher = launcherEntrypoint({
    claim: `${ATTEMPT}/${CLAIM}`,
    exit: `${ATTEMPT}/exit`,
    stdout: `${ATTEMPT}/stdout.log`,
    stderr: `${ATTEMPT}/stderr.log`,
  });
  return { Entrypoint: launcher, Cmd: [...(options.entrypoint ?? image.entrypoint), ...argv] };
}

/** Name of the file that says that an attempt has begun, or may have, within its folder. */
export const CLAIM = 'claim';

function attemptMounts(directory: AttemptDirectory, contract: DockerOptions['contract']): BindMount[] {
  const own = [bind(directory.path, ATTEMPT, true), bind(directory.checkpoint, CHECKPOINT, true)];
  if (contract === 'fettle') return own;
  return [
    ...own,
    bind(`${directory.path}/${ML_FOLDER}`, ML_ROOT, true),
    bind(directory.checkpoint, `${ML_ROOT}/checkpoints`, true),
  ];
}

function givenMounts({ options, program }: ContainerPlan): BindMount[] {
  const outside = (path: string): string => resolve(program.workingDirectory, path);
  const channels = Object.entries(options.sagemaker?.channels ?? {});
  return [
    ...options.mounts.map(({ source, target, writable }) => bind(outside(source), target, writable)),
    ...channels.map(([channel, folder]) => bind(outside(folder), `${ML_ROOT}/input/data/${channel}`, false)),
  ];
}

function bind(source: string, target: string, writable: boolean): BindMount {
  return { Type: 'bind', Source: source, Target: target, ReadOnly: !writable };
}

function environmentOf(
  plan: ContainerPlan,
  invocation: TrialInvocation,
  gpu: Readonly<Record<string, string>>,
): readonly string[] {
  const { options, program, image } = plan;
  const own = new Set(image.environment.map((pair) => pair.split('=', 1)[0]));
  const usual: Record<string, string> = {};
  if (plan.user !== undefined && !own.has('HOME')) usual['HOME'] = HOME;
  // The image knows no name for this user, and libraries that ask for one (PyTorch's compiler) fail without.
  if (plan.user !== undefined && !own.has('USER')) usual['USER'] = USER;
  // Libraries count the machine's processors, not the share that the container may use.
  if (options.cpus !== undefined && !own.has('OMP_NUM_THREADS')) {
    usual['OMP_NUM_THREADS'] = String(Math.max(1, Math.floor(options.cpus)));
  }
  if (options.contract === 'sagemaker') usual['TRAINING_JOB_NAME'] = `fettle-${invocation.environment['FETTLE_TRIAL']}`;
  const all: Readonly<Record<string, string>> = {
    ...(plan.hasShell ? SIGNAL_GROUP : {}),
    ...usual,
    ...program.environment,
    ...plan.secrets,
    ...invocation.environment,
    ...gpu,
  };
  return Object.entries(all).map(([name, value]) => `${name}=${value}`);
}
