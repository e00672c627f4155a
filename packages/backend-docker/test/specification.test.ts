import { attemptDirectory, type LaunchRequest } from '@fettle/core';
import { launchRequest } from '@fettle/core/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { attemptContainer, type ContainerPlan } from '../src/container/attempt-specification.ts';
import { gpuParts } from '../src/container/gpu-request.ts';
import { containerName } from '../src/container/labels.ts';
import { sageMakerFiles } from '../src/container/sagemaker.ts';
import { dockerOptions } from '../src/docker-options.ts';

type Input = Partial<z.input<typeof dockerOptions>>;

function plan(options: Input = {}, change: Partial<ContainerPlan> = {}): ContainerPlan {
  return {
    owner: { study: 'digits-1', folder: '/study' },
    program: {
      kind: 'command',
      command: ['train', '--x={x}'],
      workingDirectory: '/home/me/study',
      environment: { MODE: 'fast' },
    },
    options: dockerOptions.parse({ image: 'train:1', ...options }),
    image: { id: 'sha256:abc', entrypoint: ['/entry'], environment: ['PATH=/bin', 'LANG=C'] },
    hasShell: true,
    user: { name: '1000:1000', groups: ['44'] },
    gpuForm: 'device-request',
    gpuControlFiles: ['/dev/nvidiactl'],
    nvidiaByDefault: false,
    secrets: {},
    ...change,
  };
}

function make(
  options: Input = {},
  change: Partial<ContainerPlan> = {},
  gpus: readonly string[] = [],
  request: Partial<LaunchRequest> = {},
) {
  const asked = launchRequest(17, request);
  const { specification } = attemptContainer(
    plan(options, change),
    asked,
    attemptDirectory('/study', asked.attempt),
    gpus,
  );
  const environment = Object.fromEntries(specification.Env.map((pair) => pair.split(/=(.*)/s) as [string, string]));
  return { ...specification, environment, host: specification.HostConfig };
}

