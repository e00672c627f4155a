import { FettleError } from '@fettle/core';

/** What a client shows to an engine, and expects of it: texts in PEM form. */
export interface TlsFiles {
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

/** Where an engine listens. */
export type Endpoint =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly tls: TlsFiles | undefined }
  /** Reached by `ssh <destination> docker system dial-stdio`. */
  | { readonly kind: 'ssh'; readonly destination: string; readonly port: number | undefined };

/** Where the engine of a Linux machine listens unless somebody says otherwise. */
export const DEFAULT_HOST = 'unix:///var/run/docker.sock';

/** Ports of an engine without and with TLS. */
const PLAIN_PORT = 2375;
const TLS_PORT = 2376;

/**
 * Reads an address as `DOCKER_HOST` has it: `unix:///run/docker.sock`, `tcp://build1:2376`, `ssh://me@build1`.
 * @param tls given when the connection is to be encrypted; of use for `tcp` only
 * @throws FettleError `backend-unavailable` when it is none
 */
export function parseEndpoint(address: string, tls?: TlsFiles): Endpoint {
  if (address.startsWith('unix://') && address.length > 'unix://'.length) {
    return { kind: 'unix', path: address.slice('unix://'.length) };
  }
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const port = url === undefined || url.port === '' ? undefined : Number(url.port);
  // Of an address in brackets the brackets are the URL's, not the host's.
  const host = url?.hostname.replace(/^\[(.*)\]$/, '$1') ?? '';
  const secure = tls ?? (url?.protocol === 'https:' ? { ca: undefined, cert: undefined, key: undefined } : undefined);
  if (host !== '' && ['tcp:', 'http:', 'https:'].includes(url?.protocol ?? '')) {
    return { kind: 'tcp', host, port: port ?? (secure === undefined ? PLAIN_PORT : TLS_PORT), tls: secure };
  }
  if (host !== '' && url?.protocol === 'ssh:') {
    const user = decodeURIComponent(url.username);
    return { kind: 'ssh', destination: user === '' ? host : `${user}@${host}`, port };
  }
  throw new FettleError('backend-unavailable', `'${address}' is no address of a container engine.`, {
    remedy: `Addresses look like ${DEFAULT_HOST}, tcp://host:2376 or ssh://user@host.`,
  });
}

/** An endpoint for a message. */
export function describeEndpoint(endpoint: Endpoint): string {
  switch (endpoint.kind) {
    case 'unix':
      return endpoint.path;
    case 'tcp':
      return `${endpoint.host}:${endpoint.port}${endpoint.tls === undefined ? '' : ' (TLS)'}`;
    case 'ssh':
      return `${endpoint.destination} (ssh)`;
  }
}
