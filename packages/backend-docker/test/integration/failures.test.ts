import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { launchRequest, RecordingHost } from '@fettle/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { containerName } from '../../src/container/labels.ts';
import { DockerBackend } from '../../src/docker-backend.ts';
import { dockerOptions } from '../../src/docker-options.ts';
import { HttpEngine } from '../../src/engine/http-engine.ts';
import { NOTE } from '../fixtures/docker-place.ts';
import { OneStudy, type Options } from '../fixtures/one-study.ts';
import { PrivateEngine } from '../fixtures/private-engine.ts';

let engine: PrivateEngine;
beforeAll(async () => {
  engine = await PrivateEngine.open();
  await engine.importBusybox('fettle/shell', true);
});
afterAll(() => engine.close());

const shell = (script: string, options: Partial<Options> = {}): Promise<OneStudy> =>
  OneStudy.make(engine, { image: 'fettle/shell', ...options }, (place) => place.shell(script));

describe('what stands in the way is said before the first trial', () => {
  it.each<[string, Partial<Options>, RegExp, RegExp]>([
    [
      'a mount of nothing',
      { mounts: [{ source: '/no/such', target: '/x' }] },
      /bind source path does not exist.*\/no\/such/,
      /correct `mounts`/,
    ],
    ['a runtime that is not there', { gpus: [0], gpuForm: 'runtime' }, /nvidia/, /NVIDIA Container Toolkit/],
    ['more processors than there are', { cpus: 4096 }, /range of CPUs/i, /correct `cpus`/],
    ['processors that are not there', { cpuset: '4000-4001' }, /CPUs|cpus/, /`cpuset`/],
    ['next to no memory', { memory: '1MiB' }, /[Mm]inimum memory limit/, /raise `memory`/],
    ['a capability that is none', { capabilities: ['NO_SUCH'] }, /capability/i, /correct `capabilities`/],
  ])('%s', async (_, options, what, remedy) => {
    await using study = await shell('true', options);
    const refused = await study.open().catch((thrown: unknown) => thrown);
    expect(refused).toMatchObject({ code: 'backend-unavailable', message: expect.stringMatching(what) });
    expect(refused).toMatchObject({ message: expect.stringMatching(remedy) });
    expect(await engine.containers()).toEqual([]);
  });

  it('an engine that is not there', async () => {
    await using study = await shell('true');
    const stale = join(study.place.folder, 'stale.sock');
    writeFileSync(stale, '');
    for (const path of ['/no/such.sock', stale]) {
      const backend = new DockerBackend(
        dockerOptions.parse({ image: 'x' }),
        () => new HttpEngine({ kind: 'unix', path }),
      );
      await expect(backend.open(study.host)).rejects.toMatchObject({
        code: 'backend-unavailable',
        message: expect.stringContaining(path),
        remedy: expect.stringContaining('systemctl start docker'),
      });
    }
  });

  it('something that is no engine, and an engine that is too old', async () => {
    await using study = await shell('true');
    for (const [answer, what] of [
      ['<html>hello</html>', /no container engine/],
      ['{"Version":"19.03","ApiVersion":"1.40"}', /1\.40.*20\.10/],
    ] as const) {
      const path = join(study.place.folder, 'other.sock');
      const server: Server = createServer((_, response) => response.end(answer));
      await new Promise<void>((resolve) => server.listen(path, resolve));
      const backend = new DockerBackend(
        dockerOptions.parse({ image: 'x' }),
        () => new HttpEngine({ kind: 'unix', path }),
      );
      await expect(backend.open(study.host)).rejects.toThrow(what);
      server.closeAllConnections();
      server.close();
    }
  });
});

describe('an attempt that cannot begin', () => {
  it.each<[string, readonly string[], Partial<Options>, RegExp]>([
    ['a program that is not there', ['no-such-program'], {}, /check the command[^]*not found/],
    ['a program that cannot be executed', ['/etc/hostname'], {}, /check its mode[^]*[Pp]ermission denied/],
    [
      'GPUs without support for them',
      ['true'],
      { gpus: [0] },
      /could not select device driver[^]*NVIDIA Container Toolkit/,
    ],
    [
      'a network that is not there',
      ['true'],
      { network: 'no-such' },
      /network no-such not found[^]*docker network create/,
    ],
    ['a device that is not there', ['true'], { devices: ['/dev/no-such'] }, /\/dev\/no-such[^]*correct `devices`/],
  ])('%s: it failed at launch, and nothing is left', async (_, command, options, what) => {
    await using study = await OneStudy.make(engine, { image: 'fettle/shell', ...options }, (place) =>
      place.command(command),
    );
    const { end } = await study.run();
    expect(end).toMatchObject({ kind: 'failed', failure: 'launch', message: expect.stringMatching(what) });
    expect(await engine.containers()).toEqual([]);
  });

  it('its image was removed meanwhile: it failed at launch, and is told to fetch it again', async () => {
    await engine.importBusybox('fettle/passing', true);
    await using study = await shell('true', { image: 'fettle/passing' });
    await study.open();
    await engine.ask('DELETE', '/images/fettle/passing?force=1');
    await study.backend.launch(launchRequest(1));
    expect(await study.host.end('1.1')).toMatchObject({
      kind: 'failed',
      failure: 'launch',
      message: expect.stringMatching(/No such image[^]*fetch it again/i),
    });
  });

  it('a container of somebody else has its name: that one is left alone', async () => {
    await using study = await shell('true');
    const name = containerName({ study: 'contract-study', folder: study.place.directory }, '1.1');
    await engine.ask('POST', `/containers/create?name=${name}`, { Image: 'fettle/shell', Cmd: ['true'] });
    const { end } = await study.run();
    expect(end).toMatchObject({
      kind: 'failed',
      failure: 'launch',
      message: expect.stringContaining(`docker rm -f ${name}`),
    });
    expect((await engine.containers()).map(({ Names: names }) => names[0])).toEqual([`/${name}`]);
  });
});

