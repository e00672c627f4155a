import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { type Diagnosis, FettleError } from '@fettle/core';
import { type GpuParts, gpuParts } from './container/gpu-request.ts';
import { SHELL } from './container/launch-script.ts';
import type { ContainerSpecification } from './container/specification.ts';
import type { DockerOptions } from './docker-options.ts';
import type { Engine, EngineFacts } from './engine/engine.ts';
import { isEngineError } from './engine/engine-error.ts';
import { chooseGpus } from './gpu-choice.ts';
import { explainRefusal } from './launch-problem.ts';

/** How long the container that is tried may take, and the time between two looks, in milliseconds. */
const PATIENCE = 10_000;
const PERIOD = 50;

/** What a person wants to know of an engine before they trust it with a study: never throws what an engine says. */
export async function diagnoseEngine(engine: Engine, options: DockerOptions): Promise<readonly Diagnosis[]> {
  try {
    const facts = await engine.facts();
    return [...describeEngine(facts), ...describeGpus(facts), await tryContainer(engine, options, facts)];
  } catch (thrown) {
    if (!isEngineError(thrown)) throw thrown;
    return [{ check: 'engine', status: 'fail', text: thrown.message }];
  }
}

function describeEngine(facts: EngineFacts): Diagnosis[] {
  const { kind, version, api, spoken, cpus, memory, cgroupVersion, liveRestore } = facts;
  const more = [facts.rootless ? 'rootless' : '', facts.remapsUsers ? 'maps users' : ''].filter((part) => part !== '');
  return [
    {
      check: 'engine',
      status: 'ok',
      text: [`${kind} ${version}, API ${api.oldest} to ${api.newest}, spoken: ${spoken}`, ...more].join(', '),
    },
    {
      check: 'engine size',
      status: 'ok',
      text: `${cpus} processors, ${(memory / 2 ** 30).toFixed(1)} GiB of memory, cgroup v${cgroupVersion}`,
    },
    {
      check: 'restarts',
      status: liveRestore ? 'ok' : 'none',
      text: liveRestore
        ? 'containers go on while the engine is restarted'
        : 'containers end with the engine (`live-restore` is off); their attempts are run again',
    },
  ];
}

function describeGpus(facts: EngineFacts): Diagnosis[] {
  const forms: string[] = [];
  if (facts.kind === 'docker') forms.push('device-request (if NVIDIA’s hook is installed: only a start shows it)');
  if (facts.cdiDevices.length > 0) forms.push(`cdi (${facts.cdiDevices.join(', ')})`);
  else if (facts.cdiFolders.length > 0) forms.push('cdi (no devices found)');
  if (facts.runtimes.includes('nvidia')) forms.push('runtime');
  if (existsSync('/dev/nvidia0')) forms.push('device');
  return [
    { check: 'runtimes', status: 'ok', text: `${facts.runtimes.join(', ')}; by default ${facts.defaultRuntime}` },
    {
      check: 'gpu forms',
      status: forms.length === 0 ? 'none' : 'ok',
      text: forms.length === 0 ? 'none: Podman ignores requests for GPUs made this way' : forms.join('; '),
    },
  ];
}

/**
 * Makes a container of the study's image, with GPUs if attempts are to have some, runs nothing but its shell in it, and removes
 * it. That is the only way to learn whether GPUs are given out.
 */
async function tryContainer(engine: Engine, options: DockerOptions, facts: EngineFacts): Promise<Diagnosis> {
  const { image: name } = options;
  const image = name === undefined ? undefined : await engine.image(name);
  if (name === undefined) return tried('none', 'not tried: the image is built first');
  if (image === undefined) return tried('none', `not tried: ${name} is not there yet`);
  const container = `fettle-doctor-${randomBytes(6).toString('hex')}`;
  const began = performance.now();
  try {
    const { form, gpus = [] } = chooseGpus(options, facts);
    const some = gpus.slice(0, options.gpusPerTrial ?? 1);
    const what = some.length === 0 ? name : `${name} with GPU ${some.join(', ')} (${form})`;
    await engine.create(container, trivialContainer(image.id, gpuParts(form, some, facts.defaultRuntime === 'nvidia')));
    if (!(await engine.pathExists(container, SHELL))) {
      return tried('ok', `made and removed one of ${what}; it has no shell to try`);
    }
    await engine.start(container);
    for (;;) {
      const found = await engine.inspect(container);
      const took = performance.now() - began;
      if (found?.status === 'exited' && found.exitCode === 0) {
        return tried('ok', `made, ran and ended one of ${what} in ${took.toFixed(0)} ms`);
      }
      if (found?.status === 'exited') return tried('fail', `its shell ended with ${found.exitCode}`);
      if (took > PATIENCE) return tried('fail', `it did not end within ${PATIENCE / 1000} s`);
      await delay(PERIOD);
    }
  } catch (thrown) {
    if (thrown instanceof FettleError) return tried('fail', thrown.toHuman());
    if (!isEngineError(thrown)) throw thrown;
    return tried('fail', explainRefusal(thrown.message));
  } finally {
    await engine.remove(container, true).catch(() => undefined);
  }
}

function tried(status: Diagnosis['status'], text: string): Diagnosis {
  return { check: 'container', status, text };
}

function trivialContainer(image: string, gpu: GpuParts): ContainerSpecification {
  return {
    Image: image,
    Labels: {},
    Entrypoint: [SHELL, '-c', 'exit 0'],
    Cmd: [],
    Env: Object.entries(gpu.environment).map(([name, value]) => `${name}=${value}`),
    HostConfig: {
      Init: true,
      Mounts: [],
      Tmpfs: {},
      NetworkMode: 'none',
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      CapAdd: [],
      SecurityOpt: ['no-new-privileges'],
      GroupAdd: [],
      PidsLimit: 64,
      ShmSize: 2 ** 20,
      Ulimits: [],
      DeviceRequests: gpu.deviceRequests,
      Devices: gpu.devices,
      ...(gpu.runtime === undefined ? {} : { Runtime: gpu.runtime }),
      LogConfig: { Type: 'none', Config: {} },
    },
  };
}
