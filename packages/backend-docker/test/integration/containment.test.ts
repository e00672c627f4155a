import { lstatSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Program } from '@fettle/core';
import { launchRequest } from '@fettle/core/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { DockerPlace } from '../fixtures/docker-place.ts';
import { OneStudy, type Options } from '../fixtures/one-study.ts';
import { PrivateEngine } from '../fixtures/private-engine.ts';

let engine: PrivateEngine;
beforeAll(async () => {
  engine = await PrivateEngine.open();
  await engine.importMachine('fettle/machine');
});
afterAll(() => engine.close());

/** A study whose image has this machine's own programs. */
function machine(program: (place: DockerPlace) => Program, options: Partial<Options> = {}): Promise<OneStudy> {
  const mounts = [{ source: '/usr', target: '/usr' }, ...(options.mounts ?? [])];
  return OneStudy.make(engine, { image: 'fettle/machine', ...options, mounts }, program);
}

const shell = (script: string, options: Partial<Options> = {}): Promise<OneStudy> =>
  machine((place) => place.shell(script), options);

async function outputOf(script: string, options: Partial<Options> = {}): Promise<string> {
  await using study = await shell(script, options);
  const { end, stdout } = await study.run();
  expect(end).toEqual({ kind: 'finished' });
  return stdout.trim();
}

describe('an attempt is contained', () => {
  it('reaches no network', async () => {
    // An address that nobody has: with any network at all it would be tried for a while.
    const script = `ls /sys/class/net; python3 -c "import socket; socket.create_connection(('192.0.2.1', 80), 5)" 2>&1 | tail -1`;
    expect((await outputOf(script)).split('\n')).toEqual(['lo', 'OSError: [Errno 101] Network is unreachable']);
  });

  it('has a network where that is asked for', async () => {
    expect((await outputOf('ls /sys/class/net', { network: 'bridge' })).split('\n')).toContain('eth0');
  });

  it("sees no file of the machine and cannot change the image's", async () => {
    const script = [
      'cat /etc/shadow 2>&1',
      'echo $(ls /)',
      'touch /etc/new 2>&1',
      'touch /usr/bin/new 2>&1',
      'touch "$HOME/fine" && echo its own home',
    ].join('; ');
    const output = await outputOf(script);
    expect(output).toMatch(/cat: .*No such file/);
    expect(output).toMatch(/touch: .*\/etc\/new.*Read-only file system/);
    expect(output).toMatch(/touch: .*\/usr\/bin\/new.*Read-only file system/);
    // The image's own folders, and those that were given.
    expect(output.split('\n')[1]?.split(' ')).toEqual(expect.arrayContaining(['fettle', 'usr']));
    expect(output.split('\n')[1]?.split(' ')).not.toEqual(expect.arrayContaining(['root']));
    expect(output.split('\n')[1]?.split(' ')).not.toEqual(expect.arrayContaining(['home']));
    expect(output.endsWith('its own home')).toBe(true);
  });

  it('is refused the socket of an engine in a mount, unless that is allowed by name', async () => {
    // The socket itself, and a folder that the socket is in: this driver's own is in its working directory.
    for (const source of [engine.socket, '.']) {
      await using study = await shell('true', { mounts: [{ source, target: '/engine' }] });
      await expect(study.open()).rejects.toThrow(/could do anything with this machine/);
    }
    const mounts = [{ source: engine.socket, target: '/engine.sock' }];
    await outputOf('test -S /engine.sock', { mounts, engineSocket: true });
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
    const options = { tmp: '1MiB', sharedMemory: '1MiB', ulimits: { fsize: 2 ** 21 } };
    expect((await outputOf(script, options)).split('\n')).toEqual(['1', '1', '1', '1']);
  });

  it('cannot fork without end', async () => {
    const bomb = [
      'import os, time',
      'count = 0',
      'try:',
      '  while count < 400:',
      '    if os.fork() == 0: time.sleep(60)',
      '    count += 1',
      'except OSError as error: print(error.errno, count < 40, flush=True)',
    ].join('\n');
    await using study = await machine((place) => place.command(['python3', '-c', bomb]), { processes: 40 });
    const { end, stdout } = await study.run();
    // "Resource temporarily unavailable"; the children end with the program.
    expect([end, stdout]).toEqual([{ kind: 'finished' }, '11 True\n']);
    expect(await engine.containers()).toEqual([]);
  });

  it.each([
    ['the program itself', 'python3 -c "x = bytearray(200 << 20)"', 137],
    ['only a child, and the program goes on to exit with 0', 'python3 -c "x = bytearray(200 << 20)"; exit 0', 0],
  ])('is killed when it uses more memory than it may, and so is told: %s', async (_, script, exitCode) => {
    await using study = await shell(script, { memory: '32MiB' });
    const { end } = await study.run();
    const message = expect.stringContaining('Raise `memory`');
    expect(end).toMatchObject({ kind: 'failed', failure: 'oom', exitCode, message });
  });

  it("runs as the caller unless told, and its files are the caller's", async () => {
    expect(await outputOf('echo "$(id -u):$(id -g)"')).toBe(`${process.getuid?.()}:${process.getgid?.()}`);
    await using study = await shell('echo "$(id -u):$(id -g)"; touch "$FETTLE_CHECKPOINT_DIR/mine"', {
      user: '1234:5678',
    });
    expect((await study.run()).stdout).toBe('1234:5678\n');
    const { uid, gid } = statSync(join(study.place.directory, 'trials/000001/checkpoint/mine'));
    expect([uid, gid]).toEqual([1234, 5678]);
  });

  it('cannot lead the driver to files outside through links in its own folder', async () => {
    await using study = await shell(
      'cd /fettle/attempt; ln -s ../../../outside stop; rm stderr.log; ln -s ../../../outside stderr.log; rm -f exit; ln -s ../../../outside exit; sleep 60',
    );
    const outside = join(study.place.directory, 'outside');
    mkdirSync(study.place.directory, { recursive: true });
    writeFileSync(outside, 'secret\n');
    const ended = study.run();
    const link = join(study.place.directory, 'trials/000001/attempt-1/exit');
    await study.host.eventually('the link', () => lstatSync(link, { throwIfNoEntry: false }));
    study.backend.stop('1.1', { from: 'checkpoint', grace: 300 });
    const { end } = await ended;
    expect(end).toMatchObject({ kind: 'failed', exitCode: 143 });
    expect(JSON.stringify(end)).not.toContain('secret');
    expect(readFileSync(outside, 'utf8')).toBe('secret\n');
  });
});

