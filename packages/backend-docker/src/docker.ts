import { API_VERSION, defineBackend, type FactoryOf } from '@fettle/core';
import { DockerBackend } from './docker-backend.ts';
import { dockerOptions } from './docker-options.ts';
import { findEndpoint } from './engine/find-endpoint.ts';
import { HttpEngine } from './engine/http-engine.ts';
import { registryLogin } from './engine/registry-login.ts';
import type { GivenOptions } from './given-options.ts';
import { VERSION } from './version.ts';

/**
 * Runs each attempt in a container of its own, on Docker Engine 20.10 or newer. Attempts outlive the driver and a restart
 * of the engine's daemon; each one's container is removed when it has ended.
 *
 * Containers are closed unless told: no network, no capabilities, no new privileges, a read-only root file system, the
 * caller's own user, and no folder of the machine but the attempt's own and what `mounts` names.
 */
export const docker: FactoryOf<'backend', GivenOptions> = defineBackend({
  name: 'docker',
  version: VERSION,
  apiVersion: API_VERSION,
  options: dockerOptions,
  offers: ['gpu'],
  create: (options) =>
    new DockerBackend(options, () => {
      const login = (image: string): Promise<string | undefined> => registryLogin(image, process.env);
      return new HttpEngine(findEndpoint(options, process.env), { login });
    }),
});
