import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { attemptDirectory } from '../../src/backends/attempt-directory.ts';
import { claimant, claimPath } from '../../src/backends/claim.ts';
import { LocalBackend } from '../../src/backends/local-backend.ts';
import { spawnLauncher } from '../../src/backends/local-launch.ts';
import type { CheckedLocalOptions } from '../../src/backends/local-options.ts';
import { findProcess, isAlive, sendSignal, thisMachine } from '../../src/backends/process-table.ts';
import type { AttemptEnd } from '../../src/domain/failure.ts';
import type { LaunchRequest } from '../../src/ports/backend.ts';
import type { CommandProgram } from '../../src/ports/program.ts';
import { launchRequest } from '../../src/testing/backend-bench.ts';
import { RecordingHost } from '../../src/testing/recording-host.ts';
import { LocalPlace, NOTE } from '../fixtures/local-place.ts';

function placeFor(options: CheckedLocalOptions = {}, name?: string): LocalPlace {
  const place = new LocalPlace(options, name);
  onTestFinished(() => place.close());
  return place;
}

interface Driver {
  readonly host: RecordingHost;
  readonly backend: LocalBackend;
}

async function driverFor(place: LocalPlace, program: CommandProgram, backend = place.make(2)): Promise<Driver> {
  const host = new RecordingHost(place, program);
  backend.open(host);
  await backend.adopt([]);
  onTestFinished(() => backend.close());
  return { host, backend };
}

/** Runs one attempt to its end. */
async function run(
  place: LocalPlace,
  program: CommandProgram,
  change: Partial<LaunchRequest> = {},
): Promise<AttemptEnd> {
  const { host, backend } = await driverFor(place, program);
  await backend.launch(launchRequest(1, change));
  return host.end('1.1');
}

function filesOf(place: LocalPlace): { stdout: string; stderr: string } {
  const { files } = attemptDirectory(place.directory, '1.1');
  return { stdout: readFileSync(files.stdout, 'utf8'), stderr: readFileSync(files.stderr, 'utf8') };
}

function messageOf(end: AttemptEnd): string {
  return 'message' in end ? end.message : '';
}

async function appears(host: RecordingHost, path: string): Promise<void> {
  await host.eventually(path, () => (existsSync(path) ? true : undefined));
}

