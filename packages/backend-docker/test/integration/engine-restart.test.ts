import { readFileSync } from 'node:fs';
import { launchRequest, RecordingHost } from '@fettle/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DockerPlace, NOTE } from '../fixtures/docker-place.ts';
import { PrivateEngine } from '../fixtures/private-engine.ts';

/** Counts to 25 in tenths of a second, then ends with code 42. */
const COUNT = `${NOTE}; i=0; while [ $i -lt 25 ]; do i=$((i+1)); echo $i; sleep 0.1; done; exit 42`;
const ALL = Array.from({ length: 25 }, (_, index) => `${index + 1}\n`).join('');

/** A study with one attempt, which has begun. */
async function begun(engine: PrivateEngine, script: string) {
  const place = await DockerPlace.open(engine, { image: 'fettle/shell' });
  const host = new RecordingHost(place, place.shell(script));
  const backend = place.make(1);
  await backend.open(host);
  await backend.adopt([]);
  const { files } = await backend.launch(launchRequest(1));
  await host.eventually('it to begin', () => (place.starts('1.1') > 0 ? true : undefined));
  return {
    place,
    host,
    end: () => host.end('1.1', 30_000),
    printed: () => readFileSync(files?.stdout ?? '', 'utf8'),
    /** How often it began and ended, and how many containers are left. */
    counts: async () => [place.starts('1.1'), host.ends.get('1.1')?.length, (await engine.containers()).length],
    async [Symbol.asyncDispose]() {
      await backend.close();
      await place.close();
    },
  };
}

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
      await using attempt = await begun(engine, COUNT);
      await engine.stop(signal);
      await attempt.host.eventually('a notice that it cannot be reached', () => attempt.host.unreached.get('1.1'));
      await engine.start();
      expect(await attempt.end()).toMatchObject({ kind: 'failed', failure: 'code', exitCode: 42 });
      expect(attempt.printed()).toBe(ALL);
      expect(await attempt.counts()).toEqual([1, 1, 0]);
    },
  );

  it('is away when the attempt ends: its exit code and its last words are there all the same', async () => {
    await using attempt = await begun(engine, COUNT);
    await engine.stop('SIGKILL');
    await attempt.host.wait(3500);
    expect(attempt.host.ends.size).toBe(0);
    await engine.start();
    expect(await attempt.end()).toMatchObject({ kind: 'failed', failure: 'code', exitCode: 42 });
    expect(attempt.printed()).toBe(ALL);
    expect(await attempt.counts()).toEqual([1, 1, 0]);
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
      await using attempt = await begun(engine, `${NOTE}; exec sleep 60`);
      await engine.stop(signal);
      await engine.start();
      expect(await attempt.end()).toMatchObject({ kind: 'evicted' });
      await attempt.host.wait(200);
      expect(await attempt.counts()).toEqual([1, 1, 0]);
    },
  );

  it('is ended: a program that saves itself when it is told to go has saved itself', async () => {
    await using attempt = await begun(engine, `trap 'exit 75' TERM; ${NOTE}; while :; do sleep 0.1; done`);
    await engine.stop('SIGTERM');
    await engine.start();
    expect(await attempt.end()).toEqual({ kind: 'checkpointed' });
  });

  it('is told by somebody to stop a container: the attempt was taken away', async () => {
    await using attempt = await begun(engine, `${NOTE}; exec sleep 60`);
    const [container] = await engine.containers();
    await engine.ask('POST', `/containers/${container?.Id}/stop`);
    expect(await attempt.end()).toMatchObject({ kind: 'evicted', message: expect.stringContaining('Somebody else') });
  });

  it('is told by somebody to remove a container: the attempt was taken away', async () => {
    await using attempt = await begun(engine, `${NOTE}; exec sleep 60`);
    const [container] = await engine.containers();
    await engine.ask('DELETE', `/containers/${container?.Id}?force=1`);
    expect(await attempt.end()).toMatchObject({ kind: 'evicted' });
    expect(await attempt.counts()).toEqual([1, 1, 0]);
  });
});