describe("an attempt's container", () => {
  it('is closed unless told: nothing of the machine is in it but the folders of the attempt', () => {
    const { host } = make();
    expect(host).toMatchObject({
      NetworkMode: 'none',
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      CapAdd: [],
      SecurityOpt: ['no-new-privileges'],
      Init: true,
      PidsLimit: 4096,
      Devices: [],
      Tmpfs: { '/tmp': 'rw,nosuid,nodev,exec,mode=1777,size=1073741824' },
    });
    expect(
      host.Mounts.map(({ Source: source, Target: target, ReadOnly: readOnly }) => [source, target, readOnly]),
    ).toEqual([
      ['/study/trials/000017/attempt-1', '/fettle/attempt', false],
      ['/study/trials/000017/checkpoint', '/fettle/checkpoint', false],
    ]);
    expect(host).not.toHaveProperty('Privileged');
    expect(host).not.toHaveProperty('DeviceRequests');
    expect(host).not.toHaveProperty('AutoRemove');
  });

  it('is loosened by name, one thing at a time', () => {
    const {
      host,
      User: user,
      WorkingDir: folder,
    } = make({
      network: 'bridge',
      readOnlyRoot: false,
      capabilities: ['SYS_PTRACE'],
      newPrivileges: true,
      workingDirectory: '/code',
      mounts: [
        { source: 'code', target: '/code' },
        { source: '/scratch', target: '/scratch', writable: true },
      ],
    });
    expect(host).toMatchObject({
      NetworkMode: 'bridge',
      ReadonlyRootfs: false,
      CapDrop: ['ALL'],
      CapAdd: ['SYS_PTRACE'],
      SecurityOpt: [],
    });
    expect(host.Mounts.slice(2)).toEqual([
      { Type: 'bind', Source: '/home/me/study/code', Target: '/code', ReadOnly: true },
      { Type: 'bind', Source: '/scratch', Target: '/scratch', ReadOnly: false },
    ]);
    expect([user, folder]).toEqual(['1000:1000', '/code']);
  });

  it('has the limits it is given, and no swap beyond its memory', () => {
    const { host, environment } = make({
      cpus: 1.5,
      cpuset: '0-1',
      memory: '2GiB',
      processes: 100,
      sharedMemory: '8GiB',
      ulimits: { nofile: 1024, core: { soft: 0, hard: 10 }, memlock: -1 },
    });
    expect(host).toMatchObject({
      NanoCpus: 1.5e9,
      CpusetCpus: '0-1',
      Memory: 2 ** 31,
      MemorySwap: 2 ** 31,
      PidsLimit: 100,
      ShmSize: 2 ** 33,
      Ulimits: [
        { Name: 'nofile', Soft: 1024, Hard: 1024 },
        { Name: 'core', Soft: 0, Hard: 10 },
        // What libraries of several GPUs ask for: none.
        { Name: 'memlock', Soft: -1, Hard: -1 },
      ],
    });
    expect(environment['OMP_NUM_THREADS']).toBe('1');
  });

  it("runs the image's entry point with the study's command, by the launch script where there is a shell", () => {
    const scripted = make();
    expect(scripted.Entrypoint?.slice(3)).toEqual([
      'fettle-launcher',
      '/fettle/attempt/claim',
      '/fettle/attempt/exit',
      '/fettle/attempt/stdout.log',
      '/fettle/attempt/stderr.log',
    ]);
    expect(scripted.Cmd).toEqual(['/entry', 'train', '--x=0.25']);
    expect(scripted.host.LogConfig.Type).toBe('none');
    const plain = make({}, { hasShell: false });
    expect([plain.Entrypoint, plain.Cmd, plain.host.LogConfig.Type]).toEqual([
      undefined,
      ['train', '--x=0.25'],
      'json-file',
    ]);
    const replaced = make({ entrypoint: [] }, { hasShell: false });
    expect(replaced.Entrypoint).toEqual([]);
  });

  it("has the contract's variables over secrets, over the study's, over the image's", () => {
    const { environment } = make({}, { secrets: { TOKEN: 't', MODE: 'secret', FETTLE_SEED: 'no' } });
    expect(environment).toMatchObject({
      TOKEN: 't',
      MODE: 'secret',
      HOME: '/tmp',
      USER: 'fettle',
      FETTLE_X: '0.25',
      FETTLE_SEED: '17',
      FETTLE_CONFIG: '/fettle/attempt/config.json',
      FETTLE_CHECKPOINT_DIR: '/fettle/checkpoint',
      FETTLE_STOP_FILE: '/fettle/attempt/stop',
    });
    expect(environment).not.toHaveProperty('LANG');
    const own = { id: 'x', entrypoint: [], environment: ['HOME=/home/app', 'USER=app', 'OMP_NUM_THREADS=7'] };
    for (const name of ['HOME', 'USER']) expect(make({}, { image: own }).environment).not.toHaveProperty(name);
    expect(make({ cpus: 2 }, { image: own }).environment).not.toHaveProperty('OMP_NUM_THREADS');
    for (const name of ['HOME', 'USER']) {
      expect(make({ user: 'image' }, { user: undefined }).environment).not.toHaveProperty(name);
    }
  });

  it('takes any value as it is: in the arguments, the variables and nowhere else', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0')),
        (x) => {
          const made = make({}, {}, [], { configuration: { x } });
          expect(made.Cmd.at(-1)).toBe(`--x=${x}`);
          expect(made.Env).toContain(`FETTLE_X=${x}`);
          expect(JSON.stringify({ ...made.host, labels: made.Labels })).toBe(
            JSON.stringify({ ...make().host, labels: make().Labels }),
          );
        },
      ),
      { seed: 7 },
    );
  });

  it('has a name that an engine takes, one for each attempt of each study', () => {
    const owners = ['digits', 'Ziffern und mehr/ü', ''].flatMap((study) => [
      { study, folder: '/a' },
      { study, folder: '/copy of a' },
    ]);
    const names = owners.flatMap((owner) => [containerName(owner, '1.1'), containerName(owner, '1.2')]);
    for (const name of names) expect(name).toMatch(/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/);
    expect(new Set(names).size).toBe(12);
  });
});

