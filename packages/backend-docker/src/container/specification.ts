import type { DeviceFile, DeviceRequest } from './gpu-request.ts';

/** A folder or file of the engine's machine that is seen in a container. */
export interface BindMount {
  readonly Type: 'bind';
  readonly Source: string;
  readonly Target: string;
  readonly ReadOnly: boolean;
}

/** The body of `POST /containers/create`, as far as it is used. Names are the engine's. */
export interface ContainerSpecification {
  readonly Image: string;
  readonly Labels: Readonly<Record<string, string>>;
  /** Absent: the image's own. */
  readonly Entrypoint?: readonly string[];
  readonly Cmd: readonly string[];
  readonly Env: readonly string[];
  readonly WorkingDir?: string;
  readonly User?: string;
  readonly HostConfig: HostConfig;
}

/** The part of a container that concerns the machine under it. */
export interface HostConfig {
  readonly Init: boolean;
  readonly Mounts: readonly BindMount[];
  readonly Tmpfs: Readonly<Record<string, string>>;
  readonly NetworkMode: string;
  readonly ReadonlyRootfs: boolean;
  readonly CapDrop: readonly string[];
  readonly CapAdd: readonly string[];
  readonly SecurityOpt: readonly string[];
  readonly GroupAdd: readonly string[];
  readonly UsernsMode?: string;
  readonly PidsLimit: number;
  readonly ShmSize: number;
  readonly Ulimits: readonly { readonly Name: string; readonly Soft: number; readonly Hard: number }[];
  readonly NanoCpus?: number;
  readonly CpusetCpus?: string;
  readonly Memory?: number;
  readonly MemorySwap?: number;
  readonly DeviceRequests?: readonly DeviceRequest[];
  readonly Devices?: readonly DeviceFile[];
  readonly Runtime?: string;
  readonly LogConfig: { readonly Type: string; readonly Config: Readonly<Record<string, string>> };
}
