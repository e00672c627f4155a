import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { FettleError } from '@fettle/core';
import { z } from 'zod';
import { dockerFolder, parseJson, readDockerConfig, readIfThere } from './docker-config.ts';
import { DEFAULT_HOST, type Endpoint, parseEndpoint, type TlsFiles } from './endpoint.ts';

/** The part of a context of the `docker` command that says where its engine is. */
const contextFile = z.object({
  Endpoints: z.object({ docker: z.object({ Host: z.string().optional() }).optional() }),
});

/** What a person may say of where the engine is. */
export interface EngineChoice {
  /** An address, as in `DOCKER_HOST`. */
  readonly host?: string | undefined;
  /** The name of a context of the `docker` command. */
  readonly context?: string | undefined;
}

/**
 * Where the engine is, found as the `docker` command finds it: what the options say, else `DOCKER_HOST`, else
 * `DOCKER_CONTEXT`, else the context chosen with `docker context use`, else the usual socket. With `DOCKER_TLS_VERIFY` set,
 * the certificates are those in `DOCKER_CERT_PATH`, and in the command's own folder without it.
 * @throws FettleError `backend-unavailable` when the address or the context is none
 */
export function findEndpoint(choice: EngineChoice, environment: NodeJS.ProcessEnv): Endpoint {
  const folder = dockerFolder(environment);
  const host = choice.host ?? (choice.context === undefined ? environment['DOCKER_HOST'] : undefined);
  if (host !== undefined && host !== '') {
    const verify = environment['DOCKER_TLS_VERIFY'] ?? '';
    return parseEndpoint(host, verify === '' ? undefined : readTls(environment['DOCKER_CERT_PATH'] ?? folder));
  }
  const context = choice.context ?? environment['DOCKER_CONTEXT'] ?? readDockerConfig(folder)?.currentContext ?? '';
  return context === '' || context === 'default' ? parseEndpoint(DEFAULT_HOST) : readContext(folder, context);
}

function readContext(folder: string, name: string): Endpoint {
  // A context's folder is named after the digest of its name.
  const digest = createHash('sha256').update(name).digest('hex');
  const meta = join(folder, 'contexts', 'meta', digest, 'meta.json');
  const text = readIfThere(meta);
  const host = contextFile.safeParse(text === undefined ? undefined : parseJson(text)).data?.Endpoints.docker?.Host;
  if (host === undefined) {
    throw new FettleError('backend-unavailable', `There is no context '${name}' with a container engine.`, {
      place: meta,
      remedy: 'See `docker context ls`, or name the address of the engine in the option `host`.',
    });
  }
  const tls = readTls(join(folder, 'contexts', 'tls', digest, 'docker'));
  return parseEndpoint(host, tls.ca === undefined && tls.cert === undefined ? undefined : tls);
}

function readTls(folder: string): TlsFiles {
  const read = (name: string): string | undefined => readIfThere(join(folder, name));
  return { ca: read('ca.pem'), cert: read('cert.pem'), key: read('key.pem') };
}
