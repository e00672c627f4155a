import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { attemptDirectory, makeAttemptDirectory, programPaths } from '../src/backends/attempt-directory.ts';
import { claimant, claimPath, readClaims, revoke } from '../src/backends/claim.ts';
import { classifyExit, type ExitFacts } from '../src/backends/exit-classification.ts';
import { lastLines } from '../src/backends/file-tail.ts';
import { findProgram } from '../src/backends/find-program.ts';
import { detectGpus } from '../src/backends/gpu-detection.ts';
import { GpuLeases } from '../src/backends/gpu-leases.ts';
import { local } from '../src/backends/local.ts';
import { checkLocal } from '../src/backends/local-check.ts';
import { formatMemorySize, parseMemorySize } from '../src/backends/memory-size.ts';
import { livingMembers } from '../src/backends/process-family.ts';
import { ProcessTable } from '../src/backends/process-table.ts';
import { StopLadder } from '../src/backends/stop-ladder.ts';
import { attemptId } from '../src/domain/trial.ts';
import { launchRequest } from '../src/testing/backend-bench.ts';
import { RecordingHost } from '../src/testing/recording-host.ts';
import { VirtualClock } from '../src/testing/virtual-clock.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fettle-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
});

describe('the folder of an attempt', () => {
  it('is made once and for all', async () => {
    const directory = await makeAttemptDirectory(folder, launchRequest(17, { attempt: '17.2' }));
    expect(directory.path).toBe(join(folder, 'trials/000017/attempt-2'));
    writeFileSync(directory.config, 'kept');
    writeFileSync(join(directory.checkpoint, 'weights'), 'kept');
    await makeAttemptDirectory(folder, launchRequest(17, { attempt: '17.2' }));
    expect(readFileSync(directory.config, 'utf8')).toBe('kept');
    expect(readdirSync(directory.checkpoint)).toEqual(['weights']);
    expect(programPaths('/in/a', '/in/c')).toMatchObject({ stopFile: '/in/a/stop', checkpointDirectory: '/in/c' });
  });

  it('of a fork begins with a copy of the checkpoint, made once', async () => {
    const origin = await makeAttemptDirectory(folder, launchRequest(1));
    mkdirSync(join(origin.checkpoint, 'deep'));
    writeFileSync(join(origin.checkpoint, 'deep/weights'), 'first');
    symlinkSync('deep/weights', join(origin.checkpoint, 'latest'));
    // What a copy that was cut off leaves behind.
    mkdirSync(join(folder, 'trials/000002/checkpoint.copying/rubbish'), { recursive: true });
    const fork = await makeAttemptDirectory(folder, launchRequest(2, { forkFrom: 1 }));
    expect(readdirSync(fork.checkpoint).toSorted()).toEqual(['deep', 'latest']);
    expect(readFileSync(join(fork.checkpoint, 'latest'), 'utf8')).toBe('first');
    expect(readdirSync(join(folder, 'trials/000002')).toSorted()).toEqual(['attempt-1', 'checkpoint']);
    writeFileSync(join(origin.checkpoint, 'deep/weights'), 'second');
    await makeAttemptDirectory(folder, launchRequest(2, { forkFrom: 1 }));
    expect(readFileSync(join(fork.checkpoint, 'latest'), 'utf8')).toBe('first');
  });

  it('of a fork without an origin is refused', async () => {
    await expect(makeAttemptDirectory(folder, launchRequest(2, { forkFrom: 1 }))).rejects.toThrow(
      /Trial 2 begins from trial 1's checkpoint, which is not there/,
    );
  });
});

