import { ACCOUNTING_FORMAT, readAccounting } from '../commands/accounting-listing.ts';
import { type JobEnd, jobEnd } from '../commands/job-end.ts';
import { isOver } from '../commands/job-state.ts';
import type { SlurmCommand } from './slurm.ts';

/** Patience with an accounting that does not answer, in milliseconds, and time until it is asked again after that. */
const PATIENCE = 10_000;
const PAUSE = 10 * 60_000;

/** A job that is to be found in the accounting. */
export interface SoughtJob {
  readonly name: string;
  /** Index in its array; 0 if it is none. */
  readonly index: number;
  /** Its number, if its agent has said it. */
  readonly job?: string | undefined;
  /** When it was submitted, in milliseconds since the epoch. */
  readonly submitted: number;
}

/**
 * Asks the accounting about jobs that the controller has forgotten. It may be off, late or out of order: what it does not
 * say nobody waits for.
 */
export class JobRecords {
  readonly #slurm: SlurmCommand;
  readonly #now: () => number;
  #notBefore = 0;

  /** @param now milliseconds since the epoch */
  constructor(slurm: SlurmCommand, now: () => number) {
    this.#slurm = slurm;
    this.#now = now;
  }

  /** How each of these jobs ended, in the same order, as far as it is known; one question for all. */
  async ends(jobs: readonly SoughtJob[]): Promise<readonly (JobEnd | undefined)[]> {
    const records = await this.#records(jobs);
    return jobs.map(({ name, index, job }) => {
      const same = records.filter((record) => record.name === name && record.indices.includes(index));
      const record = same.find((one) => one.job === job) ?? same.at(-1);
      const end = record === undefined ? undefined : jobEnd(record);
      // A record that says that it runs is late.
      return end !== undefined && isOver(end.state) ? end : undefined;
    });
  }

  async #records(jobs: readonly SoughtJob[]): Promise<ReturnType<typeof readAccounting>> {
    const now = this.#now();
    if (jobs.length === 0 || now < this.#notBefore) return [];
    const names = [...new Set(jobs.map(({ name }) => name))].join(',');
    // Without a beginning it is midnight. A minute more, because clocks differ.
    const seconds = Math.ceil((now - Math.min(...jobs.map(({ submitted }) => submitted))) / 1000) + 60;
    const answer = await this.#slurm(
      'sacct',
      ['-X', '-n', '-P', '-S', `now-${seconds}seconds`, '-o', ACCOUNTING_FORMAT, `--name=${names}`],
      { timeout: PATIENCE },
    );
    if (answer.exitCode === 0) return readAccounting(answer.stdout);
    this.#notBefore = /accounting storage is disabled/i.test(answer.stderr) ? Number.POSITIVE_INFINITY : now + PAUSE;
    return [];
  }
}
