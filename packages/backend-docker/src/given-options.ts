import type { STOP_SIGNALS } from '@fettle/core';
import type { GPU_FORMS } from './container/gpu-request.ts';

/** A folder or file outside that attempts see. */
export interface Mount {
  /** Folder or file outside; relative to the folder the study runs in. */
  source: string;
  /** Where the container sees it: an absolute path. */
  target: string;
  /** Whether attempts may change it. Default: `false`. */
  writable?: boolean | undefined;
}

/** How an image is built. */
export interface Build {
  /** Folder that the image is built from; relative to where the study runs. */
  context: string;
  /** Path of the Dockerfile within the context. Default: `Dockerfile`. */
  dockerfile?: string | undefined;
  /** Stage of the Dockerfile to build. Default: the last. */
  target?: string | undefined;
  /** Build arguments. Recorded with the study: no secrets. Default: none. */
  arguments?: { [name: string]: string } | undefined;
}

/** What a container made for SageMaker expects. */
export interface SageMaker {
  /** Hyperparameter that says how far to train, if the searcher allots resources: `epochs`, `num_round` … */
  resource?: string | undefined;
  /** Values that are not tuned. Default: none. */
  hyperparameters?: { [name: string]: string } | undefined;
  /** Input channels: the folder for each, seen as `/opt/ml/input/data/<channel>`. Default: none. */
  channels?: { [channel: string]: string } | undefined;
}

/** Options of `docker`, as they are written. Sizes are texts such as `512MiB`, `2GiB` or `1.5GB`. */
export interface GivenOptions {
  /** Image that attempts run in; or give `build`. */
  image?: string | undefined;
  /** Builds the image from a Dockerfile, once for each session. */
  build?: Build | undefined;
  /** When to fetch the image. Default: `missing`. */
  pull?: 'missing' | 'always' | 'never' | undefined;
  /** Address of the engine. Default: as the docker command has it. */
  host?: string | undefined;
  /** Context of the docker command that names the engine. Default: as the docker command has it. */
  context?: string | undefined;
  /** Attempts that run at the same time. Default: as many as the GPUs allow, else half the cores. */
  workers?: number | undefined;
  /** How the image expects its configuration; `sagemaker` adds the files under `/opt/ml`. Default: `fettle`. */
  contract?: 'fettle' | 'sagemaker' | undefined;
  /** More of what a container made for SageMaker expects. */
  sagemaker?: SageMaker | undefined;
  /** Folder in the container to run in: an absolute path. Default: the image's. */
  workingDirectory?: string | undefined;
  /** What runs the study's command, instead of the image's own entry point; `[]` for nothing. */
  entrypoint?: string[] | undefined;
  /** Folders and files that attempts see: code, data. Default: none. */
  mounts?: Mount[] | undefined;
  /** Variables of the driver's environment that attempts get. Only the names are stored. Default: none. */
  secrets?: string[] | undefined;
  /** Whom attempts run as: `caller`, `image` or `'1000:1000'`. Default: you, so that the files they write are yours. */
  user?: string | undefined;
  /** Network of the attempts: `none`, `bridge`, `host` or the name of one. Default: `none`. */
  network?: string | undefined;
  /** Whether the image's files are read-only. Default: `true`. */
  readOnlyRoot?: boolean | undefined;
  /** Capabilities to give. Default: none. */
  capabilities?: string[] | undefined;
  /** Whether programs may gain privileges (setuid). Default: `false`. */
  newPrivileges?: boolean | undefined;
  /** Whether mounts may hand out the socket of an engine: whoever has it has the whole machine. Default: `false`. */
  engineSocket?: boolean | undefined;
  /** Leaves the user mapping of an engine out, where there is one. */
  userNamespace?: 'host' | undefined;
  /** Processors that one attempt may use: 2, 0.5. Default: all. */
  cpus?: number | undefined;
  /** Processors that attempts are bound to: `'0-3,8'`. Default: all. */
  cpuset?: string | undefined;
  /** Memory that one attempt may use; above it, the kernel kills it: `512MiB`, `2GiB`. Default: any. */
  memory?: string | undefined;
  /** Processes and threads that one attempt may have. Default: 4096. */
  processes?: number | undefined;
  /** Size of `/tmp`, which is kept in memory. Default: `1GiB`. */
  tmp?: string | undefined;
  /** Size of `/dev/shm`; counts as memory. Default: `1GiB`. */
  sharedMemory?: string | undefined;
  /** Limits of the attempts' processes by name: `nofile`, `core`, `fsize` (bytes) …; -1 for none. Default: the engine's. */
  ulimits?:
    | {
        [name: string]:
          | number
          | {
              /** The limit that holds; a process may raise it up to the hard one. -1: none. */
              soft: number;
              /** The most that a process may raise it to. -1: none. */
              hard: number;
            };
      }
    | undefined;
  /** GPUs to lease to attempts: `auto` for all there are, or their indices, UUIDs, CDI names or files. Default: none. */
  gpus?: 'auto' | (number | string)[] | undefined;
  /** Attempts that share one GPU. Default: 1. */
  trialsPerGpu?: number | undefined;
  /** GPUs that one attempt gets. Default: 1. */
  gpusPerTrial?: number | undefined;
  /** How the engine is asked for GPUs. Default: `auto`. */
  gpuForm?: 'auto' | (typeof GPU_FORMS)[number] | undefined;
  /** Device files that every attempt gets: `/dev/kfd` … Default: none. */
  devices?: string[] | undefined;
  /** Signal sent together with the stop file, for programs that save themselves on a signal. Default: none. */
  stopSignal?: (typeof STOP_SIGNALS)[number] | undefined;
}
