import { existsSync, realpathSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { DockerOptions } from './docker-options.ts';
import { unavailable } from './unavailable.ts';

/** Where engines listen. */
const ENGINE_SOCKETS = [
  '/run/docker.sock',
  '/run/podman/podman.sock',
  '/run/containerd/containerd.sock',
  '/run/crio/crio.sock',
] as const;

/**
 * Refuses mounts that would hand out an engine: whoever may use one has every right on its machine.
 * @param folder that paths are relative to
 * @param own the socket of the engine that is used, if it is one of this machine
 * @throws FettleError `backend-unavailable`
 */
export function requireNoSocket({ mounts, sagemaker }: DockerOptions, folder: string, own: string | undefined): void {
  const sockets = [...ENGINE_SOCKETS, ...(own === undefined ? [] : [own])];
  // That a mount cannot be written to keeps nobody from connecting to a socket in it.
  const sources = [...mounts.map(({ source }) => source), ...Object.values(sagemaker?.channels ?? {})];
  for (const source of sources) {
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
