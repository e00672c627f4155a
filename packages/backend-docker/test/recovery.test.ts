import { attemptDirectory, type BackendHost } from '@fettle/core';
import { launchRequest, RecordingHost } from '@fettle/core/testing';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { containerName } from '../src/container/labels.ts';
import type { DockerBackend } from '../src/docker-backend.ts';
import { EngineError } from '../src/engine/engine-error.ts';
import type { Behaviour } from '@fettle/core/testing';
import { FakePlace } from './fixtures/fake-place.ts';

/** The container of attempt 1.1. */
function nameIn({ directory }: FakePlace): string {
  return containerName({ study: 'contract-study', folder: directory }, '1.1');
}

function placeOf(...made: ConstructorParameters<typeof FakePlace>): FakePlace {
  const place = new FakePlace(...made);
  onTestFinished(() => place.close());
  return place;
}

async function driver(place: FakePlace, behaviour: Behaviour, adopts = false) {
  const host = new RecordingHost(place, place.program(behaviour));
  const backend = place.make(2);
  await backend.open(host satisfies BackendHost);
  const adoptions = await backend.adopt(adopts ? [{ request: launchRequest(1) }] : []);
  onTestFinished(() => backend.close());
  return { host, backend, adoptions };
}

/** Launches and waits until the program has begun. */
async function begin(
  { host, backend }: { host: RecordingHost; backend: DockerBackend },
  place: FakePlace,
): Promise<void> {
  await backend.launch(launchRequest(1));
  await host.eventually('the program to begin', () => (place.starts('1.1') > 0 ? true : undefined));
}

describe('a launch that the engine does not answer', () => {
  it.each(['create', 'start'])('%s: is told to the host, and made up for when there is contact again', async (call) => {
    const place = placeOf();
    const { host, backend } = await driver(place, 'finish');
    place.engine.faults = { losesAnswer: (name, count) => name === call && count === (call === 'create' ? 2 : 1) };
    await backend.launch(launchRequest(1));
    expect(await host.end('1.1')).toEqual({ kind: 'finished' });
    expect([place.starts('1.1'), host.ends.get('1.1')?.length, place.leftOvers('1.1')]).toEqual([1, 1, []]);
  });

  it('is called off when the attempt is to stop before there is contact', async () => {
    const place = placeOf();
    const { host, backend } = await driver(place, 'finish');
    place.connect(false);
    await backend.launch(launchRequest(1));
    backend.stop('1.1', { from: 'checkpoint', grace: 100 });
    await host.wait(1000);
    expect(host.ends.size).toBe(0);
    place.connect(true);
    expect(await host.end('1.1')).toMatchObject({
      kind: 'evicted',
      message: expect.stringContaining('before it could begin'),
    });
    expect([place.starts('1.1'), place.leftOvers('1.1')]).toEqual([0, []]);
  });
});

describe('an engine that fails', () => {
  it('at every start: the attempt has failed at launch after some tries', async () => {
    const place = placeOf({ fails: (call) => call === 'start' });
    const { host, backend } = await driver(place, 'finish');
    await backend.launch(launchRequest(1));
    expect(await host.end('1.1')).toMatchObject({ kind: 'failed', failure: 'launch' });
    expect([place.engine.calls.get('start'), place.leftOvers('1.1')]).toEqual([3, []]);
  });

  it('after it has started the container: the attempt runs', async () => {
    const place = placeOf();
    const { host, backend } = await driver(place, 'finish');
    const start = place.engine.start.bind(place.engine);
    place.engine.start = (name) => {
      start(name);
      throw new EngineError('failed', 'something else went wrong');
    };
    await backend.launch(launchRequest(1));
    expect(await host.end('1.1')).toEqual({ kind: 'finished' });
    expect(place.starts('1.1')).toBe(1);
  });

  it('has lost the container before it was started, because somebody tidied up: it is made anew', async () => {
    const place = placeOf();
    const { host, backend } = await driver(place, 'finish');
    const start = place.engine.start.bind(place.engine);
    let pruned = false;
    place.engine.start = (name) => {
      if (!pruned) place.engine.containers.delete(name);
      pruned = true;
      start(name);
    };
    await backend.launch(launchRequest(1));
    expect(await host.end('1.1')).toEqual({ kind: 'finished' });
    expect([place.starts('1.1'), place.leftOvers('1.1')]).toEqual([1, []]);
  });

  it('was killed in the middle of a start: what is left of the container is replaced', async () => {
    const place = placeOf();
    const { host, backend } = await driver(place, 'finish');
    const start = place.engine.start.bind(place.engine);
    const stuck = new Set<string>();
    place.engine.start = (name) => {
      const id = place.engine.containers.get(name)?.id ?? '';
      if (stuck.size === 0) stuck.add(id);
      if (stuck.has(id)) throw new EngineError('failed', `task ${id}: already exists`);
      start(name);
    };
    await backend.launch(launchRequest(1));
    expect(await host.end('1.1')).toEqual({ kind: 'finished' });
    expect([place.starts('1.1'), place.leftOvers('1.1')]).toEqual([1, []]);
  });
});

