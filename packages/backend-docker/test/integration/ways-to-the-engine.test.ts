import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createServer } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DockerBackend } from '../../src/docker-backend.ts';
import { dockerOptions } from '../../src/docker-options.ts';
import { findEndpoint } from '../../src/engine/find-endpoint.ts';
import { HttpEngine } from '../../src/engine/http-engine.ts';
import { PrivateEngine, writeProgram } from '../fixtures/private-engine.ts';

let folder: string;
let engine: PrivateEngine;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fettle-ways-'));
  engine = await PrivateEngine.open();
  await engine.importBusybox('fettle/shell', true);
});
afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true });
});

describe('through ssh', () => {
  it('reaches the engine of a context of the docker command, with one connection for many calls', async () => {
    const calls = join(folder, 'ssh-calls');
    // What ssh does, without another machine: its last words are the command.
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    writeProgram(
      join(bin, 'ssh'),
      `#!/bin/sh\necho "$@" >>${calls}\nwhile [ "$1" != -- ]; do shift; done\nshift 2\nexport DOCKER_HOST=${engine.host}\nexec "$@"\n`,
    );
    const digest = createHash('sha256').update('away').digest('hex');
    const meta = join(folder, 'config/contexts/meta', digest);
    mkdirSync(meta, { recursive: true });
    writeFileSync(
      join(meta, 'meta.json'),
      JSON.stringify({ Name: 'away', Endpoints: { docker: { Host: 'ssh://me@build1:2222' } } }),
    );
    const path = process.env['PATH'];
    process.env['PATH'] = [bin, path].join(delimiter);
    const away = new HttpEngine(findEndpoint({ context: 'away' }, { DOCKER_CONFIG: join(folder, 'config') }));
    try {
      expect((await away.facts()).kind).toBe('docker');
      expect(await away.image('fettle/shell')).toMatchObject({ environment: ['PATH=/bin'] });
      expect(await away.list('fettle.study=none')).toEqual([]);
    } finally {
      away.close();
      process.env['PATH'] = path;
    }
    expect(readFileSync(calls, 'utf8')).toBe('-T -o BatchMode=yes -p 2222 -- me@build1 docker system dial-stdio\n');
  });

  it('says what ssh complains about', async () => {
    const bin = join(folder, 'broken');
    mkdirSync(bin);
    writeProgram(join(bin, 'ssh'), '#!/bin/sh\necho "Permission denied (publickey)." >&2\nexit 255\n');
    const path = process.env['PATH'];
    process.env['PATH'] = [bin, path].join(delimiter);
    const away = new HttpEngine(findEndpoint({ host: 'ssh://build1' }, {}));
    try {
      await expect(away.facts()).rejects.toThrow(/ssh build1 ended: Permission denied/);
    } finally {
      away.close();
      process.env['PATH'] = path;
    }
  });
});

describe('through TCP with TLS', () => {
  it('reaches an engine that asks for a certificate, and is refused without one', async () => {
    const certificates = join(folder, 'certificates');
    mkdirSync(certificates);
    makeCertificates(certificates);
    const read = (name: string): string => readFileSync(join(certificates, name), 'utf8');
    // Stands before the engine's own socket, as its TLS does: asks for a certificate of the same authority.
    const door = createServer(
      { ca: read('ca.pem'), cert: read('server.pem'), key: read('server-key.pem'), requestCert: true },
      (near) => {
        const far = connect(engine.socket);
        near.on('error', () => far.destroy()).pipe(far);
        far.on('error', () => near.destroy()).pipe(near);
      },
    );
    door.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
    const address = door.address();
    const host = `tcp://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
    const known = new HttpEngine(findEndpoint({ host }, { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: certificates }));
    expect((await known.facts()).kind).toBe('docker');
    known.close();
    // One that does not know the authority does not trust the engine.
    const stranger = new HttpEngine(findEndpoint({ host }, { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: folder }));
    await expect(stranger.facts()).rejects.toThrow(/certificate/);
    stranger.close();
    // One without a certificate of its own is not let in.
    const nameless = join(folder, 'nameless');
    mkdirSync(nameless);
    writeFileSync(join(nameless, 'ca.pem'), read('ca.pem'));
    const refused = new HttpEngine(findEndpoint({ host }, { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: nameless }));
    await expect(refused.facts()).rejects.toMatchObject({ kind: 'unreachable' });
    refused.close();
    door.close();
  });
});

describe('the doctor', () => {
  const doctor = (image: string, path = engine.socket): DockerBackend =>
    new DockerBackend(dockerOptions.parse({ image }), () => new HttpEngine({ kind: 'unix', path }));

  it('tells what there is, and tries a container', async () => {
    const findings = await doctor('fettle/shell').diagnose();
    const textOf = (check: string): string | undefined => findings.find((finding) => finding.check === check)?.text;
    expect(textOf('engine')).toMatch(/^docker \S+, API 1\.\d+ to 1\.\d+, spoken: 1\.\d+/);
    expect(textOf('runtimes')).toContain('runc');
    expect(textOf('gpu forms')).toContain('device-request');
    expect(textOf('container')).toMatch(/made, ran and ended one of fettle\/shell in \d+ ms/);
    expect(await engine.containers()).toEqual([]);
  });

  it('says that an image is not there, and that an engine is not', async () => {
    expect((await doctor('no/such').diagnose()).at(-1)).toMatchObject({ check: 'container', status: 'none' });
    expect(await doctor('x', '/no/such.sock').diagnose()).toEqual([
      { check: 'engine', status: 'fail', text: expect.stringContaining('/no/such.sock does not run') },
    ]);
  });
});

/** An authority, and certificates by it for 127.0.0.1 and for a client. */
function makeCertificates(into: string): void {
  const openssl = (...argv: readonly string[]): void => {
    const { status, stderr } = spawnSync('openssl', argv, { cwd: into, encoding: 'utf8' });
    if (status !== 0) throw new Error(`openssl ${argv.join(' ')}: ${stderr}`);
  };
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  openssl('req', '-x509', ...key, '-keyout', 'ca-key.pem', '-out', 'ca.pem', '-subj', '/CN=authority');
  for (const [name, usage] of [
    ['server', 'serverAuth'],
    ['client', 'clientAuth'],
  ] as const) {
    writeFileSync(join(into, `${name}.ext`), `subjectAltName=IP:127.0.0.1\nextendedKeyUsage=${usage}\n`);
    openssl('req', ...key, '-keyout', `${name}-key.pem`, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
    const sign = ['-CA', 'ca.pem', '-CAkey', 'ca-key.pem', '-CAcreateserial', '-extfile', `${name}.ext`, '-days', '2'];
    openssl('x509', '-req', '-in', `${name}.csr`, ...sign, '-out', `${name}.pem`);
  }
  for (const part of ['', '-key']) {
    writeFileSync(join(into, part === '' ? 'cert.pem' : 'key.pem'), readFileSync(join(into, `client${part}.pem`)));
  }
}
