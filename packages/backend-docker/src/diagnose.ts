import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Diagnosis } from '@fettle/core';
import { SHELL } from './container/launch-script.ts';
import type { ContainerSpecification } from './container/specification.ts';
import type { DockerOptions } from './docker-options.ts';
import type { Engine, EngineFacts } from './engine/engine.ts';
import { isEngineError } from './engine/engine-error.ts';
import { explainRefusal } from './launch-problem.ts';

/** How long the container that is tried may take, and the time between two looks, in milliseconds. */
const PATIENCE = 10_000;
const PERIOD = 50;

/** What a person wants to know of an engine before they trust it with a study: never throws what an engine says. */
export async function diagnoseEngine(engine: Engine, options: DockerOptions): Promise<readonly Diagnosis[]> {
  try {
    const facts = await engine.facts();
    return [...describeEngine(facts), ...describeGpus(facts), await tryContainer(engine, options)];
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

/** Makes a container of the study's image, runs nothing but its shell in it, and removes it. */
async function tryContainer(engine: Engine, { image: name }: DockerOptions): Promise<Diagnosis> {
  const check = 'container';
  const image = name === undefined ? undefined : await engine.image(name);
  if (image === undefined) {
    const text = name === undefined ? 'not tried: the image is built first' : `not tried: ${name} is not there yet`;
    return { check, status: 'none', text };
  }
  const container = `fettle-doctor-${randomBytes(6).toString('hex')}`;
  const began = performance.now();
  try {
    await engine.create(container, trivialContainer(image.id));
    if (!(await engine.pathExists(container, SHELL))) {
      return { check, status: 'ok', text: `made and removed one of ${name ?? ''}; it has no shell to try` };
    }
    await engine.start(container);
    for (;;) {
      const facts = await engine.inspect(container);
      const took = performance.now() - began;
      if (facts?.status === 'exited' && facts.exitCode === 0) {
        return { check, status: 'ok', text: `made, ran and ended one of ${name ?? ''} in ${took.toFixed(0)} ms` };
      }
      if (facts?.status === 'exited') return { check, status: 'fail', text: `its shell ended with ${facts.exitCode}` };
      if (took > PATIENCE) return { check, status: 'fail', text: `it did not end within ${PATIENCE / 1000} s` };
      await delay(PERIOD);
    }
  } catch (thrown) {
    if (!isEngineError(thrown)) throw thrown;
    return { check, status: 'fail', text: explainRefusal(thrown.message) };
  } finally {
    await engine.remove(container, true).catch(() => undefined);
  }
}

function trivialContainer(image: string): ContainerSpecification {
  return {
    Image: image,
    Labels: {},
    Entrypoint: [SHELL, '-c', 'exit 0'],
    Cmd: [],
    Env: [],
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
      LogConfig: { Type: 'none', Config: {} },
    },
  };
}
