import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { Adoption, AttemptEnd, AttemptId, LaunchRequest, Logger } from '@fettle/core';
import { RecordingHost, VirtualClock } from '@fettle/core/testing';
import { onTestFinished } from 'vitest';
import type { CommandResult } from '../src/commands/submission-result.ts';
import type { SlurmCommand } from '../src/jobs/slurm.ts';
import { SlurmBackend } from '../src/slurm-backend.ts';
import { slurmOptions } from '../src/slurm-options.ts';

/** A job that Slurm has taken. */
export interface HandJob {
  readonly name: string;
  /** Index, or those of an array. */
  readonly index: string;
  /** State, reason and node, as `squeue` has them; `undefined`: the queue has forgotten it. */
  listed: string | undefined;
}

/** A driver in virtual time, before a Slurm whose every word is the test's. */
export class HandSlurm {
  readonly clock: VirtualClock;
  readonly directory: string;
  readonly host: RecordingHost;
  readonly backend: SlurmBackend;
  /** What was said to a person. */
  readonly warnings: string[] = [];
  readonly calls: { readonly command: string; readonly args: readonly string[]; readonly at: number }[] = [];
  readonly jobs: HandJob[];
  /** What a command says, and when, instead of what it should. */
  readonly instead = new Map<string, (args: readonly string[]) => Promise<CommandResult> | undefined>();
  /** How jobs are listed that are submitted from now on. */
  listing = 'PENDING|Priority|';
  readonly #seqs: Map<string, number>;

  /** @param before the driver that was killed, for one that goes on with its study and its jobs */
  constructor(options: object, command: readonly string[] = ['true'], before?: HandSlurm) {
    this.directory = before?.directory ?? realpathSync(mkdtempSync(join(tmpdir(), 'fettle-hand-')));
    this.clock = new VirtualClock(before?.clock.now() ?? 1e12);
    this.jobs = before?.jobs ?? [];
    this.#seqs = before === undefined ? new Map() : before.#seqs;
    if (before === undefined) onTestFinished(() => rmSync(this.directory, { recursive: true }));
    const logger: Logger = {
      debug: () => undefined,
      info: () => undefined,
      warn: (message) => void this.warnings.push(message),
      error: (message) => void this.warnings.push(message),
    };
    const program = { kind: 'command', command, workingDirectory: this.directory, environment: {} } as const;
    this.host = Object.assign(new RecordingHost({ directory: this.directory, clock: this.clock }, program), { logger });
    this.backend = new SlurmBackend(slurmOptions.parse({ slots: 1, minutes: 60, ...options }), {}, this.#command);
  }

  /** Opens the study, in which these attempts were begun. */
  async open(...begun: readonly LaunchRequest[]): Promise<readonly Adoption[]> {
    await this.backend.open(this.host);
    return await this.backend.adopt(begun.map((request) => ({ request })));
  }

  /** Opens the study, whose first slot has an agent that waits for work. */
  async openIdle(): Promise<void> {
    this.listing = 'RUNNING|None|n1';
    await this.open();
    this.hello('1-1/0');
    await this.wait(5000);
  }

  /** The agent of a slot writes a record. */
  say(slot: string, kind: string, more: object = {}): void {
    const seq = (this.#seqs.get(slot) ?? 0) + 1;
    this.#seqs.set(slot, seq);
    const folder = join(this.directory, 'slurm', 'slots', slot);
    mkdirSync(folder, { recursive: true });
    appendFileSync(
      join(folder, 'from-agent.jsonl'),
      `${JSON.stringify({ seq, at: this.clock.now(), kind, ...more })}\n`,
    );
  }

  hello(slot: string): void {
    this.say(slot, 'hello', { job: '1', restart: 0, node: 'n1' });
  }

  /** What an agent was told. */
  orders(slot: string): string {
    return readFileSync(join(this.directory, 'slurm', 'slots', slot, 'to-agent'), 'utf8');
  }

  /** Nothing can be written to the ledger. @returns mends that */
  breakLedger(): () => void {
    const path = join(this.directory, 'slurm', 'ledger.jsonl');
    renameSync(path, `${path}.aside`);
    mkdirSync(path);
    return () => {
      rmdirSync(path);
      renameSync(`${path}.aside`, path);
    };
  }

  /** Lets time pass, and everything happen that falls due in it. */
  async wait(milliseconds: number): Promise<void> {
    const end = this.clock.now() + milliseconds;
    this.clock.after(milliseconds, () => undefined);
    while (this.clock.now() < end) {
      // oxlint-disable-next-line no-await-in-loop -- What was begun at one instant goes on before the next.
      await turn();
      this.clock.idle();
    }
    await turn();
  }

  /** How an attempt ended, once that was told. @param patience milliseconds */
  async end(attempt: AttemptId, patience: number): Promise<AttemptEnd | undefined> {
    for (let waited = 0; waited < patience && !this.host.ends.has(attempt); waited += 1000) {
      // oxlint-disable-next-line no-await-in-loop -- One look after the other.
      await this.wait(1000);
    }
    return this.host.ends.get(attempt)?.[0];
  }

  /** How often a command was run. */
  count(command: string): number {
    return this.calls.filter((call) => call.command === command && call.args[0] !== '--version').length;
  }

  readonly #command: SlurmCommand = async (command, args) => {
    this.calls.push({ command, args, at: this.clock.now() });
    const instead = args[0] === '--version' ? undefined : this.instead.get(command)?.(args);
    if (instead !== undefined) return await instead;
    const stdout = this.#answer(command, args);
    return await Promise.resolve({ exitCode: 0, stdout, stderr: '' });
  };

  #answer(command: string, args: readonly string[]): string {
    const name = args.find((arg) => /^--(job-)?name=/.test(arg))?.replace(/^.*?=/, '') ?? '';
    if (command === 'sbatch' && args[0] !== '--version') {
      const array = args.find((arg) => arg.startsWith('--array='))?.replace('--array=', '');
      this.jobs.push({ name, index: array === undefined ? 'N/A' : `[${array}]`, listed: this.listing });
      return `${this.jobs.length}\n`;
    }
    if (command === 'scancel') {
      for (const job of this.jobs) {
        if (job.name === name && job.listed?.startsWith('PENDING') === true) job.listed = 'CANCELLED|None|';
      }
    }
    if (command !== 'squeue') return '';
    return this.jobs
      .map(({ name: job, index: indices, listed }, index) => `${index + 1}|${index + 1}|${indices}|${job}|${listed}`)
      .filter((_, index) => this.jobs[index]?.listed !== undefined)
      .join('\n');
  }
}