describe('a program', () => {
  it('gets arguments, variables and a file whose values nothing interprets, in folders of any name', async () => {
    const place = placeFor({}, `it's a "study"\n$HOME \`x\` *`);
    const value = 'a b\n"c" \'d\' $HOME $(touch pwned) `touch pwned` * \\ ; | & é 漢';
    const show = `const {writeFileSync, readFileSync} = require('node:fs');
      writeFileSync(process.env.FETTLE_METRICS, JSON.stringify({ argv: process.argv.slice(1), variable: process.env.FETTLE_TEXT,
        file: JSON.parse(readFileSync(process.env.FETTLE_CONFIG, 'utf8')), checkpoint: process.env.FETTLE_CHECKPOINT_DIR }))`;
    const braces = show.replaceAll('{', '{{').replaceAll('}', '}}');
    const program = place.command([process.execPath, '-e', braces, '--', '{text}', 'x={text}', '']);
    expect(await run(place, program, { configuration: { text: value } })).toEqual({ kind: 'finished' });
    const { files, checkpoint } = attemptDirectory(place.directory, '1.1');
    expect(JSON.parse(readFileSync(files.metrics, 'utf8'))).toEqual({
      argv: [value, `x=${value}`, ''],
      variable: value,
      file: { text: value },
      checkpoint,
    });
    expect(existsSync(join(tmpdir(), 'pwned'))).toBe(false);
  });

  it('is a file and never a word of the shell', async () => {
    const place = placeFor();
    expect(await run(place, place.command(['echo', '-n', 'eval', '$X']))).toEqual({ kind: 'finished' });
    expect(filesOf(place).stdout).toBe('eval $X');
    await expect(driverFor(placeFor(), place.command(['exit', '0']))).rejects.toThrow(
      /There is no program 'exit' on the path/,
    );
  });

  it('inherits the environment, but no ignored signals and nothing of the launcher', async () => {
    const place = placeFor();
    const backend = new LocalBackend(
      {},
      { ...process.env, FETTLE_RESOURCE: '99', FETTLE_OLD: 'x', INHERITED: 'yes', code: 'mine' },
    );
    const { host } = await driverFor(
      place,
      place.command(['sh', '-c', 'env; grep SigIgn /proc/self/status'], { ADDED: 'a=b' }),
      backend,
    );
    await backend.launch(launchRequest(1));
    await host.end('1.1');
    const { stdout } = filesOf(place);
    expect(stdout).toMatch(/^INHERITED=yes$/m);
    expect(stdout).toMatch(/^ADDED=a=b$/m);
    expect(stdout).toMatch(/^code=mine$/m);
    expect(stdout).not.toMatch(/^FETTLE_(RESOURCE|OLD)=/m);
    expect(stdout).not.toMatch(/^_fettle/m);
    const ignored = Number.parseInt(/SigIgn:\s+([0-9a-f]+)/.exec(stdout)?.[1] ?? 'f', 16);
    // HUP, INT, QUIT, USR1, USR2, TERM
    expect(ignored & 0b101_1000_0000_0111 & ~0b1000_0000_0000).toBe(0);
  });

  it('may print as much as it likes, and anything', async () => {
    const place = placeFor();
    const noise = `head -c 100000000 /dev/zero; head -c 9000000 '${process.execPath}' >&2; echo >&2; echo the last line >&2; exit 1`;
    const end = await run(place, place.shell(noise));
    expect(statSync(attemptDirectory(place.directory, '1.1').files.stdout).size).toBe(100_000_000);
    const lines = messageOf(end).split('\n');
    expect(lines.at(-1)).toBe('the last line');
    expect(messageOf(end)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/);
    expect(lines.length).toBeLessThanOrEqual(11);
  });

  it('asks to be resumed with exit code 75', async () => {
    const place = placeFor();
    expect(await run(place, place.shell('exit 75'))).toEqual({ kind: 'checkpointed' });
  });

  it('that breaks off says how, with the end of its standard error', async () => {
    const place = placeFor();
    const end = await run(place, place.shell('seq 20 >&2; kill -SEGV $$'));
    expect(end).toMatchObject({ kind: 'failed', failure: 'code', exitCode: 139, signal: 'SIGSEGV' });
    expect(messageOf(end)).toMatch(
      /^It was ended by SIGSEGV \(exit code 139\)\. The end of its standard error:\n11\n12\n/,
    );
  });
});

describe('a program that cannot be run', () => {
  it('is found out when the backend is opened, together with everything else', () => {
    const place = placeFor();
    const backend = new LocalBackend({ gpus: 'auto' }, { PATH: process.env['PATH'] }, () => undefined);
    const program = { ...place.command(['no-such-program']), environment: { PATH: '/nowhere' } };
    const open = (): void => backend.open(new RecordingHost(place, program));
    expect(open).toThrow(/There is no program 'no-such-program' on the path that was searched: \/nowhere/);
    expect(open).toThrow(/no NVIDIA GPU was found/);
    expect(() =>
      place.make(1).open(new RecordingHost(place, { ...program, workingDirectory: '/nowhere/at/all' })),
    ).toThrow(/The working directory \/nowhere\/at\/all is not a folder/);
    expect(() => place.make(1).open(new RecordingHost(place, { kind: 'function', evaluate: () => 0 }))).toThrow(
      /The local backend runs commands; this study has a function program/,
    );
  });

  it.each([
    ['has gone since', undefined, /The program '.*\/tool' does not exist/],
    ['is not executable any more', { text: '#!/bin/sh\n', mode: 0o644 }, /is not executable/],
    [
      'names an interpreter there is not',
      { text: '#!/no/such/shell\n', mode: 0o755 },
      /could not be run.*\n?fettle-launcher.*tool/s,
    ],
  ])('fails its launch: it %s', async (_, tool, message) => {
    const place = placeFor();
    mkdirSync(place.directory, { recursive: true });
    const path = join(place.directory, 'tool');
    writeFileSync(path, '#!/bin/sh\n', { mode: 0o755 });
    const { host, backend } = await driverFor(place, place.command([path]));
    rmSync(path);
    if (tool !== undefined) writeFileSync(path, tool.text, { mode: tool.mode });
    await backend.launch(launchRequest(1));
    const end = await host.end('1.1');
    expect(end).toMatchObject({ kind: 'failed', failure: 'launch' });
    expect(messageOf(end)).toMatch(message);
  });

  it('fails its launch when its arguments are too long for the system', async () => {
    const place = placeFor();
    const end = await run(place, place.command(['true', '{x}']), { configuration: { x: 'x'.repeat(3_000_000) } });
    expect(end).toMatchObject({ kind: 'failed', failure: 'launch' });
    expect(messageOf(end)).toMatch(/E2BIG/);
  });
});

