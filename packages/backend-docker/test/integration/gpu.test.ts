import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AttemptId, attemptId } from '@fettle/core';
import { launchRequest, RecordingHost } from '@fettle/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type { dockerOptions } from '../../src/docker-options.ts';
import { DockerPlace } from '../fixtures/docker-place.ts';
import { PrivateEngine } from '../fixtures/private-engine.ts';
import { GPUS, writeStandIns } from '../fixtures/stand-in-gpus.ts';

type Options = Partial<z.input<typeof dockerOptions>>;

/** What a program sees of GPUs: the device nodes that are there. */
const SEEN = 'ls /dev | grep nvidia | tr "\\n" " "';

let engine: PrivateEngine;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fettle-gpus-'));
  const { path, runtime } = writeStandIns(folder);
  engine = await PrivateEngine.open({ path: [path], arguments: [`--add-runtime=nvidia=${runtime}`] });
  // As images made for GPUs do, it asks for all of them.
  await engine.importMachine('fettle/machine', ['ENV NVIDIA_VISIBLE_DEVICES=all']);
});
afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true });
});

async function seenBy(options: Options): Promise<string> {
  const place = await DockerPlace.open(engine, {
    image: 'fettle/machine',
    mounts: [{ source: '/usr', target: '/usr' }],
    ...options,
  });
  const host = new RecordingHost(place, place.shell(SEEN));
  const backend = place.make(1);
  try {
    await backend.open(host);
    await backend.adopt([]);
    const { files } = await backend.launch(launchRequest(1));
    expect(await host.end('1.1')).toEqual({ kind: 'finished' });
    return readFileSync(files?.stdout ?? '', 'utf8').trim();
  } finally {
    await backend.close();
    await place.close();
  }
}

describe('an attempt gets exactly the GPUs that are leased to it', () => {
  it.each([
    ['device-request', ['2'], 1, 'nvidia2'],
    ['device-request', ['1', '3'], 2, 'nvidia1 nvidia3'],
    ['runtime', ['2'], 1, 'nvidia2'],
    ['runtime', ['1', '3'], 2, 'nvidia1 nvidia3'],
    ['device', ['/dev/null'], 1, ''],
  ] as const)('by %s: %s', async (gpuForm, gpus, gpusPerTrial, seen) => {
    expect(await seenBy({ gpuForm, gpus: [...gpus], gpusPerTrial })).toBe(seen);
  });

  it('gets none when none is leased, whatever the image asks for', async () => {
    expect(await seenBy({})).toBe('');
  });

  it('is told what is wrong when the engine has no such GPU', async () => {
    const place = await DockerPlace.open(engine, {
      image: 'fettle/machine',
      gpus: [9],
      mounts: [{ source: '/usr', target: '/usr' }],
    });
    const host = new RecordingHost(place, place.shell(SEEN));
    const backend = place.make(1);
    await backend.open(host);
    await backend.adopt([]);
    await backend.launch(launchRequest(1));
    const end = await host.end('1.1');
    expect(end).toMatchObject({
      kind: 'failed',
      failure: 'launch',
      message: expect.stringMatching(/9: unknown device[^]*nvidia-smi -L/),
    });
    expect(await engine.containers()).toEqual([]);
    await backend.close();
    await place.close();
  });
});

/** Runs attempts as fast as places come free. @returns by attempt: when it ran and what it saw */
async function runMany(options: Options, count: number) {
  const place = await DockerPlace.open(engine, {
    image: 'fettle/machine',
    mounts: [{ source: '/usr', target: '/usr' }],
    ...options,
  });
  const host = new RecordingHost(place, place.shell(`date +%s%N; ${SEEN}; echo; sleep 0.4; date +%s%N`));
  const backend = place.make(8);
  await backend.open(host);
  await backend.adopt([]);
  const attempts: AttemptId[] = [];
  const launched: ReturnType<typeof backend.launch>[] = [];
  for (let trial = 1; trial <= count; trial += 1) {
    const attempt = attemptId(trial, 1);
    await host.eventually('a free place', () =>
      backend.capacity() > attempts.length - host.ends.size ? true : undefined,
    );
    attempts.push(attempt);
    launched.push(backend.launch(launchRequest(trial)));
  }
  for (const attempt of attempts) expect(await host.end(attempt)).toEqual({ kind: 'finished' });
  await backend.close();
  const runs = (await Promise.all(launched)).map(({ files }) => {
    const [from = '', seen = '', until = ''] = readFileSync(files?.stdout ?? '', 'utf8').split('\n');
    return { from: BigInt(from), until: BigInt(until), gpus: seen.trim().split(' ') };
  });
  await place.close();
  return runs;
}

describe('GPUs are leased', () => {
  it('40 attempts on 4 GPUs: never two on one, and all are used', async () => {
    const runs = await runMany({ gpus: [...GPUS], gpuForm: 'device-request' }, 40);
    for (const [index, run] of runs.entries()) {
      expect(run.gpus).toHaveLength(1);
      const together = runs.filter((other, at) => at !== index && other.from < run.until && run.from < other.until);
      expect(together.map(({ gpus }) => gpus[0])).not.toContain(run.gpus[0]);
    }
    expect(new Set(runs.map(({ gpus }) => gpus[0]))).toEqual(new Set(GPUS.map((gpu) => `nvidia${gpu}`)));
  });

  it('two attempts share one GPU where that is asked for, and no third comes', async () => {
    const place = await DockerPlace.open(engine, {
      image: 'fettle/machine',
      mounts: [{ source: '/usr', target: '/usr' }],
      gpus: ['0', '1'],
      trialsPerGpu: 2,
    });
    const host = new RecordingHost(place, place.shell('exec sleep 60'));
    const backend = place.make(8);
    await backend.open(host);
    await backend.adopt([]);
    expect(backend.capacity()).toBe(4);
    await Promise.all([1, 2, 3, 4].map((trial) => backend.launch(launchRequest(trial))));
    const leased = (await engine.containers()).map(({ Labels: labels }) => labels['fettle.gpus']);
    expect(leased.toSorted((a = '', b = '') => a.localeCompare(b))).toEqual(['0', '0', '1', '1']);
    expect(backend.capacity()).toBe(4);
    await backend.close();
    await place.close();
  });

  it('a driver that takes over knows which are in use', async () => {
    const place = await DockerPlace.open(engine, {
      image: 'fettle/machine',
      mounts: [{ source: '/usr', target: '/usr' }],
      gpus: [...GPUS],
    });
    const program = place.shell(`${SEEN}; exec sleep 60`);
    const first = place.make(4);
    const firstHost = new RecordingHost(place, program);
    await first.open(firstHost);
    await first.adopt([]);
    for (const trial of [1, 2, 3]) await first.launch(launchRequest(trial));
    await first.close();

    const next = place.make(4);
    const host = new RecordingHost(place, program);
    await next.open(host);
    await next.adopt([1, 2, 3].map((trial) => ({ request: launchRequest(trial) })));
    expect(next.capacity()).toBe(4);
    const { files } = await next.launch(launchRequest(4));
    const look = (): string | undefined =>
      (existsSync(files?.stdout ?? '') ? readFileSync(files?.stdout ?? '', 'utf8').trim() : '') || undefined;
    const seen = await host.eventually('what it sees', look);
    expect(seen).toBe('nvidia3');
    await next.close();
    await place.close();
  });
});
