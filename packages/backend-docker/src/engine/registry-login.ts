import { execFile } from 'node:child_process';
import { z } from 'zod';
import { dockerFolder, parseJson, readDockerConfig } from './docker-config.ts';

/** The registry of images whose names do not begin with one, as the `docker` command calls it. */
const DOCKER_HUB = 'https://index.docker.io/v1/';
/** How long a program that keeps passwords may take, in milliseconds. */
const PATIENCE = 30_000;
/** The name under which such a program gives a token instead of a password. */
const TOKEN = '<token>';

/** What such a program prints. */
const answer = z.object({ Username: z.string(), Secret: z.string() });

/**
 * The login for an image's registry, as `docker login` has left it: in `config.json`, or with a program that it names
 * (`credHelpers`, `credsStore`). Never part of a message.
 * @returns what the engine expects in `X-Registry-Auth`; `undefined` if there is no login
 */
export async function registryLogin(image: string, environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  const config = readDockerConfig(dockerFolder(environment));
  if (config === undefined) return undefined;
  const registry = registryOf(image);
  const helper = config.credHelpers[hostOf(registry)] ?? config.credsStore;
  const kept = helper === undefined ? undefined : await askHelper(helper, registry, environment);
  const login = kept ?? loginOf(Object.entries(config.auths).find(([name]) => hostOf(name) === hostOf(registry))?.[1]);
  if (login === undefined) return undefined;
  return Buffer.from(JSON.stringify({ ...login, serveraddress: registry })).toString('base64url');
}

type Login = { readonly username: string; readonly password: string } | { readonly identitytoken: string };

/** The registry in an image's name: its first part, if that can be a host. */
export function registryOf(image: string): string {
  const [first = ''] = image.split('/');
  const isHost = image.includes('/') && (/[.:]/.test(first) || first === 'localhost');
  return isHost && first !== 'docker.io' ? first : DOCKER_HUB;
}

/** Registries are written with and without a scheme and a path. */
function hostOf(registry: string): string {
  return registry.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
}

function loginOf(entry: { readonly auth?: string | undefined; readonly identitytoken?: string | undefined } = {}) {
  if (entry.identitytoken !== undefined) return { identitytoken: entry.identitytoken };
  const [, username, password] = /^([^:]+):(.*)$/s.exec(Buffer.from(entry.auth ?? '', 'base64').toString()) ?? [];
  return username === undefined || password === undefined ? undefined : { username, password };
}

function askHelper(helper: string, registry: string, environment: NodeJS.ProcessEnv): Promise<Login | undefined> {
  return new Promise((resolve) => {
    const options = { env: environment, timeout: PATIENCE };
    // Without a login it ends with 1; the engine says of what it cannot fetch that it may not.
    const child = execFile(`docker-credential-${helper}`, ['get'], options, (failed, stdout) => {
      const { data } = answer.safeParse(failed === null ? parseJson(stdout) : undefined);
      if (data === undefined) resolve(undefined);
      else if (data.Username === TOKEN) resolve({ identitytoken: data.Secret });
      else resolve({ username: data.Username, password: data.Secret });
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(registry);
  });
}