describe('no process is left', () => {
  it.each([
    ['by children in the background', 'sleep 60 & sleep 60 & exit 0'],
    ['by one that has left the session', 'setsid sleep 60 & sleep 0.2; exit 0'],
    [
      'by one that has left twice and ignores signals',
      `setsid sh -c "trap '' TERM HUP; setsid sleep 60; sleep 60" & sleep 0.2; exit 0`,
    ],
    ['by a failed program', 'setsid sleep 60 & sleep 60 & sleep 0.2; exit 9'],
  ])('%s', async (_, script) => {
    const place = placeFor();
    const end = await run(place, place.shell(script));
    expect(end.kind).toBe(script.endsWith('0') ? 'finished' : 'failed');
    expect(place.leftOvers()).toEqual([]);
  });

  it('when the launcher alone is killed', async () => {
    const place = placeFor();
    const { host, backend } = await driverFor(
      place,
      place.shell('setsid sleep 60 & touch "$FETTLE_CHECKPOINT_DIR/up"; sleep 60'),
    );
    const { handle } = await backend.launch(launchRequest(1));
    await appears(host, join(attemptDirectory(place.directory, '1.1').checkpoint, 'up'));
    sendSignal((handle as { pid: number }).pid, 'SIGKILL');
    expect(await host.end('1.1')).toMatchObject({ kind: 'failed', failure: 'code', signal: 'SIGKILL' });
    expect(place.leftOvers()).toEqual([]);
  });

  it('by a study that is kept in memory only, once it is closed', async () => {
    const place = placeFor();
    const host = new RecordingHost({ directory: undefined, clock: place.clock }, place.shell('sleep 60'));
    const backend = place.make(1);
    backend.open(host);
    const { files, handle } = await backend.launch(launchRequest(1));
    const folder = join(files?.stdout ?? '', '../../../..');
    onTestFinished(() => rmSync(folder, { recursive: true }));
    expect(folder.startsWith(tmpdir())).toBe(true);
    const { pid } = handle as { pid: number };
    backend.close();
    await host.eventually('the end of the process', () => (findProcess(pid)?.zombie === false ? undefined : true));
    expect(host.ends.size).toBe(0);
  });

  it('of attempts that ended while no driver was at work', async () => {
    const place = placeFor();
    const first = await driverFor(
      place,
      place.shell('setsid sleep 60 & sleep 0.2; echo up >>"$FETTLE_METRICS"; sleep 0.3'),
    );
    await first.backend.launch(launchRequest(1));
    first.backend.close();
    await appears(first.host, attemptDirectory(place.directory, '1.1').exit);
    expect(place.leftOvers()).toHaveLength(1);
    // Nobody asks about the attempt any more: its end was recorded, then the driver died.
    await driverFor(place, place.shell('true'));
    await first.host.eventually('the stray to be gone', () => (place.leftOvers().length === 0 ? true : undefined));
  });
});

