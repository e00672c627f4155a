/**
 * How an engine is asked for certain GPUs.
 *
 * - `device-request`: `DeviceRequests` with the driver left open, which NVIDIA's hook answers (Docker since 19.03)
 * - `cdi`: `DeviceRequests` with the names of the Container Device Interface (Docker since 25, when it is switched on)
 * - `runtime`: the runtime `nvidia` with the variable it reads
 * - `device`: plain device files; the image brings the driver's libraries
 */
export const GPU_FORMS = ['device-request', 'cdi', 'runtime', 'device'] as const;

/** One of the ways to ask for GPUs. */
export type GpuForm = (typeof GPU_FORMS)[number];

/** One entry of `HostConfig.DeviceRequests`. */
export interface DeviceRequest {
  readonly Driver: string;
  readonly DeviceIDs: readonly string[];
  readonly Capabilities?: readonly (readonly string[])[];
}

/** One entry of `HostConfig.Devices`. */
export interface DeviceFile {
  readonly PathOnHost: string;
  readonly PathInContainer: string;
  readonly CgroupPermissions: string;
}

/** The parts of a container that give it GPUs. */
export interface GpuParts {
  readonly deviceRequests: readonly DeviceRequest[];
  readonly devices: readonly DeviceFile[];
  readonly runtime: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
}

/** The variable that NVIDIA's runtime and hook read. */
const VISIBLE = 'NVIDIA_VISIBLE_DEVICES';
/** Its value for none at all, not even the driver's libraries. */
const NONE = 'void';

/**
 * Asks for exactly these GPUs, never for a number of them: an engine that is asked for one GPU gives the first one to
 * everybody.
 * @param form how to ask; of no meaning without GPUs
 * @param gpus indices or UUIDs; for `cdi` names or the part behind `=`; for `device` paths or indices of NVIDIA's files
 * @param nvidiaByDefault whether containers run with NVIDIA's runtime unless told: it then gives them what the *image* asks
 *   for, which is everything in most images made for GPUs, and has to be told otherwise
 */
export function gpuParts(form: GpuForm, gpus: readonly string[], nvidiaByDefault: boolean): GpuParts {
  const hidden: Readonly<Record<string, string>> = nvidiaByDefault ? { [VISIBLE]: NONE } : {};
  const none: GpuParts = { deviceRequests: [], devices: [], runtime: undefined, environment: hidden };
  if (gpus.length === 0) return none;
  switch (form) {
    case 'device-request':
      // The engine sets the variable itself; a second one would hide it from `docker exec`.
      return { ...none, environment: {}, deviceRequests: [{ Driver: '', DeviceIDs: gpus, Capabilities: [['gpu']] }] };
    case 'cdi':
      return { ...none, deviceRequests: [{ Driver: 'cdi', DeviceIDs: gpus.map(cdiName) }] };
    case 'runtime':
      return {
        ...none,
        runtime: 'nvidia',
        environment: { [VISIBLE]: gpus.join(','), NVIDIA_DRIVER_CAPABILITIES: 'compute,utility' },
      };
    case 'device':
      return { ...none, devices: gpus.map((gpu) => deviceFile(devicePath(gpu))) };
  }
}

/** The name of a GPU for the Container Device Interface. */
function cdiName(gpu: string): string {
  return gpu.includes('=') ? gpu : `nvidia.com/gpu=${gpu}`;
}

/** The device file of a GPU. */
function devicePath(gpu: string): string {
  return gpu.startsWith('/') ? gpu : `/dev/nvidia${gpu}`;
}

/** A device file under its own name. */
export function deviceFile(path: string): DeviceFile {
  return { PathOnHost: path, PathInContainer: path, CgroupPermissions: 'rwm' };
}