describe('an attempt that ends badly', () => {
  it.each([
    ['exit 1', 'code', 1, undefined],
    ['exit 255', 'code', 255, undefined],
    ['kill -SEGV $$', 'code', 139, 'SIGSEGV'],
    ['kill -KILL $$', 'unknown', 137, 'SIGKILL'],
  ])('%s: %s', async (script, failure, exitCode, signal) => {
    await using study = await shell(script);
    expect((await study.run()).end).toMatchObject({ kind: 'failed', failure, exitCode, signal });
  });

  it('is asked to go on: exit code 75', async () => {
    await using study = await shell('exit 75');
    expect((await study.run()).end).toEqual({ kind: 'checkpointed' });
  });

  it('leaves processes behind: they end with it', async () => {
    await using study = await shell('sleep 60 & sleep 60 & exit 0');
    const began = performance.now();
    expect((await study.run()).end).toEqual({ kind: 'finished' });
    expect(performance.now() - began).toBeLessThan(20_000);
    expect(await engine.containers()).toEqual([]);
  });

  it.each(['the program', 'what the engine runs it with'])(
    'is killed from outside, %s: nobody knows why',
    async (victim) => {
      await using study = await shell(`${NOTE}; exec sleep 60`);
      await study.begin();
      const [container] = await engine.containers();
      const answer = await engine.ask('GET', `/containers/${container?.Id}/json`);
      const { State: state } = JSON.parse(answer) as { State: { Pid: number } };
      process.kill(victim === 'the program' ? state.Pid : parentOf(state.Pid), 'SIGKILL');
      expect(await study.host.end('1.1')).toMatchObject({
        kind: 'failed',
        failure: 'unknown',
        message: expect.stringContaining('not for going over its own limit of memory'),
      });
      expect(await engine.containers()).toEqual([]);
    },
  );
});

/** The number of a process's parent. */
function parentOf(pid: number): number {
  return Number(/^PPid:\t(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

describe('an engine without space', () => {
  it("is the machine's failure, and comes right when there is room", async () => {
    const small = await PrivateEngine.open({ size: '24m' });
    try {
      await small.importBusybox('fettle/shell', true);
      await using study = await OneStudy.make(small, { image: 'fettle/shell' }, (place) => place.shell('true'), 2);
      await study.open();
      const filler = join(small.folder, 'filler');
      try {
        for (let size = 2 ** 20; size >= 64; size /= 2) {
          try {
            for (;;) writeFileSync(filler, Buffer.alloc(size), { flag: 'a' });
          } catch {
            // Full for pieces of this size.
          }
        }
        await study.backend.launch(launchRequest(1));
        const end = await study.host.end('1.1');
        expect(end).toMatchObject({
          kind: 'failed',
          failure: 'node',
          message: expect.stringContaining('docker system df'),
        });
      } finally {
        rmSync(filler);
      }
      await delay(10);
      await study.backend.launch(launchRequest(2));
      expect(await study.host.end('2.1')).toEqual({ kind: 'finished' });
    } finally {
      await small.close();
    }
  });
});

describe('an engine that listens and does not answer', () => {
  it('cannot be reached; when it answers again, all is as it was', async () => {
    await using study = await shell(`${NOTE}; while [ ! -e "$FETTLE_STOP_FILE" ]; do sleep 0.05; done; exit 75`);
    study.place.patience = 1000;
    await study.begin();
    engine.freeze(true);
    try {
      await study.host.eventually('a notice', () => study.host.unreached.get('1.1'), 60_000);
    } finally {
      engine.freeze(false);
    }
    study.backend.stop('1.1', { from: 'checkpoint', grace: 10_000 });
    expect(await study.host.end('1.1')).toEqual({ kind: 'checkpointed' });
    expect(readFileSync(join(study.place.directory, 'trials/000001/attempt-1/exit'), 'utf8')).toBe('75\n');
  });
});

describe('a host that runs functions', () => {
  it('is told that containers run commands', async () => {
    await using study = await shell('true');
    const host = new RecordingHost(study.place, { kind: 'function', evaluate: () => 0 });
    await expect(study.backend.open(host)).rejects.toMatchObject({ code: 'backend-unavailable' });
  });
});