describe('the next driver', () => {
  it('finds a container that was made and not started: it never began, and is launched then', async () => {
    const place = placeOf();
    const first = await driver(place, 'finish');
    place.engine.faults = { losesAnswer: (call) => call === 'start', fails: (call) => call === 'start' };
    await first.backend.launch(launchRequest(1));
    await first.backend.close();
    expect(place.engine.containers.get(nameIn(place))?.status).toBe('created');
    place.engine.faults = {};
    const next = await driver(place, 'finish', true);
    expect(next.adoptions).toEqual([{ attempt: '1.1', status: 'never-launched' }]);
    await next.backend.launch(launchRequest(1));
    expect(await next.host.end('1.1')).toEqual({ kind: 'finished' });
    expect(place.starts('1.1')).toBe(1);
  });

  it('finds a container that was killed meanwhile: it was taken away', async () => {
    const place = placeOf();
    const first = await driver(place, 'sleep');
    await begin(first, place);
    await first.backend.close();
    place.engine.end(nameIn(place), 137);
    const next = await driver(place, 'sleep', true);
    expect(next.adoptions).toMatchObject([{ status: 'ended', end: { kind: 'evicted' } }]);
    expect(place.leftOvers('1.1')).toEqual([]);
  });

  it('finds that somebody has removed the container: by the exit record if there is one, else it was taken away', async () => {
    const place = placeOf();
    const first = await driver(place, 'sleep');
    await begin(first, place);
    await first.backend.close();
    place.engine.containers.delete(nameIn(place));
    const taken = await driver(place, 'sleep', true);
    expect(taken.adoptions).toMatchObject([{ status: 'ended', end: { kind: 'evicted' } }]);

    const other = placeOf();
    const { path } = attemptDirectory(other.directory, '1.1');
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'claim'), '');
    writeFileSync(join(path, 'exit'), '75\n');
    const recorded = await driver(other, 'sleep', true);
    expect(recorded.adoptions).toMatchObject([{ status: 'ended', end: { kind: 'checkpointed' } }]);
  });

  it.each([
    ['ran out of memory', true, 137, true],
    ['ended well, in an image without a shell to write that down', false, 0, false],
  ])('is told the same end again, of a container that is removed by now: it %s', async (_, hasShell, code, oom) => {
    const place = placeOf();
    place.engine.hasShell = hasShell;
    const first = await driver(place, 'sleep');
    await begin(first, place);
    place.engine.end(nameIn(place), code, oom);
    const end = await first.host.end('1.1');
    await first.backend.close();
    expect(place.leftOvers('1.1')).toEqual([]);
    const next = await driver(place, 'sleep', true);
    expect(next.adoptions).toMatchObject([{ status: 'ended', end }]);
  });

  it('removes what belongs to no attempt of the study, and nothing of another study', async () => {
    const place = placeOf();
    const first = await driver(place, 'sleep');
    await begin(first, place);
    await first.backend.close();
    const [container] = place.engine.containers.values();
    if (container === undefined) throw new Error('no container');
    const labels = { ...container.specification.Labels, 'fettle.study': 'another' };
    const foreign = {
      ...container,
      id: 'foreign',
      name: 'foreign',
      specification: { ...container.specification, Labels: labels },
    };
    place.engine.containers.set('foreign', foreign);
    await driver(place, 'sleep');
    expect([...place.engine.containers.keys()]).toEqual(['foreign']);
  });

  it('leaves alone what a copy of the study runs, which has the same identity', async () => {
    const place = placeOf();
    const first = await driver(place, 'sleep');
    await begin(first, place);
    const copy = placeOf();
    copy.engine = place.engine;
    const { host, backend } = await driver(copy, 'finish');
    await begin({ host, backend }, copy);
    // Programs run by the engine's clock.
    await first.host.wait(1000);
    expect(await host.end('1.1')).toEqual({ kind: 'finished' });
    expect([place.starts('1.1'), copy.starts('1.1'), first.host.ends.size]).toEqual([1, 1, 0]);
    expect([...place.engine.containers.keys()]).toEqual([nameIn(place)]);
  });

  it('refuses to go on in a folder that was moved while containers run: they still write to it', async () => {
    const place = placeOf();
    const first = await driver(place, 'sleep');
    await begin(first, place);
    await first.backend.close();
    const moved = placeOf();
    moved.engine = place.engine;
    renameSync(place.directory, moved.directory);
    await expect(driver(moved, 'sleep', true)).rejects.toMatchObject({
      code: 'backend-unavailable',
      message: expect.stringContaining(`moved from ${place.directory}`),
      remedy: expect.stringContaining('docker rm -f id'),
    });
    expect(place.engine.containers.get(nameIn(place))?.status).toBe('running');
  });

  it('leaves alone what a driver that has replaced it runs', async () => {
    const place = placeOf();
    const old = await driver(place, 'sleep');
    const next = await driver(place, 'sleep');
    await begin(next, place);
    // The old one does not know that it has been replaced, and goes on looking.
    await old.host.wait(20_000);
    expect(place.engine.containers.get(nameIn(place))?.status).toBe('running');
    expect(next.host.ends.size).toBe(0);
  });
});