describe('claims', () => {
  it('are read with everything they say', () => {
    symlinkSync(`4242 ${claimant('box', 'b-1', ['0', 'GPU-x'])} Thu Jan  1 00:00:00 1970`, claimPath(folder, 1));
    expect(readClaims(folder)).toEqual({
      claim: { pid: 4242, host: 'box', boot: 'b-1', gpus: ['0', 'GPU-x'], start: 'Thu Jan 1 00:00:00 1970' },
    });
    expect(revoke(folder)).toMatchObject({ pid: 4242 });
  });

  it('once revoked leave the next generation to a launcher, and a taken one is never revoked', () => {
    expect(readClaims(folder)).toEqual({ generation: 1 });
    expect(revoke(folder)).toBeUndefined();
    expect(() => symlinkSync('late launcher', claimPath(folder, 1))).toThrow(/EEXIST/);
    expect(readClaims(folder)).toEqual({ generation: 2 });
    expect(revoke(folder)).toBeUndefined();
    symlinkSync(`7 ${claimant('box', '-', [])} 99`, claimPath(folder, 3));
    expect(revoke(folder)).toEqual({ pid: 7, host: 'box', boot: '-', gpus: [], start: '99' });
    expect(readdirSync(folder)).toHaveLength(3);
  });
});

describe('the class of an end', () => {
  const NOTHING: ExitFacts = { kernelOutOfMemory: false, restarted: false, stderr: [] };
  const killed = { cause: 'stop', message: 'It was killed.' } as const;
  const memory = { cause: 'memory', message: 'It used 3 GiB.' } as const;
  it.each<[string, Partial<ExitFacts>, object]>([
    ['success', { exitCode: 0 }, { kind: 'finished' }],
    ['success just before it was killed', { exitCode: 0, killed: memory }, { kind: 'finished' }],
    ['a checkpoint', { exitCode: 75 }, { kind: 'checkpointed' }],
    ['an error', { exitCode: 3, stderr: ['oops'] }, { failure: 'code', exitCode: 3, message: /code 3\. .*\noops$/ }],
    ['a signal', { exitCode: 139 }, { failure: 'code', exitCode: 139, signal: 'SIGSEGV', message: /by SIGSEGV/ }],
    ['a kill from outside', { exitCode: 137 }, { failure: 'code', signal: 'SIGKILL' }],
    ['a kill by the kernel', { exitCode: 137, kernelOutOfMemory: true }, { failure: 'oom', message: /memory ran out/ }],
    ['a kill of the launcher too', { signal: 'SIGKILL', kernelOutOfMemory: true }, { failure: 'oom' }],
    [
      'our own kill',
      { signal: 'SIGKILL', killed, kernelOutOfMemory: true },
      { failure: 'code', message: /^It was killed/ },
    ],
    ['our own kill for memory', { signal: 'SIGKILL', killed: memory }, { failure: 'oom', message: 'It used 3 GiB.' }],
    ['memory, found later', { killed: memory }, { failure: 'oom', message: 'It used 3 GiB.' }],
    ['a kill, found later', { killed }, { failure: 'code', signal: 'SIGKILL' }],
    ['an error beside a kernel kill', { exitCode: 1, kernelOutOfMemory: true }, { failure: 'code' }],
    ["Python's MemoryError", { exitCode: 1, stderr: ['MemoryError'] }, { failure: 'oom' }],
    ['CUDA', { exitCode: 1, stderr: ['RuntimeError: CUDA out of memory. Tried'] }, { failure: 'oom' }],
    ['torch', { exitCode: 1, stderr: ['torch.OutOfMemoryError: CUDA out of'] }, { failure: 'oom' }],
    ['Node', { exitCode: 134, stderr: ['FATAL ERROR: JavaScript heap out of memory'] }, { failure: 'oom' }],
    ['words about memory', { exitCode: 1, stderr: ['we ran out of memory slots'] }, { failure: 'code' }],
    ['no program', { exitCode: 127, stderr: ['fettle-launcher: 12: /x: not found'] }, { failure: 'launch' }],
    ["the program's own 127", { exitCode: 127, stderr: ['sh: 1: x: not found'] }, { failure: 'code' }],
    ['a restart', { restarted: true }, { failure: 'node', message: /started anew/ }],
    ['nothing known', {}, { failure: 'unknown', message: /left no exit code/ }],
  ])('%s', (_, facts, expected) => {
    const end = classifyExit({ ...NOTHING, ...facts });
    const { message, ...rest } = expected as { message?: RegExp | string };
    expect(end).toMatchObject('kind' in rest ? rest : { kind: 'failed', ...rest });
    if (message !== undefined) expect(end.kind === 'failed' && end.message).toMatch(message);
  });
});

