import { describe, expect, it } from 'vitest';
import { containerEnd, type ContainerEndFacts } from '../src/container-end.ts';
import { explainRefusal, launchProblem } from '../src/launch-problem.ts';

/** An attempt that nobody disturbed. */
const QUIET: ContainerEndFacts = {
  container: { exitCode: 0, outOfMemory: false, problem: '' },
  recordedExit: 0,
  killed: undefined,
  stopping: false,
  signalled: false,
  unwatched: false,
  stderr: [],
  note: undefined,
};

function ended(exitCode: number, change: Partial<ContainerEndFacts> = {}): ReturnType<typeof containerEnd> {
  return containerEnd({
    ...QUIET,
    container: { exitCode, outOfMemory: false, problem: '' },
    recordedExit: exitCode,
    ...change,
  });
}

describe('how an attempt ended', () => {
  it.each([
    [0, { kind: 'finished' }],
    [75, { kind: 'checkpointed' }],
    [3, { kind: 'failed', failure: 'code', exitCode: 3 }],
    [139, { kind: 'failed', failure: 'code', signal: 'SIGSEGV' }],
    [137, { kind: 'failed', failure: 'unknown', signal: 'SIGKILL' }],
    [255, { kind: 'failed', failure: 'code', exitCode: 255 }],
  ])('with %i', (exitCode, end) => {
    expect(ended(exitCode)).toMatchObject(end);
  });

  it('is taken from the record, if the engine says something else: it may have missed the end', () => {
    const container = { exitCode: 255, outOfMemory: false, problem: '' };
    expect(ended(42, { container, recordedExit: 42 })).toMatchObject({ failure: 'code', exitCode: 42 });
    expect(ended(0, { container, recordedExit: 0, unwatched: true })).toEqual({ kind: 'finished' });
    expect(ended(0, { container: undefined, recordedExit: 75 })).toEqual({ kind: 'checkpointed' });
  });

  it.each([0, 9, 137])('is out of memory by the flag, whatever the exit code: %i', (exitCode) => {
    const container = { exitCode, outOfMemory: true, problem: '' };
    expect(ended(exitCode, { container })).toMatchObject({ kind: 'failed', failure: 'oom' });
  });

  it.each([137, 143])('with %i while nobody watched: it was taken away', (exitCode) => {
    expect(ended(exitCode, { unwatched: true })).toMatchObject({ kind: 'evicted' });
  });

  it('with a code of its own while nobody watched: it failed', () => {
    expect(ended(1, { unwatched: true })).toMatchObject({ kind: 'failed', failure: 'code' });
    expect(ended(255, { unwatched: true })).toMatchObject({ kind: 'failed', failure: 'code' });
    const missed = { exitCode: 255, outOfMemory: false, problem: '' };
    expect(ended(255, { container: missed, recordedExit: undefined, unwatched: true })).toMatchObject({
      kind: 'evicted',
    });
  });

  it('after somebody else had told it to go: it was taken away, unless it had saved itself or was done', () => {
    expect(ended(5, { signalled: true })).toMatchObject({ kind: 'evicted' });
    expect(ended(143, { signalled: true })).toMatchObject({ kind: 'evicted' });
    expect(ended(75, { signalled: true })).toEqual({ kind: 'checkpointed' });
    expect(ended(0, { signalled: true })).toEqual({ kind: 'finished' });
  });

  it('after this driver had told it to go: nothing was taken away', () => {
    expect(ended(143, { stopping: true, signalled: true, unwatched: true })).toMatchObject({ failure: 'code' });
    const killed = { cause: 'stop', message: 'It was to stop.' } as const;
    expect(ended(137, { killed })).toMatchObject({
      failure: 'code',
      message: expect.stringContaining('It was to stop.'),
    });
    expect(ended(0, { container: undefined, recordedExit: undefined, killed })).toMatchObject({ failure: 'code' });
  });

  it('and its container is gone without a record: it was taken away', () => {
    expect(ended(0, { container: undefined, recordedExit: undefined })).toMatchObject({ kind: 'evicted' });
  });

  it('when somebody started its container a second time: it was taken away', () => {
    expect(ended(79, { recordedExit: undefined })).toMatchObject({ kind: 'evicted' });
    expect(ended(79)).toMatchObject({ kind: 'failed', failure: 'code', exitCode: 79 });
  });

  it('when it never began', () => {
    const container = { exitCode: 128, outOfMemory: false, problem: 'no such device' };
    expect(ended(0, { container, recordedExit: undefined })).toMatchObject({ failure: 'launch' });
    const stderr = ['[FATAL tini (7)] exec train failed: No such file or directory'];
    const missing = { failure: 'launch', message: expect.stringContaining('check the command') };
    expect(ended(127, { recordedExit: undefined, stderr })).toMatchObject(missing);
    expect(ended(127, { stderr: ['fettle-launcher: 1: exec: train: not found'] })).toMatchObject(missing);
    const denied = { failure: 'launch', message: expect.stringContaining('check its mode') };
    expect(ended(126, { stderr: ['fettle-launcher: 1: exec: ./train: Permission denied'] })).toMatchObject(denied);
    expect(ended(127, { stderr: ['line 3: other: not found'] })).toMatchObject({ failure: 'code' });
  });

  it('shows what it left for a person', () => {
    const end = ended(1, { stderr: ['Traceback', 'ValueError: no'], note: 'It wrote: the data are empty' });
    expect(end).toMatchObject({ message: expect.stringMatching(/ValueError: no[^]*the data are empty/) });
  });
});

describe('what an engine would not start', () => {
  it('fails at launch; without space it is the machine that failed', () => {
    expect(launchProblem(new Error('No such image: x:1'))).toMatchObject({ failure: 'launch' });
    expect(launchProblem(new Error('write /x: no space left on device'))).toMatchObject({ failure: 'node' });
  });

  it.each([
    ['No such image: nope/nope:1', /fetch it again/],
    ['write /var/lib/docker/x: no space left on device', /docker system df/],
    ['could not select device driver "" with capabilities: [[gpu]]', /NVIDIA Container Toolkit/],
    ['CDI device injection failed: unresolvable CDI devices nvidia.com/gpu=9', /nvidia-ctk cdi list/],
    [
      'error gathering device information while adding custom device "/dev/nvidia0": no such file or directory',
      /correct `devices`.*nvidia-smi -L/,
    ],
    ['nvidia-container-cli: initialization error: nvml error: driver not loaded: unknown', /nvidia-smi -L/],
    ['unknown or invalid runtime name: nvidia', /make its runtime known/],
    ['OCI runtime create failed: exec: "train": executable file not found in $PATH: unknown', /not in the image/],
    ['exec: "/train": permission denied: unknown', /cannot be executed/],
    ['exec /train: exec format error', /for this processor/],
    ['invalid mount config for type "bind": bind source path does not exist: /x', /correct `mounts`/],
    ['network lab not found', /docker network create/],
    ['Range of CPUs is from 0.01 to 2.00, as there are only 2 CPUs available', /`cpus`/],
    ['Minimum memory limit allowed is 6MB', /raise `memory`/],
    ['error setting rlimit type 8: operation not permitted', /`ulimits`/],
    ['unable to apply caps: operation not permitted', /`capabilities`/],
  ])('says what helps: %s', (text, remedy) => {
    expect(explainRefusal(text)).toMatch(remedy);
  });

  it('says what the engine says when nothing is known to help', () => {
    expect(explainRefusal('something new')).toBe('something new');
  });
});