describe('values arrive as they are', () => {
  it.each([
    ['an option', '--help'],
    ['a shell command', '$(touch /tmp/x); `id`; rm -rf / #'],
    ['JSON', '{"a": ["b", {"c": 1}]}'],
    ['quotes and line ends', `it's "quoted"\n\ttwice\\`],
    ['nothing', ''],
  ])('%s', async (_, value) => {
    await using study = await machine((place) => place.command(['python3', '-c', PRINT, '{x}', '--x={x}']));
    const { end, stdout } = await study.run(launchRequest(1, { configuration: { x: value } }));
    expect(end).toEqual({ kind: 'finished' });
    expect(JSON.parse(stdout)).toEqual({ argv: [value, `--x=${value}`], variable: value, file: { x: value } });
  });
});

/** Prints what arrived, as JSON. Braces of the program are not the template's. */
const PRINT = `import json, os, sys; print(json.dumps(dict(argv=sys.argv[1:], variable=os.environ['FETTLE_X'], file=json.load(open(os.environ['FETTLE_CONFIG'])))))`;

describe('secrets', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it('reach the program, and neither the handle nor a message', async () => {
    vi.stubEnv('FETTLE_TEST_TOKEN', 'very-secret');
    await using study = await shell('echo "$FETTLE_TEST_TOKEN"; exit 1', { secrets: ['FETTLE_TEST_TOKEN'] });
    await study.open();
    const launched = await study.backend.launch(launchRequest(1));
    const end = await study.host.end('1.1');
    expect(readFileSync(launched.files?.stdout ?? '', 'utf8')).toBe('very-secret\n');
    expect(JSON.stringify([end, launched])).not.toContain('very-secret');
  });

  it('that are not there are missed before anything runs', async () => {
    await using study = await shell('true', { secrets: ['FETTLE_TEST_NO_SUCH'] });
    await expect(study.open()).rejects.toMatchObject({
      code: 'backend-unavailable',
      message: expect.stringContaining('FETTLE_TEST_NO_SUCH'),
    });
  });
});