describe('the last lines of a file', () => {
  it('are fit to be shown', () => {
    const file = join(folder, 'stderr.log');
    const lines = [
      'first',
      '',
      '\u001b[31mred\u001b[0m\ttab',
      '10%\r50%\r100%\r',
      'x'.repeat(1000),
      'bell\u0007\u0000',
      '',
      'open',
    ];
    writeFileSync(file, lines.join('\n'));
    expect(lastLines(file, 5)).toEqual(['red  tab', '100%', `${'x'.repeat(300)}…`, 'bell', 'open']);
  });

  it('are found at the end of a long file of anything', () => {
    const file = join(folder, 'stderr.log');
    const noise = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7919) % 256));
    writeFileSync(file, Buffer.concat([noise, Buffer.from('\nlast words\n')]));
    expect(lastLines(file, 1)).toEqual(['last words']);
    expect(lastLines(join(folder, 'missing'), 3)).toEqual([]);
    writeFileSync(file, '');
    expect(lastLines(file, 3)).toEqual([]);
  });

  it('are as many as are asked for, from none to more than a small window holds', () => {
    const file = join(folder, 'stderr.log');
    const lines = Array.from({ length: 1000 }, (_, index) => `${index} ${'x'.repeat(90)}`);
    writeFileSync(file, lines.join('\n'));
    expect(lastLines(file, 0)).toEqual([]);
    expect(lastLines(file, 900)).toEqual(lines.slice(100));
  });
});

describe('finding a program', () => {
  it('looks along the path, and says where it looked', () => {
    const [one, two] = [join(folder, 'one'), join(folder, 'two')];
    mkdirSync(join(one, 'tool'), { recursive: true });
    mkdirSync(two);
    writeFileSync(join(two, 'tool'), '#!/bin/sh\n');
    expect(findProgram('tool', `${one}:${two}`, folder)).toEqual({
      problem: expect.stringMatching(/'tool' cannot be run: .*one\/tool is not a file/) as string,
    });
    chmodSync(join(two, 'tool'), 0o755);
    expect(findProgram('tool', `${one}:${two}`, folder)).toEqual({ path: join(two, 'tool') });
    expect(findProgram('./two/tool', '', folder)).toEqual({ path: join(two, 'tool') });
    // A folder that cannot be looked into is passed over.
    symlinkSync('loop', join(folder, 'loop'));
    expect(findProgram('tool', `${join(folder, 'loop')}:${two}`, folder)).toEqual({ path: join(two, 'tool') });
    expect(findProgram('tool', join(folder, 'loop'), folder)).toEqual({
      problem: `The program 'tool' cannot be run: ${join(folder, 'loop/tool')} cannot be looked at (ELOOP).`,
    });
    expect(findProgram('tool', '', two)).toEqual({ path: join(two, 'tool') });
    expect(findProgram('other', '/nowhere:/else', folder)).toEqual({
      problem: "There is no program 'other' on the path that was searched: /nowhere:/else.",
    });
    expect(findProgram('./other', '', folder)).toEqual({
      problem: `The program './other' does not exist (looked for at ${join(folder, 'other')}).`,
    });
  });
});

