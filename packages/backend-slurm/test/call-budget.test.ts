import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { type AttemptEnd, type AttemptId, createRandomStream } from '@fettle/core';
import { launchRequest, RecordingHost, VirtualClock } from '@fettle/core/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { budgetText, callBudget } from '../src/site/call-budget.ts';
import { SlurmBackend } from '../src/slurm-backend.ts';
import { slurmOptions } from '../src/slurm-options.ts';
import { FakeCluster } from './fake-cluster.ts';

const [SECOND, MINUTE, HOUR, DAY] = [1000, 60_000, 3_600_000, 86_400_000];

/** A host with as many trials as there are places, one after the other. */
class BusyHost extends RecordingHost {
  backend: SlurmBackend | undefined;
  launched = 0;
  running = 0;

  override ended(attempt: AttemptId, end: AttemptEnd): void {
    super.ended(attempt, end);
    this.running -= 1;
    this.fill();
  }

  override capacityChanged(): void {
    this.fill();
  }

  fill(): void {
    while (this.backend !== undefined && this.running < this.backend.capacity()) {
      this.launched += 1;
      this.running += 1;
      void this.backend.launch(launchRequest(this.launched));
    }
  }
}

/** Runs a study for a day. */
async function day(
  given: object,
  cluster: { readonly wait: number; readonly life: number; readonly attempt: number },
): Promise<{
  readonly calls: FakeCluster['calls'];
  readonly host: BusyHost;
  readonly options: ReturnType<typeof slurmOptions.parse>;
}> {
  // In memory, where there is such a place: thousands of lines are flushed.
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'fettle-day-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const clock = new VirtualClock();
  const options = slurmOptions.parse({ slots: 4, minutes: 240, pollSeconds: 60, ...given });
  const attempts = options.bind === 'submit' ? 1 : (options.attemptsPerJob ?? Number.POSITIVE_INFINITY);
  const fake = new FakeCluster({ clock, random: createRandomStream(5, 'day'), idle: 5 * MINUTE, attempts, ...cluster });
  const program = { kind: 'command', command: ['true'], workingDirectory: folder, environment: {} } as const;
  const host = new BusyHost({ directory: folder, clock }, program);
  const backend = new SlurmBackend(options, {}, fake.command);
  await backend.open(host);
  await backend.adopt([]);
  host.backend = backend;
  host.fill();
  while (clock.now() < DAY) {
    clock.idle();
    // oxlint-disable-next-line no-await-in-loop -- What was begun at one instant goes on before the next.
    await turn();
  }
  await backend.close();
  return { calls: fake.calls, host, options };
}

/** Most calls in any hour. */
function mostInAnHour(times: readonly number[] = []): number {
  return Math.max(0, ...times.map((time) => times.filter((other) => other > time - HOUR && other <= time).length));
}

const CALM = { wait: 10 * MINUTE, life: Number.POSITIVE_INFINITY, attempt: HOUR };
/** Jobs begin at once, and most die before they have done anything. */
const STORM = { wait: SECOND, life: 10 * MINUTE, attempt: 20 * MINUTE };
/** Jobs begin at once, and what they run is short. */
const RUSH = { wait: SECOND, life: Number.POSITIVE_INFINITY, attempt: 2 * MINUTE };

describe('what a study asks of Slurm in a day', () => {
  it.each([
    ['slots that stay, while jobs die all the time', {}, STORM],
    ['a job for each attempt, each of them short', { attemptsPerJob: 1, squeueSeconds: 120, pollSeconds: 20 }, RUSH],
    ['jobs known at submission, while they die', { bind: 'submit' }, STORM],
  ])('stays within what doctor prints: %s', async (_, given, cluster) => {
    const { calls, host, options } = await day(given, cluster);
    const budget = callBudget(options);
    for (const [command, times] of calls) {
      const most = Object.entries(budget).find(([name]) => name === command)?.[1];
      expect([command, mostInAnHour(times) <= (most ?? 0)]).toEqual([command, true]);
    }
    const [submissions, cancellations] = [calls.get('sbatch')?.length ?? 0, calls.get('scancel')?.length ?? 0];
    // One of them asked for the version.
    expect(submissions - 1).toBeLessThanOrEqual(
      options.bind === 'submit' ? host.launched : (DAY / HOUR) * budget.sbatch,
    );
    expect(cancellations).toBeLessThan(submissions);
    // The day was a busy one.
    expect(host.ends.size).toBeGreaterThan(80);
  });

  it('is little on a calm day', async () => {
    const { calls } = await day({}, CALM);
    // Four jobs after the other four, and ten minutes between two looks when nothing has changed.
    expect(calls.get('sbatch')?.length).toBeLessThan(40);
    expect(calls.get('squeue')?.length).toBeLessThan(24 * 20);
    expect(calls.get('sacct') ?? []).toEqual([]);
  });

  it('is told in words', () => {
    expect(budgetText(slurmOptions.parse({ slots: 500, minutes: 60 }))).toBe(
      'at most squeue 121, sbatch 121, scancel 121, sacct 121 times an hour, whatever the number of slots; far less while nothing changes',
    );
    expect(budgetText(slurmOptions.parse({ slots: 5, minutes: 60, bind: 'submit', squeueSeconds: 60 }))).toContain(
      'squeue 61, sbatch once for each attempt',
    );
  });
});
