import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AttemptId, attemptId } from '@fettle/core';
import { launchRequest, RecordingHost } from '@fettle/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HttpEngine } from '../../src/engine/http-engine.ts';
import { dockerVersion } from '../fixtures/engine-command.ts';
import { OneStudy, type Options } from '../fixtures/one-study.ts';
import { PrivateEngine } from '../fixtures/private-engine.ts';
import { GPUS, writeCdiDevices, writeStandIns } from '../fixtures/stand-in-gpus.ts';

/** What a program sees of GPUs: the device nodes that are there. */
const SEEN = 'echo $(ls /dev | grep nvidia)';

let engine: PrivateEngine;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fettle-gpus-'));
  const { path, runtime } = writeStandIns(folder);
  const cdi = dockerVersion() >= 25 ? [`--cdi-spec-dir=${writeCdiDevices(folder)}`] : [];
  engine = await PrivateEngine.open({
    path: [path],
    arguments: [`--add-runtime=nvidia=${runtime}`, ...cdi],
    configuration: cdi.length === 0 ? {} : { features: { cdi: true } },
  });
  // As images made for GPUs do, it asks for all of them.
  await engine.importMachine('fettle/machine', ['ENV NVIDIA_VISIBLE_DEVICES=all']);
});
afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true });
});

function shell(script: string, options: Partial<Options>, workers = 1): Promise<OneStudy> {
  const all = { image: 'fettle/machine', mounts: [{ source: '/usr', target: '/usr' }], ...options };
  return OneStudy.make(engine, all, (place) => place.shell(script), workers);
}

describe('an attempt gets exactly the GPUs that are leased to it', () => {
  it.each([
    ['device-request', ['2'], 1, 'nvidia2'],
    ['device-request', ['1', '3'], 2, 'nvidia1 nvidia3'],
    ['runtime', ['2'], 1, 'nvidia2'],
    ['runtime', ['1', '3'], 2, 'nvidia1 nvidia3'],
    ['device', ['/dev/null'], 1, ''],
  ] as const)('by %s: %s', async (gpuForm, gpus, gpusPerTrial, seen) => {
    await using study = await shell(SEEN, { gpuForm, gpus: [...gpus], gpusPerTrial });
    expect(await study.run()).toMatchObject({ end: { kind: 'finished' }, stdout: `${seen}\n` });
  });

  it('by cdi, if the engine has that; if not, it is told so', async () => {
    await using study = await shell(SEEN, { gpuForm: 'cdi', gpus: ['1', '3'], gpusPerTrial: 2 });
    const expected =
      dockerVersion() >= 25
        ? { end: { kind: 'finished' }, stdout: 'nvidia1 nvidia3\n' }
        : { end: { failure: 'launch', message: expect.stringMatching(/driver "cdi"[^]*choose another `gpuForm`/) } };
    expect(await study.run()).toMatchObject(expected);
  });

  it('gets none when none is leased, whatever the image asks for', async () => {
    await using study = await shell(SEEN, {});
    expect(await study.run()).toMatchObject({ end: { kind: 'finished' }, stdout: '\n' });
  });

  it('is told what is wrong when the engine has no such GPU', async () => {
    await using study = await shell(SEEN, { gpus: [9] });
    const message = expect.stringMatching(/9: unknown device[^]*nvidia-smi -L/);
    expect((await study.run()).end).toMatchObject({ kind: 'failed', failure: 'launch', message });
    expect(await engine.containers()).toEqual([]);
  });

  it('and the doctor tries one', async () => {
    for (const [gpu, status, text] of [
      [3, 'ok', /with GPU 3 \(device-request\) in \d+ ms/],
      [9, 'fail', /9: unknown device[^]*nvidia-smi -L/],
    ] as const) {
      await using study = await shell(SEEN, { image: 'fettle/shell', mounts: [], gpus: [gpu] });
      await engine.importBusybox('fettle/shell', true);
      const container = (await study.backend.diagnose()).at(-1);
      expect(container).toEqual({ check: 'container', status, text: expect.stringMatching(text) });
    }
    expect(await engine.containers()).toEqual([]);
  });

  it('an engine says which CDI devices it has, from 28 on', async () => {
    const client = new HttpEngine({ kind: 'unix', path: engine.socket });
    const listed = GPUS.map((gpu) => `nvidia.com/gpu=${gpu}`);
    const { cdiDevices } = await client.facts();
    client.close();
    expect(cdiDevices).toEqual(dockerVersion() >= 28 ? expect.arrayContaining(listed) : []);
  });
});

/** Runs attempts as fast as places come free. @returns for each: when it ran and what it saw */
async function runMany(options: Partial<Options>, count: number) {
  await using study = await shell(`date +%s%N; ${SEEN}; sleep 0.2; date +%s%N`, options, 8);
  const { backend, host } = study;
  await study.open();
  const attempts: AttemptId[] = [];
  const launched: ReturnType<typeof backend.launch>[] = [];
  for (let trial = 1; trial <= count; trial += 1) {
    const free = (): true | undefined => backend.capacity() > attempts.length - host.ends.size || undefined;
    await host.eventually('a free place', free);
    attempts.push(attemptId(trial, 1));
    launched.push(backend.launch(launchRequest(trial)));
  }
  for (const attempt of attempts) expect(await host.end(attempt)).toEqual({ kind: 'finished' });
  return (await Promise.all(launched)).map(({ files }) => {
    const [from = '', seen = '', until = ''] = readFileSync(files?.stdout ?? '', 'utf8').split('\n');
    return { from: BigInt(from), until: BigInt(until), gpus: seen.split(' ') };
  });
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
    await using study = await shell('exec sleep 60', { gpus: ['0', '1'], trialsPerGpu: 2 }, 8);
    await study.open();
    expect(study.backend.capacity()).toBe(4);
    await Promise.all([1, 2, 3, 4].map((trial) => study.backend.launch(launchRequest(trial))));
    const leased = (await engine.containers()).map(({ Labels: labels }) => labels['fettle.gpus'] ?? '');
    expect(leased.toSorted((a, b) => a.localeCompare(b))).toEqual(['0', '0', '1', '1']);
  });

  it('a driver that takes over knows which are in use', async () => {
    await using study = await shell(`${SEEN}; exec sleep 60`, { gpus: [...GPUS] }, 4);
    await study.open();
    for (const trial of [1, 2, 3]) await study.backend.launch(launchRequest(trial));
    await study.backend.close();

    const next = study.place.make(4);
    const host = new RecordingHost(study.place, study.host.program);
    await next.open(host);
    await next.adopt([1, 2, 3].map((trial) => ({ request: launchRequest(trial) })));
    expect(next.capacity()).toBe(4);
    const { files } = await next.launch(launchRequest(4));
    const stdout = files?.stdout ?? '';
    const seen = (): string | undefined => (existsSync(stdout) && readFileSync(stdout, 'utf8').trim()) || undefined;
    expect(await host.eventually('what it sees', seen)).toBe('nvidia3');
    await next.close();
  });
});