describe('GPUs', () => {
  const LISTED = `GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-5a1f)
  MIG 3g.20gb     Device  0: (UUID: MIG-aaaa)
  MIG 4g.20gb     Device  1: (UUID: MIG-bbbb)
GPU 1: NVIDIA H200 (UUID: GPU-77c0)
`;

  it('are detected, divided ones by their parts', () => {
    expect(detectGpus((...command) => (command.join(' ') === 'nvidia-smi -L' ? LISTED : undefined))).toEqual([
      { id: 'MIG-aaaa', name: 'NVIDIA A100-SXM4-40GB MIG 3g.20gb', uuid: 'MIG-aaaa' },
      { id: 'MIG-bbbb', name: 'NVIDIA A100-SXM4-40GB MIG 4g.20gb', uuid: 'MIG-bbbb' },
      { id: '1', name: 'NVIDIA H200', uuid: 'GPU-77c0' },
    ]);
    expect(detectGpus(() => undefined)).toEqual([]);
  });

  it('are leased to as many attempts as share them, the least used first', () => {
    const leases = new GpuLeases({ gpus: ['0', '1'], trialsPerGpu: 2, gpusPerTrial: 1 });
    expect(leases.capacity).toBe(4);
    expect([1, 2, 3, 4, 5].map((trial) => leases.lease(attemptId(trial, 1)))).toEqual([
      ['0'],
      ['1'],
      ['0'],
      ['1'],
      undefined,
    ]);
    expect(leases.lease('2.1')).toEqual(['1']);
    leases.release('2.1');
    expect(leases.lease('6.1')).toEqual(['1']);
  });

  it('that an earlier session leased are not leased again', () => {
    const leases = new GpuLeases({ gpus: ['0', '1', '2'], trialsPerGpu: 1, gpusPerTrial: 1 });
    leases.restore('1.1', ['2', '0']);
    leases.restore('2.1', []);
    expect(leases.capacity).toBe(2);
    expect(leases.lease('3.1')).toEqual(['1']);
    expect(leases.lease('4.1')).toBeUndefined();
  });

  it('are never leased above their share, and capacity is what can be leased', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 3 }),
        fc.array(fc.integer({ min: -8, max: 8 }), { maxLength: 40 }),
        (count, share, steps) => {
          const shared = share > 1;
          const gpusPerTrial = shared ? 1 : Math.min(2, count);
          const gpus = Array.from({ length: count }, (_, index) => String(index));
          const leases = new GpuLeases({ gpus, trialsPerGpu: share, gpusPerTrial });
          const held = new Map<number, readonly string[]>();
          for (const step of steps) {
            const trial = Math.abs(step);
            if (step < 0) {
              leases.release(attemptId(trial, 1));
              held.delete(trial);
            } else {
              const lease = leases.lease(attemptId(trial, 1));
              if (lease === undefined) expect(held.size).toBe(leases.capacity);
              else held.set(trial, lease);
            }
            for (const gpu of gpus) {
              expect([...held.values()].flat().filter((other) => other === gpu).length).toBeLessThanOrEqual(share);
            }
            expect(leases.capacity).toBe(Math.floor((count * share) / gpusPerTrial));
          }
        },
      ),
      { seed: 11 },
    );
  });
});

describe('asking to stop', () => {
  it('goes one step up after each grace, and starts where it is told', () => {
    const clock = new VirtualClock();
    const steps: string[] = [];
    const ladder = new StopLadder(clock, (step) => steps.push(`${clock.now()} ${step}`));
    ladder.climb({ from: 'checkpoint', grace: 100 });
    clock.advance(1000);
    ladder.climb({ from: 'kill', grace: 1 });
    expect(steps).toEqual(['0 checkpoint', '100 terminate', '200 kill']);
  });

  it('jumps ahead when asked harder, and never back', () => {
    const clock = new VirtualClock();
    const steps: string[] = [];
    const ladder = new StopLadder(clock, (step) => steps.push(`${clock.now()} ${step}`));
    ladder.climb({ from: 'terminate', grace: 100 });
    clock.advance(10);
    ladder.climb({ from: 'checkpoint', grace: 1 });
    ladder.climb({ from: 'terminate', grace: 1 });
    clock.advance(10);
    ladder.climb({ from: 'kill', grace: 100 });
    clock.advance(1000);
    expect(steps).toEqual(['0 terminate', '20 kill']);
  });

  it('ends when it is cancelled', () => {
    const clock = new VirtualClock();
    const steps: string[] = [];
    const ladder = new StopLadder(clock, (step) => steps.push(step));
    ladder.climb({ from: 'checkpoint', grace: 100 });
    ladder.cancel();
    clock.advance(1000);
    ladder.climb({ from: 'kill', grace: 0 });
    expect(steps).toEqual(['checkpoint']);
  });
});