describe('a container', () => {
  it('that ends is heard of at once, not with the next list', async () => {
    const place = placeOf();
    const { host, backend } = await driver(place, 'finish');
    await begin({ host, backend }, place);
    const began = place.clock.now();
    await host.end('1.1');
    expect(place.clock.now() - began).toBeLessThan(100);
  });

  it('that somebody starts again does not run its program a second time', async () => {
    const place = placeOf();
    const one = await driver(place, 'sleep');
    await begin(one, place);
    // It ended while the engine was away and was started again at once: nobody saw the end.
    place.connect(false);
    place.engine.end(nameIn(place), 137);
    place.engine.start(nameIn(place));
    place.connect(true);
    expect(await one.host.end('1.1')).toMatchObject({ kind: 'evicted' });
    expect(place.starts('1.1')).toBe(1);
  });

  it.each([
    [10, { kind: 'failed', failure: 'code', exitCode: 3 }],
    [15, { kind: 'evicted' }],
  ])('that somebody sends signal %i, and that fails after that: %j', async (signal, end) => {
    const place = placeOf();
    const one = await driver(place, 'exit-3');
    await begin(one, place);
    place.engine.kill(nameIn(place), signal);
    expect(await one.host.end('1.1')).toMatchObject(end);
  });

  it('is told once more to stop when the engine did not hear it', async () => {
    const place = placeOf();
    const one = await driver(place, 'sleep');
    await begin(one, place);
    place.connect(false);
    one.backend.stop('1.1', { from: 'terminate', grace: 3_600_000 });
    await one.host.wait(3000);
    place.connect(true);
    expect(await one.host.end('1.1')).toMatchObject({ kind: 'failed', exitCode: 143 });
  });
});