describe('GPUs', () => {
  it('are asked for by name, never by number', () => {
    expect(make({}, {}, ['1', 'GPU-2']).host.DeviceRequests).toEqual([
      { Driver: '', DeviceIDs: ['1', 'GPU-2'], Capabilities: [['gpu']] },
    ]);
    expect(make({}, { gpuForm: 'cdi' }, ['1', 'vendor.com/gpu=x']).host.DeviceRequests).toEqual([
      { Driver: 'cdi', DeviceIDs: ['nvidia.com/gpu=1', 'vendor.com/gpu=x'] },
    ]);
    const runtime = make({}, { gpuForm: 'runtime' }, ['1', '3']);
    expect(runtime.host).toMatchObject({ Runtime: 'nvidia' });
    expect(runtime.environment).toMatchObject({
      NVIDIA_VISIBLE_DEVICES: '1,3',
      NVIDIA_DRIVER_CAPABILITIES: 'compute,utility',
    });
    const device = make({ devices: ['/dev/kfd'] }, { gpuForm: 'device' }, ['0', '/dev/dri/renderD128']);
    expect(device.host.Devices?.map(({ PathOnHost: path }) => path)).toEqual([
      '/dev/nvidia0',
      '/dev/dri/renderD128',
      '/dev/nvidiactl',
      '/dev/kfd',
    ]);
  });

  it('are noted on the container, for the next driver', () => {
    expect(make({}, {}, ['1', '3']).Labels).toEqual({
      'fettle.study': 'digits-1',
      'fettle.folder': '/study',
      'fettle.attempt': '17.1',
      'fettle.gpus': '1,3',
    });
  });

  it('are kept from an image that asks for all of them, where NVIDIA’s runtime is the usual one', () => {
    expect(make({}, { nvidiaByDefault: true }).environment).toMatchObject({ NVIDIA_VISIBLE_DEVICES: 'void' });
    expect(gpuParts('cdi', ['0'], true).environment).toEqual({ NVIDIA_VISIBLE_DEVICES: 'void' });
    // The engine sets it itself here.
    expect(gpuParts('device-request', ['0'], true).environment).toEqual({});
    expect(make().environment).not.toHaveProperty('NVIDIA_VISIBLE_DEVICES');
  });
});

describe("SageMaker's contract", () => {
  it('is written as the service does: texts, whatever they were', () => {
    const files = sageMakerFiles({
      configuration: { rate: 1e-7, layers: 3, flag: true, name: 'relu' },
      hyperparameters: { rate: 'overruled', data_dir: '/opt/ml/input/data/training' },
      resource: { name: 'epochs', until: 9 },
      channels: ['training', 'test'],
    });
    expect(JSON.parse(files['input/config/hyperparameters.json'] ?? '')).toEqual({
      rate: '1e-7',
      layers: '3',
      flag: 'true',
      name: 'relu',
      data_dir: '/opt/ml/input/data/training',
      epochs: '9',
    });
    expect(JSON.parse(files['input/config/resourceconfig.json'] ?? '')).toMatchObject({
      current_host: 'algo-1',
      hosts: ['algo-1'],
    });
    expect(Object.keys(JSON.parse(files['input/config/inputdataconfig.json'] ?? '{}') as object)).toEqual([
      'training',
      'test',
    ]);
  });

  it('has its folders under /opt/ml, with the checkpoints of the trial and the channels', () => {
    const { host, environment } = make({ contract: 'sagemaker', sagemaker: { channels: { training: 'data' } } });
    expect(
      host.Mounts.slice(2).map(({ Source: source, Target: target, ReadOnly: readOnly }) => [source, target, readOnly]),
    ).toEqual([
      ['/study/trials/000017/attempt-1/ml', '/opt/ml', false],
      ['/study/trials/000017/checkpoint', '/opt/ml/checkpoints', false],
      ['/home/me/study/data', '/opt/ml/input/data/training', true],
    ]);
    expect(environment['TRAINING_JOB_NAME']).toBe('fettle-17');
  });
});

describe('options', () => {
  it.each<[string, unknown, RegExp]>([
    ['no image', {}, /name an image/],
    ['an image and a build', { image: 'x', build: { context: '.' } }, /exactly one/],
    ['a host and a context', { image: 'x', host: 'tcp://a', context: 'b' }, /not both/],
    ['SageMaker’s options without its contract', { image: 'x', sagemaker: {} }, /contract: sagemaker/],
    [
      'shared GPUs for attempts with several',
      { image: 'x', gpus: [0], trialsPerGpu: 2, gpusPerTrial: 2 },
      /cannot share/,
    ],
    ['sharing without GPUs', { image: 'x', trialsPerGpu: 2 }, /name the GPUs/],
    ['a size that is none', { image: 'x', memory: 'much' }, /512MiB/],
    ['a user that is none', { image: 'x', user: 'root' }, /1000:1000/],
    ['a relative target', { image: 'x', mounts: [{ source: '.', target: 'code' }] }, /absolute path/],
    ['a word that is none', { image: 'x', imgae: 'y' }, /imgae/],
  ])('refuse %s', (_, options, why) => {
    const { error } = dockerOptions.safeParse(options);
    expect(error?.message).toMatch(why);
  });
});
