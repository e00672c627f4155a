import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { type AttemptEnd, type AttemptFiles, FettleError, type LaunchRequest } from '@fettle/core';
import { launchRequest, RecordingHost } from '@fettle/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type { dockerOptions } from '../../src/docker-options.ts';
import { DockerPlace } from '../fixtures/docker-place.ts';
import { PrivateEngine } from '../fixtures/private-engine.ts';

type Options = Partial<z.input<typeof dockerOptions>>;

let engine: PrivateEngine;
beforeAll(async () => {
  engine = await PrivateEngine.open();
  await engine.importMachine('fettle/machine');
});
afterAll(() => engine.close());

/** Opens a study on the private engine. The image has this machine's own programs. */
async function studyWith(script: string, options: Options = {}) {
  const mounts = [{ source: '/usr', target: '/usr' }, ...(options.mounts ?? [])];
  const place = await DockerPlace.open(engine, { image: 'fettle/machine', ...options, mounts });
  const host = new RecordingHost(place, place.shell(script));
  const backend = place.make(1);
  return {
    place,
    host,
    backend,
    async run(
      request: LaunchRequest = launchRequest(1),
    ): Promise<AttemptEnd & { files: AttemptFiles; stdout: string }> {
      await backend.open(host);
      await backend.adopt([]);
      const { files } = await backend.launch(request);
      if (files === undefined) throw new Error('no files');
      const end = await host.end(request.attempt, 60_000);
      return { ...end, files, stdout: existsSync(files.stdout) ? readFileSync(files.stdout, 'utf8') : '' };
    },
    async [Symbol.asyncDispose]() {
      await backend.close();
      await place.close();
    },
  };
}

async function outputOf(script: string, options: Options = {}): Promise<string> {
  await using study = await studyWith(script, options);
  const end = await study.run();
  expect(JSON.stringify(end)).toContain('"kind":"finished"');
  return end.stdout.trim();
}

describe('an attempt is contained', () => {
  it('reaches no network', async () => {
    const server = createServer((_, response) => response.end('reached'));
    await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const script = `ls /sys/class/net; python3 -c "import socket; socket.create_connection(('127.0.0.1', ${port}), 2)" || echo refused`;
    expect((await outputOf(script)).split('\n')).toEqual(['lo', 'refused']);
    server.close();
  });

  it('has a network where that is asked for', async () => {
    expect(await outputOf('ls /sys/class/net', { network: 'bridge' })).toContain('eth0');
  });

  it("sees no file of the machine and cannot change the image's", async () => {
    const script = [
      'cat /etc/shadow 2>&1',
      'ls / | tr "\\n" " "',
      'touch /etc/new 2>&1',
      'touch /usr/bin/new 2>&1',
      'touch "$HOME/fine" && echo home',
    ].join('; ');
    const output = await outputOf(script);
    expect(output).toMatch(/cat: .*No such file/);
    expect(output).toMatch(/touch: .*\/etc\/new.*Read-only file system/);
    expect(output).toMatch(/touch: .*\/usr\/bin\/new.*Read-only file system/);
    expect(output).not.toMatch(/\b(home|root|var|work)\b(?!$)/);
    expect(output.endsWith('home')).toBe(true);
  });

  it('is refused the socket of an engine in a mount, unless that is allowed by name', async () => {
    // The socket itself, and a folder that the socket is in: this driver's own is in its working directory.
    for (const source of [engine.socket, '.']) {
      await using study = await studyWith('true', { mounts: [{ source, target: '/engine' }] });
      await expect(study.backend.open(study.host)).rejects.toThrow(/could do anything with this machine/);
    }
    const mounts = [{ source: engine.socket, target: '/engine.sock' }];
    await using allowed = await studyWith('test -S /engine.sock', { mounts, engineSocket: true });
    expect(await allowed.run()).toMatchObject({ kind: 'finished' });
  });

  it('has no capabilities and gains no privileges', async () => {
    const status = await outputOf("grep -E '^(CapEff|CapBnd|NoNewPrivs|Seccomp):' /proc/self/status");
    expect(status).toMatch(/CapBnd:\t0+\n/);
    expect(status).toMatch(/CapEff:\t0+\n/);
    expect(status).toMatch(/NoNewPrivs:\t1/);
    expect(status).toMatch(/Seccomp:\t2/);
    const loosened = await outputOf("grep -E '^(CapBnd|NoNewPrivs):' /proc/self/status", {
      capabilities: ['NET_RAW'],
      newPrivileges: true,
    });
    expect(loosened).toMatch(/CapBnd:\t0*2000\n/);
    expect(loosened).toMatch(/NoNewPrivs:\t0/);
  });

  it('cannot fill the disk: the image is read-only, /tmp ends at its size, files at theirs', async () => {
    const script = [
      'dd if=/dev/zero of=/filled bs=1M count=4 2>&1 | grep -c "Read-only"',
      'dd if=/dev/zero of=/tmp/filled bs=1M count=4 2>&1 | grep -c "No space left"',
      'dd if=/dev/zero of=/dev/shm/filled bs=1M count=4 2>&1 | grep -c "No space left"',
      'python3 -c "open(\'/fettle/attempt/filled\', \'wb\').write(bytes(4 << 20))" 2>&1 | grep -c "File too large"',
    ].join('; ');
    const options: Options = { tmp: '1MiB', sharedMemory: '1MiB', ulimits: { fsize: 2 ** 21 } };
    expect((await outputOf(script, options)).split('\n')).toEqual(['1', '1', '1', '1']);
  });

  it('cannot fork without end', async () => {
    await using study = await studyWith(
      'bomb() { bomb | bomb & }; bomb; sleep 1; ls /proc | grep -c "^[0-9]" >&2; echo over',
      {
        processes: 40,
      },
    );
    const end = await study.run();
    expect(JSON.stringify(end)).toMatch(/over|fork|Resource temporarily unavailable/);
    expect(await study.place.leftOvers('1.1')).toEqual([]);
  });

  it('is killed when it uses more memory than it may, and so is told', async () => {
    await using study = await studyWith('python3 -c "x = bytearray(200 << 20)"', { memory: '32MiB' });
    const end = await study.run();
    expect(end).toMatchObject({ kind: 'failed', failure: 'oom', message: expect.stringContaining('Raise `memory`') });
  });

  it('ran out of memory even if only a child was killed and the program went on to exit with 0', async () => {
    await using study = await studyWith('python3 -c "x = bytearray(200 << 20)"; exit 0', { memory: '32MiB' });
    expect(await study.run()).toMatchObject({ kind: 'failed', failure: 'oom', exitCode: 0 });
  });

  it("runs as the caller unless told, and its files are the caller's", async () => {
    expect(await outputOf('echo "$(id -u):$(id -g)"')).toBe(`${process.getuid?.()}:${process.getgid?.()}`);
    await using study = await studyWith('echo "$(id -u):$(id -g)"; touch "$FETTLE_CHECKPOINT_DIR/mine"', {
      user: '1234:5678',
    });
    expect((await study.run()).stdout).toBe('1234:5678\n');
    const { uid, gid } = statSync(join(study.place.directory, 'trials/000001/checkpoint/mine'));
    expect([uid, gid]).toEqual([1234, 5678]);
  });

  it('cannot lead the driver to files outside through links in its own folder', async () => {
    await using study = await studyWith(
      'cd /fettle/attempt; ln -s ../../../outside stop; rm stderr.log; ln -s ../../../outside stderr.log; rm -f exit; ln -s ../../../outside exit; sleep 60',
    );
    const outside = join(study.place.directory, 'outside');
    mkdirSync(study.place.directory, { recursive: true });
    writeFileSync(outside, 'secret\n');
    const ended = study.run();
    await study.host.eventually('the link', () =>
      isLink(join(study.place.directory, 'trials/000001/attempt-1/exit')) ? true : undefined,
    );
    study.backend.stop('1.1', { from: 'checkpoint', grace: 300 });
    expect(JSON.stringify(await ended)).not.toContain('secret');
    expect(readFileSync(outside, 'utf8')).toBe('secret\n');
  });
});