describe('the GPUs that the driver itself may see', () => {
  it.each([
    ['2, 5', 2],
    ['GPU-a,MIG-b', 2],
    ['1,-1,0', 1],
  ])('%s are %i', (visible, count) => {
    expect(confinedTo(visible).workers).toBe(count);
  });

  it.each(['-1', '', 'NoDevFiles'])('%j are none, and not one of that name', (visible) => {
    expect(() => confinedTo(visible)).toThrow(/no NVIDIA GPU was found/);
  });

  function confinedTo(visible: string) {
    const program = { kind: 'command', command: ['true'], workingDirectory: folder, environment: {} } as const;
    const host = new RecordingHost({ directory: folder, clock: new VirtualClock() }, program);
    const environment = { PATH: process.env['PATH'], CUDA_VISIBLE_DEVICES: visible };
    return checkLocal(host, folder, { gpus: 'auto' }, environment, () => undefined);
  }
});

describe('the processes of several attempts', () => {
  it('are told apart in one table, in which each environment is read once', () => {
    const table = new ProcessTable();
    const own = table.environmentOf(process.pid);
    expect(table.environmentOf(process.pid)).toBe(own);
    const { pid, start } = table.living.find((entry) => entry.pid === process.pid) ?? { pid: 0, start: '' };
    expect(
      livingMembers({ leader: { pid, start }, stopFile: '/none' }, table).every(({ group }) => group === pid),
    ).toBe(true);
  });
});

describe('sizes of memory', () => {
  it.each([
    ['2GiB', 2 ** 31],
    ['512 MiB', 2 ** 29],
    ['1.5GB', 1.5e9],
    ['100kB', 1e5],
    ['2', undefined],
    ['2G', undefined],
    ['0GiB', undefined],
    ['-1GiB', undefined],
  ])('%s', (text, bytes) => {
    expect(parseMemorySize(text)).toBe(bytes);
  });

  it('are shown', () => {
    expect([2 ** 31, 1.5e8].map(formatMemorySize)).toEqual(['2.00 GiB', '143.05 MiB']);
  });
});

describe('the options of the local backend', () => {
  it.each([
    [{ workers: 0 }, /workers/],
    [{ workers: 1.5 }, /workers/],
    [{ memory: '2 bananas' }, /memory: expected a size such as/],
    [{ gpus: [] }, /gpus/],
    [{ gpus: ['0,1'] }, /gpus/],
    [
      { gpus: ['0', '1'], trialsPerGpu: 2, gpusPerTrial: 2 },
      /trialsPerGpu: attempts that get several GPUs cannot share them/,
    ],
    [{ gpusPerTrial: 2 }, /name the GPUs as well/],
    [{ stopSignal: 'SIGKILL' }, /stopSignal/],
    [{ wrokers: 2 }, /wrokers/],
  ])('refuse %o', (options, message) => {
    expect(() => local(options as never)).toThrow(message);
  });

  it('take what is right, and nothing at all', () => {
    expect(() => local()).not.toThrow();
    expect(() =>
      local({ workers: 2, gpus: [0, 'GPU-x'], trialsPerGpu: 2, memory: '2GiB', stopSignal: 'SIGUSR1' }),
    ).not.toThrow();
  });

  it('name the attempt folder in the order of its number', () => {
    expect(attemptDirectory('/s', '3.12').path).toBe('/s/trials/000003/attempt-12');
  });
});
