import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NOTE } from '../fixtures/docker-place.ts';
import { OneStudy, textOf } from '../fixtures/one-study.ts';
import { PrivateEngine } from '../fixtures/private-engine.ts';

/** Counts to 25 in tenths of a second, then ends with code 42. */
const COUNT = `${NOTE}; i=0; while [ $i -lt 25 ]; do i=$((i+1)); echo $i; sleep 0.1; done; exit 42`;
const ALL = Array.from({ length: 25 }, (_, index) => `${index + 1}\n`).join('');

const shell = (engine: PrivateEngine, script: string): Promise<OneStudy> =>
  OneStudy.make(engine, { image: 'fettle/shell' }, (place) => place.shell(script));

describe('an engine that leaves containers running while it restarts', () => {
  let engine: PrivateEngine;
  beforeAll(async () => {
    engine = await PrivateEngine.open({ arguments: ['--live-restore'] });
    await engine.importBusybox('fettle/shell', true);
  });
  afterAll(() => engine.close());

  it.each(['SIGTERM', 'SIGKILL'] as const)(
    'is ended by %s: the attempt goes on and nothing is lost',
    async (signal) => {
      await using study = await shell(engine, COUNT);
      const { stdout } = await study.begin();
      await engine.stop(signal);
      await study.host.eventually('a notice that it cannot be reached', () => study.host.unreached.get('1.1'));
      await engine.start();
      expect(await study.host.end('1.1', 60_000)).toMatchObject({ kind: 'failed', failure: 'code', exitCode: 42 });
      expect(textOf(stdout)).toBe(ALL);
      expect(await study.counts()).toEqual([1, 1, 0]);
    },
  );

  it('is away when the attempt ends: its exit code and its last words are there all the same', async () => {
    await using study = await shell(engine, COUNT);
    const { stdout } = await study.begin();
    await engine.stop('SIGKILL');
    const exit = join(study.place.directory, 'trials/000001/attempt-1/exit');
    await study.host.eventually('its exit record', () => existsSync(exit) || undefined);
    expect(study.host.ends.size).toBe(0);
    await engine.start();
    expect(await study.host.end('1.1', 60_000)).toMatchObject({ kind: 'failed', failure: 'code', exitCode: 42 });
    expect(textOf(stdout)).toBe(ALL);
    expect(await study.counts()).toEqual([1, 1, 0]);
  });
});

describe('an engine that takes its containers along when it restarts', () => {
  let engine: PrivateEngine;
  beforeAll(async () => {
    engine = await PrivateEngine.open();
    await engine.importBusybox('fettle/shell', true);
  });
  afterAll(() => engine.close());

  it.each(['SIGTERM', 'SIGKILL'] as const)(
    'is ended by %s: the attempt was taken away, which is no failure',
    async (signal) => {
      await using study = await shell(engine, `${NOTE}; exec sleep 60`);
      await study.begin();
      await engine.stop(signal);
      await engine.start();
      expect(await study.host.end('1.1', 60_000)).toMatchObject({ kind: 'evicted' });
      await study.host.wait(200);
      expect(await study.counts()).toEqual([1, 1, 0]);
    },
  );

  it('is ended: a program that saves itself when it is told to go has saved itself', async () => {
    await using study = await shell(engine, `trap 'exit 75' TERM; ${NOTE}; while :; do sleep 0.1; done`);
    await study.begin();
    await engine.stop('SIGTERM');
    await engine.start();
    expect(await study.host.end('1.1', 60_000)).toEqual({ kind: 'checkpointed' });
  });

  it('is told by somebody to stop a container: the attempt was taken away', async () => {
    await using study = await shell(engine, `${NOTE}; exec sleep 60`);
    await study.begin();
    const [container] = await engine.containers();
    await engine.ask('POST', `/containers/${container?.Id}/stop`);
    expect(await study.host.end('1.1', 60_000)).toMatchObject({
      kind: 'evicted',
      message: expect.stringContaining('Somebody else'),
    });
  });

  it('is told by somebody to send a signal of their own: what the program does then is its own', async () => {
    await using study = await shell(engine, `trap 'exit 3' USR1; ${NOTE}; while :; do sleep 0.1; done`);
    await study.begin();
    const [container] = await engine.containers();
    await engine.ask('POST', `/containers/${container?.Id}/kill?signal=USR1`);
    expect(await study.host.end('1.1', 60_000)).toMatchObject({ kind: 'failed', failure: 'code', exitCode: 3 });
  });

  it('is told by somebody to restart a container: its program does not run a second time', async () => {
    await using study = await shell(engine, `${NOTE}; exec sleep 60`);
    await study.begin();
    const [container] = await engine.containers();
    await engine.ask('POST', `/containers/${container?.Id}/restart`);
    expect(await study.host.end('1.1', 60_000)).toMatchObject({ kind: 'evicted' });
    expect(await study.counts()).toEqual([1, 1, 0]);
  });

  it('is told by somebody to remove a container: the attempt was taken away', async () => {
    await using study = await shell(engine, `${NOTE}; exec sleep 60`);
    await study.begin();
    const [container] = await engine.containers();
    await engine.ask('DELETE', `/containers/${container?.Id}?force=1`);
    expect(await study.host.end('1.1', 60_000)).toMatchObject({ kind: 'evicted' });
    expect(await study.counts()).toEqual([1, 1, 0]);
  });
});