describe('stopping', () => {
  it('begins with the stop file, and leaves time for a checkpoint', async () => {
    const place = placeFor();
    const program = place.shell('while [ ! -e "$FETTLE_STOP_FILE" ]; do sleep 0.05; done; sleep 0.3; exit 75');
    const { host, backend } = await driverFor(place, program);
    await backend.launch(launchRequest(1));
    backend.stop('1.1', { from: 'checkpoint', grace: 60_000 });
    expect(await host.end('1.1')).toEqual({ kind: 'checkpointed' });
  });

  it('sends the configured signal with it, to the whole group', async () => {
    const place = placeFor({ stopSignal: 'SIGUSR1' });
    const up = '"$FETTLE_CHECKPOINT_DIR/up"';
    const program = place.shell(
      `trap : USR1; sh -c 'trap "echo child; exit" USR1; touch ${up}; sleep 60 & wait' & wait; wait; exit 75`,
    );
    const { host, backend } = await driverFor(place, program);
    await backend.launch(launchRequest(1));
    await appears(host, join(attemptDirectory(place.directory, '1.1').checkpoint, 'up'));
    backend.stop('1.1', { from: 'checkpoint', grace: 60_000 });
    expect(await host.end('1.1')).toEqual({ kind: 'checkpointed' });
    expect(filesOf(place).stdout).toContain('child');
  });

  it('kills in the end, says so, and records why before it does', async () => {
    const place = placeFor();
    const { host, backend } = await driverFor(place, place.program('ignore-stop'));
    await backend.launch(launchRequest(1));
    await host.eventually('its begin', () => (place.starts('1.1') > 0 ? true : undefined));
    backend.stop('1.1', { from: 'checkpoint', grace: 50 });
    const end = await host.end('1.1');
    expect(end).toMatchObject({ kind: 'failed', failure: 'code', signal: 'SIGKILL' });
    expect(messageOf(end)).toBe('It was killed, because it was to stop and had not.');
    expect(JSON.parse(readFileSync(attemptDirectory(place.directory, '1.1').killed, 'utf8'))).toMatchObject({
      cause: 'stop',
    });
  });

  it('is survived by the launcher, which writes the exit code down', async () => {
    const place = placeFor();
    const { host, backend } = await driverFor(place, place.program('sleep'));
    await backend.launch(launchRequest(1));
    await host.eventually('its begin', () => (place.starts('1.1') > 0 ? true : undefined));
    backend.stop('1.1', { from: 'terminate', grace: 60_000 });
    expect(await host.end('1.1')).toMatchObject({ failure: 'code', exitCode: 143, signal: 'SIGTERM' });
    expect(readFileSync(attemptDirectory(place.directory, '1.1').exit, 'utf8')).toBe('143\n');
  });
});

describe('a limit of memory', () => {
  const EATER =
    'const eaten = []; const eat = () => { eaten.push(Buffer.alloc(2e7, 1)); setTimeout(eat, 20); }; eat();';

  it('is enforced on all processes together, with the numbers in the message', async () => {
    const place = placeFor({ memory: '300MiB' });
    const { host, backend } = await driverFor(place, place.shell(`${process.execPath} -e '${EATER}'; true`));
    await backend.launch(launchRequest(1));
    const end = await host.end('1.1');
    expect(end).toMatchObject({ kind: 'failed', failure: 'oom' });
    expect(messageOf(end)).toMatch(/^It used \d+\.\d\d MiB of memory; its limit is 300\.00 MiB\.$/);
    expect(place.leftOvers()).toEqual([]);
  });

  it('counts pages once that processes share', async () => {
    const place = placeFor({ memory: '300MiB' });
    const share = `import os, time
data = bytearray(os.urandom(1)) * 150_000_000
for _ in range(4):
    if os.fork() == 0:
        time.sleep(1.2)
        os._exit(0)
time.sleep(1.5)`;
    expect(await run(place, place.command(['python3', '-c', share]))).toEqual({ kind: 'finished' });
  });
});

