import { spawnSync } from 'node:child_process';

/** A GPU, or a part of one that can be used like one (MIG). */
export interface DetectedGpu {
  /** What `CUDA_VISIBLE_DEVICES` calls it: an index in the order of the PCI bus, or the UUID of a part. */
  readonly id: string;
  readonly name: string;
  readonly uuid: string;
}

/** Runs a program and returns what it printed; `undefined` if it is missing or failed. */
export type CommandRunner = (command: string, ...argv: readonly string[]) => string | undefined;

/** Longest time a driver's tool may take, in milliseconds. */
const PATIENCE = 20_000;

/** Runs a program and waits for it. */
export const runCommand: CommandRunner = (command, ...argv) => {
  const { status, stdout } = spawnSync(command, [...argv], { encoding: 'utf8', timeout: PATIENCE });
  return status === 0 ? stdout : undefined;
};

/**
 * The NVIDIA GPUs of this machine, by `nvidia-smi -L`. A GPU that is divided (MIG) is listed as its parts. Empty if there
 * are none or the tool is missing.
 */
export function detectGpus(run: CommandRunner = runCommand): DetectedGpu[] {
  const gpus: DetectedGpu[] = [];
  let whole: DetectedGpu | undefined;
  for (const line of run('nvidia-smi', '-L')?.split('\n') ?? []) {
    const [, index, name = '', uuid = ''] = /^GPU (\d+): (.*) \(UUID: (GPU-[^)]+)\)/.exec(line) ?? [];
    if (index !== undefined) {
      whole = { id: index, name, uuid };
      gpus.push(whole);
      continue;
    }
    const [, part, partUuid] = /^\s+(MIG \S+)\s.*\(UUID: (MIG-[^)]+)\)/.exec(line) ?? [];
    if (part === undefined || partUuid === undefined || whole === undefined) continue;
    if (gpus.at(-1) === whole) gpus.pop();
    gpus.push({ id: partUuid, name: `${whole.name} ${part}`, uuid: partUuid });
  }
  return gpus;
}
