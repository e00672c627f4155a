import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRandomStream, type StudyEvent } from '@fettle/core';
import { readSqliteStore } from '@fettle/core/store';
import { expect, it, onTestFinished } from 'vitest';
import { describeAsRoot, describeOnSlurm, describeOnSlurmWithAccounting } from '../describe-on-slurm.ts';
import { processesWith, SlurmCluster } from '../slurm-cluster.ts';

const TRIALS = 200;
const SLOTS = 6;
const SEED = 11;

let cluster: SlurmCluster;

/** The driver of the study, started anew whenever it is gone. */
class Drivers {
  readonly directory: string;
  #child: ChildProcess;
  #exit: Promise<number | null>;
  /** Exit code of the driver that ended by itself. */
  code: number | undefined;

  constructor(directory: string) {
    this.directory = directory;
    [this.#child, this.#exit] = this.#start();
  }

  async killAndRestart(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exit;
    if (this.code === undefined) [this.#child, this.#exit] = this.#start();
  }

  /** Starts it again if it has given up. */
  async restartIfFailed(): Promise<void> {
    if (this.code === undefined || this.code === 0) return;
    await this.#exit;
    this.code = undefined;
    [this.#child, this.#exit] = this.#start();
  }

  /** Starts another one beside the first. @returns its exit code; undefined if the first one has ended by then */
  async second(): Promise<number | null | undefined> {
    const code = await this.#spawn('ignore')[1];
    return this.code === undefined ? code : undefined;
  }

  #start(): [ChildProcess, Promise<number | null>] {
    const [child, exit] = this.#spawn('inherit');
    void exit.then((code) => {
      if (code !== null) this.code = code;
    });
    return [child, exit];
  }

  #spawn(stderr: 'inherit' | 'ignore'): [ChildProcess, Promise<number | null>] {
    const driver = new URL('../fixtures/driver.ts', import.meta.url).pathname;
    const child = spawn(
      process.execPath,
      ['-C', '@fettle/source', driver, this.directory, String(TRIALS), String(SLOTS)],
      { env: { ...process.env, ...cluster.environment, CODE_RETRIES: '9' }, stdio: ['ignore', 'ignore', stderr] },
    );
    onTestFinished(() => void child.kill('SIGKILL'));
    const exit = new Promise<number | null>((resolve) => {
      child.once('exit', resolve);
    });
    return [child, exit];
  }
}

/** Somebody with more rights takes a node for a moment. */
async function preempt(node: string): Promise<void> {
  const id = cluster
    .run('sbatch', '--parsable', '-p', 'high', '--exclusive', '-w', node, '-o', '/dev/null', '--wrap', 'sleep 1')
    .trim();
  for (let looks = 0; looks < 40 && cluster.run('squeue', '-h', '-j', id).trim() !== ''; looks += 1) await sleep(250);
}

function runningJobs(): string[] {
  return cluster.run('squeue', '-h', '-r', '-t', 'RUNNING', '-o', '%i').trim().split('\n').filter(Boolean);
}

async function freeze(pid: number, milliseconds: number): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  await sleep(milliseconds);
  process.kill(pid, 'SIGCONT');
}

describeOnSlurm('a study on a Slurm cluster where everything breaks', () => {
  it('accounts for every trial exactly once', { timeout: 400_000 }, () => breakEverything(false));
});

describeOnSlurmWithAccounting('a study on a Slurm cluster with accounting, where everything breaks', () => {
  describeAsRoot('and the disk fills up', () => {
    it('accounts for every trial exactly once', { timeout: 400_000 }, () => breakEverything(true));
  });
});