describe('GPUs', () => {
  it('are leased, named to the program, and found again by the next driver', async () => {
    const place = placeFor({ gpus: ['0', 'GPU-x'], workers: 5 });
    const backend = new LocalBackend({ gpus: ['0', 'GPU-x'], workers: 5 }, { PATH: process.env['PATH'] });
    const program = place.shell(`${NOTE}; echo "$CUDA_VISIBLE_DEVICES $CUDA_DEVICE_ORDER"; sleep 60`);
    const first = await driverFor(place, program, backend);
    expect(first.backend.capacity()).toBe(2);
    const launched = [await first.backend.launch(launchRequest(1)), await first.backend.launch(launchRequest(2))];
    await first.host.eventually('both to begin', () =>
      place.starts('1.1') + place.starts('2.1') === 2 ? true : undefined,
    );
    expect(launched.map(({ handle }) => (handle as { gpus: string[] }).gpus)).toEqual([['0'], ['GPU-x']]);
    await first.host.eventually('the variable', () => (filesOf(place).stdout === '0 PCI_BUS_ID\n' ? true : undefined));
    first.backend.close();

    const host = new RecordingHost(place, program);
    const next = new LocalBackend({ gpus: ['0', 'GPU-x'], workers: 5 });
    next.open(host);
    onTestFinished(() => next.close());
    // The handle of trial 1 was never recorded: the claim knows its GPU as well.
    await next.adopt([{ request: launchRequest(1) }, { request: launchRequest(2), handle: launched[1]?.handle }]);
    next.stop('2.1', { from: 'kill', grace: 0 });
    await host.end('2.1');
    const { handle } = await next.launch(launchRequest(3));
    expect((handle as { gpus: string[] }).gpus).toEqual(['GPU-x']);
    for (const attempt of ['1.1', '3.1'] as const) next.stop(attempt, { from: 'kill', grace: 0 });
    await host.end('1.1');
    await host.end('3.1');
  });

  it('are those that the driver itself is confined to', async () => {
    const place = placeFor();
    const backend = new LocalBackend({ gpus: 'auto' }, { PATH: process.env['PATH'], CUDA_VISIBLE_DEVICES: '2, 5' });
    const { host } = await driverFor(
      place,
      place.shell('echo "$CUDA_VISIBLE_DEVICES ${CUDA_DEVICE_ORDER-unset}"'),
      backend,
    );
    expect(backend.capacity()).toBe(2);
    await backend.launch(launchRequest(1));
    await host.end('1.1');
    expect(filesOf(place).stdout).toBe('2 unset\n');
  });
});

describe('a record of another time or place', () => {
  /** An attempt that some launcher claimed; its process is one that runs for certain: this one. */
  function claimedBy(place: LocalPlace, who: { host?: string; boot?: string; start?: string }): void {
    const machine = thisMachine();
    const { path } = attemptDirectory(place.directory, '1.1');
    mkdirSync(path, { recursive: true });
    const start = who.start ?? findProcess(process.pid)?.start ?? '';
    symlinkSync(
      `${process.pid} ${claimant(who.host ?? machine.host, who.boot ?? machine.boot, [])} ${start}`,
      claimPath(path, 1),
    );
  }

  async function adopted(place: LocalPlace): Promise<AttemptEnd | string | undefined> {
    const backend = place.make(1);
    backend.open(new RecordingHost(place, place.shell('true')));
    onTestFinished(() => backend.close());
    const [adoption] = await backend.adopt([{ request: launchRequest(1) }]);
    return adoption?.status === 'ended' ? adoption.end : adoption?.status;
  }

  it('of a run of the machine before this one means that the node failed', async () => {
    const place = placeFor();
    claimedBy(place, { boot: 'another-boot' });
    expect(await adopted(place)).toMatchObject({ kind: 'failed', failure: 'node' });
  });

  it('of a process whose number somebody else has now is not taken for it', async () => {
    const place = placeFor();
    claimedBy(place, { start: '1' });
    expect(await adopted(place)).toMatchObject({ kind: 'failed', failure: 'unknown' });
  });

  it('of a process that has ended and was not waited for is not taken for a running one', () => {
    const child = spawn('sleep', ['60']);
    const entry = findProcess(child.pid ?? 0);
    expect(entry !== undefined && isAlive(entry)).toBe(true);
    child.kill('SIGKILL');
    // Nothing is awaited here: this process cannot learn of the end of its child before this test returns.
    let now = entry;
    while (now?.zombie === false) now = findProcess(child.pid ?? 0);
    expect(now).toMatchObject({ zombie: true, start: entry?.start });
    expect(entry !== undefined && isAlive(entry)).toBe(false);
  });

  it('of another machine is not guessed about', async () => {
    const place = placeFor();
    claimedBy(place, { host: 'another-machine' });
    await expect(adopted(place)).rejects.toThrow(
      /Attempt 1\.1 was started on the machine 'another-machine' and has not ended/,
    );
    // What the remedy says to do.
    writeFileSync(attemptDirectory(place.directory, '1.1').exit, '137\n');
    expect(await adopted(place)).toMatchObject({ kind: 'failed', signal: 'SIGKILL' });
  });

  it('that an earlier driver killed it says why', async () => {
    const place = placeFor();
    claimedBy(place, { start: '1' });
    const message = 'It used 3.00 GiB of memory; its limit is 2.00 GiB.';
    writeFileSync(attemptDirectory(place.directory, '1.1').killed, `${JSON.stringify({ cause: 'memory', message })}\n`);
    expect(await adopted(place)).toMatchObject({ kind: 'failed', failure: 'oom', message });
  });

  it('that the program has written itself is none', async () => {
    const place = placeFor();
    claimedBy(place, { start: '1' });
    writeFileSync(attemptDirectory(place.directory, '1.1').killed, 'not at all\n');
    expect(await adopted(place)).toMatchObject({ kind: 'failed', failure: 'unknown' });
  });
});

