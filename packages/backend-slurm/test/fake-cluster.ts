import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RandomStream } from '@fettle/core';
import type { VirtualClock } from '@fettle/core/testing';
import type { SlurmCommand } from '../src/jobs/slurm.ts';
import { readOrder } from '../src/slots/orders.ts';

/** What a fake cluster is like. Times in milliseconds. */
export interface FakeClusterOptions {
  readonly clock: VirtualClock;
  readonly random: RandomStream;
  /** How long a job waits in the queue. */
  readonly wait: number;
  /** Mean time after which a job dies without a word; `Infinity`: never. */
  readonly life: number;
  /** How long an attempt takes. */
  readonly attempt: number;
  /** Attempts after which an agent leaves. */
  readonly attempts: number;
  readonly idle: number;
}

interface FakeJob {
  readonly name: string;
  readonly index: number;
  readonly number: number;
  state: 'PENDING' | 'RUNNING' | 'over';
}

/**
 * Slurm's commands and the agents of its jobs in virtual time: jobs wait, run attempts as they are told in the files of their
 * slots, and some die without a word. Of those that are over only the accounting knows.
 */
export class FakeCluster {
  /** When each command was run. */
  readonly calls = new Map<string, number[]>();
  readonly #options: FakeClusterOptions;
  readonly #jobs: FakeJob[] = [];

  constructor(options: FakeClusterOptions) {
    this.#options = options;
  }

  readonly command: SlurmCommand = async (command, args) => {
    const { clock } = this.#options;
    this.calls.set(command, [...(this.calls.get(command) ?? []), clock.now()]);
    return { exitCode: 0, stdout: this.#answer(command, args), stderr: '' };
  };

  #answer(command: string, args: readonly string[]): string {
    switch (command) {
      case 'sbatch':
        return args[0] === '--version' ? 'slurm 24.05.4\n' : this.#submit(args);
      case 'squeue':
        return this.#jobs
          .filter(({ state }) => state !== 'over')
          .map(({ name, index, number, state }) => `${number}|${number}|${index}|${name}|${state}|Priority|\n`)
          .join('');
      case 'sacct': {
        const names = new Set(args.at(-1)?.replace('--name=', '').split(','));
        return this.#jobs
          .filter(({ state, name }) => state === 'over' && names.has(name))
          .map(({ name, index, number }) => `${number}_${index}|${number}|${name}|NODE_FAIL|0:0|n1\n`)
          .join('');
      }
      default:
        for (const job of this.#jobs)
          if (job.state === 'PENDING' && args.includes(`--name=${job.name}`)) job.state = 'over';
        return '';
    }
  }

  #submit(args: readonly string[]): string {
    const option = (name: string): string | undefined =>
      args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
    const name = option('job-name') ?? '';
    const folder = option('chdir') ?? '';
    const minutes = Number(option('time'));
    const number = this.#jobs.length + 1;
    const last = Number(option('array')?.split('-')[1] ?? 0);
    for (let index = 0; index <= last; index += 1) {
      const job: FakeJob = { name, index, number: number + index, state: 'PENDING' };
      this.#jobs.push(job);
      this.#options.clock.after(this.#options.wait, () => {
        if (job.state === 'PENDING') this.#start(job, join(folder, String(index)), minutes * 60_000);
      });
    }
    return `${number}\n`;
  }

  #start(job: FakeJob, folder: string, limit: number): void {
    const { clock, random, life, attempt: takes, attempts, idle } = this.#options;
    const [end, death] = [clock.now() + limit, clock.now() - life * Math.log(1 - random.next())];
    let [seq, orders, ended, since] = [0, 0, 0, clock.now()];
    let running: { readonly attempt: string; readonly until: number } | undefined;
    const say = (kind: string, more: object): void => {
      seq += 1;
      appendFileSync(join(folder, 'from-agent.jsonl'), `${JSON.stringify({ seq, at: clock.now(), kind, ...more })}\n`);
    };
    const leave = (why: string): void => {
      if (running !== undefined) say('ended', { attempt: running.attempt, exitCode: 143, evicted: why });
      say('leaving', { why });
      job.state = 'over';
    };
    const look = (): void => {
      const now = clock.now();
      if (now >= death) {
        job.state = 'over';
        return;
      }
      if (running !== undefined && now >= running.until) {
        say('ended', { attempt: running.attempt, exitCode: 0 });
        [running, since] = [undefined, now];
        ended += 1;
        if (ended === attempts) return leave('it has run as many attempts as one job may');
      }
      const given = readFileSync(join(folder, 'to-agent'), 'utf8')
        .split('\n')
        .flatMap((line) => readOrder(line) ?? []);
      for (const order of given.slice(orders)) {
        if (order.kind === 'run') {
          say('started', { attempt: order.attempt, pid: 1 });
          running = { attempt: order.attempt, until: now + takes * (0.5 + random.next()) };
        }
        if (order.kind === 'leave') return leave('the driver needs it no longer');
      }
      orders = given.length;
      if (now >= end) return leave('the job is near its time limit');
      if (running === undefined && now >= since + idle) return leave('nothing to do');
      say('alive', {});
      clock.after(30_000, look);
    };
    job.state = 'RUNNING';
    say('hello', { job: String(job.number), restart: 0, node: 'n1' });
    look();
  }
}