function isLink(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

describe('values arrive as they are', () => {
  it.each([
    ['an option', '--help'],
    ['a shell command', '$(touch /tmp/x); `id`; rm -rf / #'],
    ['JSON', '{"a": ["b", {"c": 1}]}'],
    ['quotes and line ends', `it's "quoted"\n\ttwice\\`],
    ['nothing', ''],
  ])('%s', async (_, value) => {
    const place = await DockerPlace.open(engine, {
      image: 'fettle/machine',
      mounts: [{ source: '/usr', target: '/usr' }],
    });
    const program = place.command(['python3', '-c', PRINT, '{x}', '--x={x}']);
    const host = new RecordingHost(place, program);
    const backend = place.make(1);
    await backend.open(host);
    await backend.adopt([]);
    const { files } = await backend.launch(launchRequest(1, { configuration: { x: value } }));
    expect(await host.end('1.1')).toMatchObject({ kind: 'finished' });
    const arrived: unknown = JSON.parse(readFileSync(files?.stdout ?? '', 'utf8'));
    expect(arrived).toEqual({ argv: [value, `--x=${value}`], variable: value, file: { x: value } });
    await backend.close();
    await place.close();
  });
});

/** Prints what arrived, as JSON. Braces of the program are not the template's. */
const PRINT = `import json, os, sys; print(json.dumps(dict(argv=sys.argv[1:], variable=os.environ['FETTLE_X'], file=json.load(open(os.environ['FETTLE_CONFIG'])))))`;

describe('secrets', () => {
  it('reach the program, and neither the handle nor a message', async () => {
    process.env['FETTLE_TEST_TOKEN'] = 'very-secret';
    try {
      await using study = await studyWith('echo "$FETTLE_TEST_TOKEN"; exit 1', { secrets: ['FETTLE_TEST_TOKEN'] });
      const end = await study.run();
      expect(end.stdout).toBe('very-secret\n');
      expect(JSON.stringify({ ...end, stdout: '' })).not.toContain('very-secret');
    } finally {
      delete process.env['FETTLE_TEST_TOKEN'];
    }
  });

  it('that are not there are missed before anything runs', async () => {
    await using study = await studyWith('true', { secrets: ['FETTLE_TEST_NO_SUCH'] });
    await expect(study.backend.open(study.host)).rejects.toThrow(/FETTLE_TEST_NO_SUCH/);
    await expect(study.backend.open(study.host)).rejects.toBeInstanceOf(FettleError);
  });
});