describe('launching the same attempt twice', () => {
  it('from two drivers at once runs it once, and both learn of its one end', async () => {
    const place = placeFor();
    const program = place.shell(`${NOTE}; sleep 0.1; exit 4`);
    for (let trial = 1; trial <= 12; trial += 1) {
      const drivers = [await driverFor(place, program), await driverFor(place, program)];
      await Promise.all(drivers.map(({ backend }) => backend.launch(launchRequest(trial))));
      for (const { host } of drivers) {
        expect(await host.end(`${trial}.1`)).toMatchObject({ exitCode: 4 });
      }
      await drivers[0]?.host.wait(100);
      for (const { host, backend } of drivers) {
        expect(host.ends.get(`${trial}.1`)).toHaveLength(1);
        backend.close();
      }
      expect(place.starts(`${trial}.1`)).toBe(1);
    }
  });

  it('by a launcher that comes after its claim was revoked runs nothing', async () => {
    const place = placeFor();
    const program = place.program('finish');
    const { host, backend } = await driverFor(place, program);
    await backend.adopt([{ request: launchRequest(1) }]);
    const pad = { program, study: host.study.id, machine: thisMachine(), ln: '/bin/ln', environment: process.env };
    const directory = attemptDirectory(place.directory, '1.1');
    mkdirSync(directory.checkpoint);
    const late = spawnLauncher(pad, launchRequest(1), directory, 1, []);
    expect(await new Promise((resolve) => late.once('exit', resolve))).toBe(0);
    expect(place.starts('1.1')).toBe(0);
    expect(existsSync(directory.exit)).toBe(false);
  });

  it('after the first was revoked: the late launcher loses, the new one runs', async () => {
    const place = placeFor();
    const { path } = attemptDirectory(place.directory, '1.1');
    const backend = place.make(1);
    const host = new RecordingHost(place, place.program('finish'));
    backend.open(host);
    onTestFinished(() => backend.close());
    const adoptions = await backend.adopt([{ request: launchRequest(1) }]);
    expect(adoptions).toEqual([{ attempt: '1.1', status: 'never-launched' }]);
    expect(readlinkSync(claimPath(path, 1))).toBe('revoked');
    await backend.launch(launchRequest(1));
    expect(await host.end('1.1')).toEqual({ kind: 'finished' });
    expect(place.starts('1.1')).toBe(1);
    expect(readdirSync(path).filter((name) => name.startsWith('claim'))).toEqual(['claim-1', 'claim-2']);
  });
});
