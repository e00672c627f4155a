import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, afterEach, describe, expect, it } from 'vitest';
import { registryLogin, registryOf } from '../src/engine/registry-login.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fettle-login-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The login for an image, as the engine reads it. */
async function loginFor(image: string, config: unknown): Promise<unknown> {
  writeFileSync(join(folder, 'config.json'), typeof config === 'string' ? config : JSON.stringify(config));
  const environment = { DOCKER_CONFIG: folder, PATH: `${folder}:${process.env['PATH']}` };
  const login = await registryLogin(image, environment);
  return login === undefined ? undefined : (JSON.parse(Buffer.from(login, 'base64url').toString()) as unknown);
}

/** A program that keeps passwords, as `docker-credential-pass` does. */
function helper(name: string, script: string): void {
  const path = join(folder, `docker-credential-${name}`);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('the registry of an image', () => {
  it.each([
    ['python', 'https://index.docker.io/v1/'],
    ['pytorch/pytorch:2.8', 'https://index.docker.io/v1/'],
    ['docker.io/library/python', 'https://index.docker.io/v1/'],
    ['ghcr.io/me/train@sha256:1', 'ghcr.io'],
    ['localhost:5000/train', 'localhost:5000'],
    ['localhost/train', 'localhost'],
    ['python:3.12', 'https://index.docker.io/v1/'],
  ])('%s is %s', (image, registry) => {
    expect(registryOf(image)).toBe(registry);
  });
});

describe('the login for a registry', () => {
  it('is what docker login has left in its file, under whatever form of the name', async () => {
    const auths = {
      'ghcr.io': { auth: base64('me:pass:word') },
      'https://index.docker.io/v1/': { auth: base64('hub:secret') },
      'https://registry.example.org/v2/': { identitytoken: 'token' },
    };
    expect(await loginFor('ghcr.io/me/train', { auths })).toEqual({
      username: 'me',
      password: 'pass:word',
      serveraddress: 'ghcr.io',
    });
    expect(await loginFor('python:3.12', { auths })).toMatchObject({ username: 'hub', password: 'secret' });
    expect(await loginFor('registry.example.org/train', { auths })).toEqual({
      identitytoken: 'token',
      serveraddress: 'registry.example.org',
    });
    expect(await loginFor('other.example.org/train', { auths })).toBeUndefined();
  });

  it('is asked of the program that keeps it, that of the registry before that of all', async () => {
    helper('all', `read -r server; printf '{"Username":"me","Secret":"for %s"}' "$server"`);
    helper('one', `printf '{"Username":"<token>","Secret":"t"}'`);
    const config = { auths: { 'ghcr.io': {} }, credsStore: 'all', credHelpers: { 'ecr.example.org': 'one' } };
    expect(await loginFor('ghcr.io/me/train', config)).toMatchObject({ username: 'me', password: 'for ghcr.io' });
    expect(await loginFor('ecr.example.org/train', config)).toMatchObject({ identitytoken: 't' });
  });

  it('is none where nothing says one, and nothing fails for it', async () => {
    helper('empty', 'echo credentials not found >&2; exit 1');
    for (const config of [
      'no JSON',
      {},
      { credsStore: 'missing' },
      { credsStore: 'empty' },
      { auths: { 'ghcr.io': {} } },
    ]) {
      expect(await loginFor('ghcr.io/me/train', config)).toBeUndefined();
    }
  });
});