describe('Podman', () => {
  it('does not hand on a signal of one’s own choice, and so is refused where one is wanted', async () => {
    const place = placeOf({}, { stopSignal: 'SIGUSR1' });
    place.engine.facts = { ...place.engine.facts, kind: 'podman' };
    await expect(driver(place, 'finish')).rejects.toMatchObject({
      code: 'backend-unavailable',
      remedy: expect.stringContaining('$FETTLE_STOP_FILE'),
    });
    const plain = placeOf();
    plain.engine.facts = { ...plain.engine.facts, kind: 'podman' };
    const { backend, host } = await driver(plain, 'finish');
    await backend.launch(launchRequest(1));
    expect(await host.end('1.1')).toEqual({ kind: 'finished' });
  });
});

describe('GPUs that are to be found', () => {
  const cdi = (...names: string[]) => names.map((name) => `nvidia.com/gpu=${name}`);

  it.each([
    ['by index and again by UUID: each once', cdi('0', '1', 'GPU-a', 'GPU-b', 'all'), ['0', '1']],
    ['by UUID only', cdi('GPU-a', 'all'), ['GPU-a']],
    ['parts of one', cdi('0:0', '0:1', 'MIG-x', 'all'), ['0:0', '0:1']],
  ])('%s', async (_, cdiDevices, leased) => {
    const place = placeOf({}, { gpus: 'auto', workers: 8 });
    place.engine.facts = { ...place.engine.facts, cdiDevices };
    const { backend } = await driver(place, 'sleep');
    expect(backend.capacity()).toBe(Math.min(2, leased.length));
    await Promise.all(leased.map((_gpu, index) => backend.launch(launchRequest(index + 1))));
    const asked = [...place.engine.containers.values()].flatMap(
      ({ specification }) => specification.HostConfig.DeviceRequests ?? [],
    );
    expect(asked).toEqual(cdi(...leased).map((name) => ({ Driver: 'cdi', DeviceIDs: [name] })));
  });
});

describe('an engine that ignores requests for GPUs', () => {
  it('is refused before the first trial', async () => {
    const place = placeOf({}, { gpus: [0, 1] });
    place.engine.ignoresDevices = true;
    await expect(driver(place, 'finish')).rejects.toMatchObject({
      code: 'backend-unavailable',
      message: expect.stringContaining('ignores requests for GPUs'),
    });
    expect(place.engine.containers.size).toBe(0);
  });
});

describe('an engine', () => {
  it('that maps users is refused, unless the mapping is left out', async () => {
    const place = placeOf();
    place.engine.facts = { ...place.engine.facts, remapsUsers: true };
    await expect(driver(place, 'finish')).rejects.toMatchObject({ remedy: expect.stringContaining('userNamespace') });
    const mapped = placeOf({}, { userNamespace: 'host' });
    mapped.engine.facts = { ...mapped.engine.facts, remapsUsers: true };
    await driver(mapped, 'finish');
  });

  it('that is rootless runs attempts as its own root, which is the caller', async () => {
    const place = placeOf();
    place.engine.facts = { ...place.engine.facts, rootless: true };
    const one = await driver(place, 'sleep');
    await begin(one, place);
    expect(place.engine.containers.get(nameIn(place))?.specification.User).toBe('0:0');
  });

  it.each([
    ['EACCES', /usermod -aG docker/],
    ['ECONNREFUSED', /systemctl start docker/],
  ])('that cannot be reached (%s): what helps is said', async (code, remedy) => {
    const place = placeOf();
    const fake = place.engine.connect();
    const connect = () => ({ ...fake, facts: () => Promise.reject(new EngineError('unreachable', 'no', { code })) });
    place.engine.connect = connect;
    await expect(driver(place, 'finish')).rejects.toMatchObject({ remedy: expect.stringMatching(remedy) });
  });

  it('on another machine does not see the study’s folder, and is refused', async () => {
    const place = placeOf();
    place.engine.seesFolders = false;
    await expect(driver(place, 'finish')).rejects.toThrow(/runs on another machine/);
  });
});
