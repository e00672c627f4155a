import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { attemptDirectory } from '../../src/backends/attempt-directory.ts';
import type { LocalBackend } from '../../src/backends/local-backend.ts';
import type { AttemptEnd } from '../../src/domain/failure.ts';
import { attemptId } from '../../src/domain/trial.ts';
import type { Adoption } from '../../src/ports/backend.ts';
import { launchRequest } from '../../src/testing/backend-bench.ts';
import { RecordingHost } from '../../src/testing/recording-host.ts';
import { LocalPlace, NOTE } from '../fixtures/local-place.ts';

const DRIVER = join(import.meta.dirname, '../fixtures/programs/driver.ts');

interface Victim {
  readonly process: ChildProcess;
  /** What it has printed. */
  printed(): string[];
  /** Its exit code or signal. */
  readonly exited: Promise<number | string | null>;
}

/** A driver of its own, which launches so many attempts of a script. */
function startDriver(place: LocalPlace, script: string, attempts: number, then = 'stay'): Victim {
  const argv = [
    DRIVER,
    place.directory,
    'contract-study',
    script.replaceAll('{', '{{').replaceAll('}', '}}'),
    String(attempts),
    then,
  ];
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return {
    process: child,
    printed: () => text.split('\n').slice(0, -1),
    exited: new Promise((resolve) => child.once('exit', (code, signal) => resolve(signal ?? code))),
  };
}

interface Heir {
  readonly host: RecordingHost;
  readonly backend: LocalBackend;
  readonly adoptions: readonly Adoption[];
}

async function nextDriver(place: LocalPlace, script: string, attempts: number): Promise<Heir> {
  const host = new RecordingHost(place, place.shell(script));
  const backend = place.make(attempts);
  backend.open(host);
  onTestFinished(() => backend.close());
  const recorded = Array.from({ length: attempts }, (_, index) => ({ request: launchRequest(index + 1) }));
  return { host, backend, adoptions: await backend.adopt(recorded) };
}

function newPlace(): LocalPlace {
  const place = new LocalPlace();
  onTestFinished(() => place.close());
  return place;
}

describe('when a driver is killed', () => {
  it('its attempts go on, and the next driver takes them over as they are', async () => {
    const place = newPlace();
    // Trial 1 ends while nobody looks, trial 2 ends under the next driver, trial 3 does not end by itself.
    const script = `${NOTE}; case $FETTLE_TRIAL in 1) sleep 60 & sleep 0.5; exit 75;; 2) while [ ! -e "$FETTLE_CHECKPOINT_DIR/go" ]; do sleep 0.05; done; exit 6;; esac; sleep 60`;
    const victim = startDriver(place, script, 3);
    const look = new RecordingHost(place, place.shell(''));
    await look.eventually('three launches', () => (victim.printed().at(-1) === '3' ? true : undefined));
    await look.eventually('three begins', () =>
      [1, 2, 3].every((trial) => place.starts(attemptId(trial, 1)) === 1) ? true : undefined,
    );
    victim.process.kill('SIGKILL');
    await victim.exited;
    await look.eventually('the end of trial 1', () =>
      existsSync(attemptDirectory(place.directory, '1.1').exit) ? true : undefined,
    );
    // What it left in its group died with it, without any driver.
    await look.eventually('the end of its child', () => (place.leftOvers('1.1').length === 0 ? true : undefined));

    const { host, backend, adoptions } = await nextDriver(place, script, 3);
    expect(adoptions.map(({ status }) => status)).toEqual(['ended', 'running', 'running']);
    expect(adoptions[0]).toMatchObject({ end: { kind: 'checkpointed' } satisfies AttemptEnd });
    const { checkpoint } = attemptDirectory(place.directory, '2.1');
    writeFileSync(join(checkpoint, 'go'), '');
    expect(await host.end('2.1')).toMatchObject({ exitCode: 6 });
    backend.stop('3.1', { from: 'terminate', grace: 1000 });
    expect(await host.end('3.1')).toMatchObject({ exitCode: 143 });
    expect([1, 2, 3].map((trial) => place.starts(attemptId(trial, 1)))).toEqual([1, 1, 1]);
    expect([...host.ends.values()].map((ends) => ends.length)).toEqual([1, 1]);
    expect(place.leftOvers()).toEqual([]);
  });

  it('at any instant of launching, every attempt runs exactly once', async () => {
    const script = `${NOTE}; sleep 0.05`;
    const seen = new Set<string>();
    for (let round = 0; round < 12; round += 1) {
      const place = newPlace();
      const victim = startDriver(place, script, 6);
      const look = new RecordingHost(place, place.shell(''));
      await look.eventually('the driver to open', () => (victim.printed().includes('opened') ? true : undefined));
      // 0 to 33 ms after it was seen to be open: before, between and after the launches.
      await look.wait(round * 3);
      victim.process.kill('SIGKILL');
      await victim.exited;
      const { host, backend, adoptions } = await nextDriver(place, script, 6);
      for (const [index, { status, attempt }] of adoptions.entries()) {
        seen.add(status);
        if (status === 'never-launched') await backend.launch(launchRequest(index + 1));
        if (status !== 'ended') expect(await host.end(attempt)).toEqual({ kind: 'finished' });
        expect(place.starts(attempt)).toBe(1);
      }
      await host.wait(50);
      expect([...host.ends.values()].every((ends) => ends.length === 1)).toBe(true);
      expect(place.leftOvers()).toEqual([]);
    }
    // The rounds have met what they were meant to meet.
    expect(seen.size).toBeGreaterThanOrEqual(2);
  });

  it('and closed in order, it does not wait for its attempts, which go on', async () => {
    const place = newPlace();
    const victim = startDriver(place, `${NOTE}; sleep 60`, 2, 'close');
    expect(await victim.exited).toBe(0);
    const look = new RecordingHost(place, place.shell(''));
    await look.eventually('two begins', () => (place.starts('1.1') + place.starts('2.1') === 2 ? true : undefined));
    const { host, backend, adoptions } = await nextDriver(place, `${NOTE}; sleep 60`, 2);
    expect(adoptions.map(({ status }) => status)).toEqual(['running', 'running']);
    for (const attempt of ['1.1', '2.1'] as const) backend.stop(attempt, { from: 'kill', grace: 0 });
    await host.end('1.1');
    await host.end('2.1');
    expect(place.leftOvers()).toEqual([]);
  });
});