/** @param everything the accounting and the study's disk, too */
async function breakEverything(everything: boolean): Promise<void> {
  // With accounting, jobs that are over are soon to be found there only.
  cluster = await SlurmCluster.start({ nodes: 3, accounting: everything, extra: everything ? ['MinJobAge=2'] : [] });
  onTestFinished(() => cluster.stop());
  const directory = mkdtempSync(join(tmpdir(), 'fettle-chaos-'));
  const random = createRandomStream(SEED, 'chaos');
  const pick = <T>(items: readonly T[]): T | undefined => items[Math.floor(random.next() * items.length)];
  onTestFinished(() => {
    if (everything) execFileSync('/usr/bin/umount', ['--lazy', directory]);
    rmSync(directory, { recursive: true, force: true });
  });
  if (everything) execFileSync('/usr/bin/mount', ['-t', 'tmpfs', '-o', 'size=32m', 'tmpfs', directory]);
  const drivers = new Drivers(directory);
  const faults: readonly (readonly [name: string, fault: () => Promise<void>])[] = [
    ['kill -9 of the driver', () => drivers.killAndRestart()],
    ['a job cancelled by hand', async () => void cluster.run('scancel', pick(runningJobs()) ?? '0')],
    ['a job requeued by hand', async () => void cluster.run('scontrol', 'requeue', pick(runningJobs()) ?? '0')],
    [
      'kill -9 of the controller',
      async () => {
        process.kill(cluster.pidOf('slurmctld'), 'SIGKILL');
        await sleep(500);
        cluster.startController();
        await sleep(1500);
      },
    ],
    [
      'a node dies',
      async () => {
        cluster.crashNode('n2');
        cluster.run('scontrol', 'update', 'nodename=n2', 'state=down', 'reason=test');
        await sleep(500);
        cluster.startNode('n2');
        await sleep(1500);
      },
    ],
    [
      'the controller freezes while the driver comes back and submits',
      async () => {
        const controller = cluster.pidOf('slurmctld');
        const frozen = freeze(controller, 5000);
        await drivers.killAndRestart();
        await frozen;
      },
    ],
    [
      'a node is drained',
      async () => void cluster.run('scontrol', 'update', 'nodename=n3', 'state=drain', 'reason=test'),
    ],
    ['and taken back', async () => void cluster.run('scontrol', 'update', 'nodename=n3', 'state=resume')],
    [
      'kill -9 of an agent',
      async () => {
        const agent = pick(processesWith(`${directory}/slurm/agent-`));
        if (agent !== undefined) process.kill(agent, 'SIGKILL');
      },
    ],
    ['preempted without grace', () => preempt('n1')],
    [
      'preempted with grace',
      async () => {
        cluster.run('scontrol', 'update', 'partitionname=debug', 'GraceTime=5');
        await preempt('n3');
        cluster.run('scontrol', 'update', 'partitionname=debug', 'GraceTime=0');
      },
    ],
    [
      'the folder of a batch is removed',
      async () => {
        const slots = join(directory, 'slurm', 'slots');
        const batch = pick(readdirSync(slots));
        if (batch !== undefined) rmSync(join(slots, batch), { recursive: true, force: true, maxRetries: 5 });
      },
    ],
    ['a second driver is started', async () => expect([1, undefined]).toContain(await drivers.second())],
    [
      'the time limit comes early',
      async () => void cluster.run('scontrol', 'update', `jobid=${pick(runningJobs()) ?? 0}`, 'EndTime=now+2'),
    ],
  ];
  const further: typeof faults = [
    [
      'the accounting freezes while a job vanishes',
      async () => {
        const frozen = freeze(cluster.pidOf('slurmdbd'), 6000);
        cluster.run('scancel', '--signal=KILL', '--full', pick(runningJobs()) ?? '0');
        await frozen;
      },
    ],
    [
      'the quota is exceeded',
      async () => {
        const ballast = join(directory, 'ballast');
        expect(() => writeFileSync(ballast, Buffer.alloc(64 * 2 ** 20))).toThrow('ENOSPC');
        await sleep(3000);
        rmSync(ballast);
        // A driver that cannot commit leaves; nothing is lost by it.
        await drivers.restartIfFailed();
      },
    ],
  ];
  const struck: string[] = [];
  for (const [name, fault] of everything ? [...further, ...faults, ...further] : [...faults, ...faults]) {
    if (drivers.code !== undefined) break;
    await sleep(300 + random.next() * 1500);
    await fault();
    struck.push(name);
  }
  for (let waited = 0; drivers.code === undefined && waited < 300; waited += 1) await sleep(500);
  expect(drivers.code).toBe(0);
  // The study is long enough for each of them.
  expect(struck.length).toBeGreaterThanOrEqual(faults.length + (everything ? further.length : 0));

  const events = journal(directory);
  const last = new Map<number, string>();
  const attempts = new Map<string, number>();
  for (const { type, body } of events) {
    if ('trial' in body && type.startsWith('trial:') && type !== 'trial:reported') last.set(body.trial, type);
    if (type === 'attempt:ended')
      attempts.set(`${body.trial}.${body.attempt}`, (attempts.get(`${body.trial}.${body.attempt}`) ?? 0) + 1);
  }
  expect([...last.keys()].sort((a, b) => a - b)).toEqual(Array.from({ length: TRIALS }, (_, index) => index + 1));
  expect(new Set(last.values())).toEqual(new Set(['trial:paused', 'trial:completed']));
  expect([...attempts.values()].every((count) => count === 1)).toBe(true);
  const reports = events.flatMap((event) =>
    event.type === 'trial:reported' ? [`${event.body.trial} at ${event.body.resource}`] : [],
  );
  expect(new Set(reports).size).toBe(reports.length);
  for (const trial of readdirSync(join(directory, 'trials'))) {
    const lines = readFileSync(join(directory, 'trials', trial, 'checkpoint', 'steps'), 'utf8')
      .trim()
      .split('\n');
    const steps = lines.map((line) => line.split(' ').map(Number) as [step: number, attempt: number]);
    for (const [index, [step, attempt]] of steps.entries()) {
      const [before, attemptBefore] = steps[index - 1] ?? [0, 0];
      // Within an attempt steps follow each other: it ran once. A later attempt begins at the last saved step or before it.
      if (attempt === attemptBefore) expect(step).toBe(before + 1);
      else expect([attempt > attemptBefore, step <= before + 1]).toEqual([true, true]);
    }
  }
}

function journal(directory: string): StudyEvent[] {
  const reader = readSqliteStore(join(directory, 'study.db'));
  try {
    return [...reader.journal()];
  } finally {
    reader.close();
  }
}
