import { type BackendHost, FettleError } from '@fettle/core';
import { readSubmission, type Submission } from '../commands/submission-result.ts';
import { type JobScript, scriptText, submitArguments } from './job-script.ts';
import type { SlurmCommand } from './slurm.ts';

/** First wait before a submission is tried again, in milliseconds; doubled each time. */
const FIRST_WAIT = 5000;
const LONGEST_WAIT = 60 * 60_000;
/** Most jobs in one array, as Slurm has it unless a site wants it otherwise (`MaxArraySize`). */
const LARGEST_ARRAY = 1000;

/** Submits jobs, one submission at a time, and waits longer after each that did not lead to a job that began. */
export class Submitter {
  readonly #slurm: SlurmCommand;
  readonly #host: BackendHost;
  readonly #spacing: number;
  #wait = FIRST_WAIT;
  #notBefore = 0;
  #last = Number.NEGATIVE_INFINITY;
  #busy = false;
  #most = LARGEST_ARRAY;

  /** @param spacing least time between two submissions, in milliseconds */
  constructor(slurm: SlurmCommand, host: BackendHost, spacing: number) {
    this.#slurm = slurm;
    this.#host = host;
    this.#spacing = spacing;
  }

  /** Most jobs to submit at once: fewer after a time when that was too many, more again after one when it was not. */
  get most(): number {
    return this.#most;
  }

  /** Whether something may be submitted now. */
  get isReady(): boolean {
    return !this.#busy && this.#host.clock.now() >= Math.max(this.#notBefore, this.#last + this.#spacing);
  }

  /** A job has begun: the next submission need not wait. */
  began(): void {
    this.#wait = FIRST_WAIT;
    this.#notBefore = 0;
  }

  /** Submits, and says what came of it. */
  async submit(script: JobScript): Promise<Submission> {
    const { logger } = this.#host;
    const what = `${script.jobs} ${script.jobs === 1 ? 'job' : 'jobs'} as ${script.name}`;
    this.#busy = true;
    this.#last = this.#host.clock.now();
    try {
      const answer = readSubmission(
        await this.#slurm('sbatch', submitArguments(script), { input: scriptText(script) }),
      );
      if (answer.kind === 'submitted') {
        this.#most = Math.min(LARGEST_ARRAY, Math.max(this.#most, 2 * script.jobs));
        logger.info(`Submitted ${what}: job ${answer.job}.`);
      } else if (answer.kind === 'unknown') {
        // It may exist: the next looks at the queue will show.
        this.tryLater();
        logger.warn(`Whether Slurm took ${what} is not known yet: ${answer.message}`);
      } else {
        const seconds = this.tryLater() / 1000;
        const fewer = answer.kind === 'too-many' && script.jobs > 1;
        if (fewer) this.#most = Math.floor(script.jobs / 2);
        const next = fewer ? 'Fewer are tried' : 'It is tried again';
        logger.warn(`Slurm did not take ${what}: ${answer.message}. ${next} in ${seconds} s.`);
      }
      return answer;
    } finally {
      this.#busy = false;
    }
  }

  /** Submits nothing for a while, longer each time until a job begins. @returns how long, in milliseconds */
  tryLater(): number {
    const wait = this.#wait;
    this.#notBefore = this.#host.clock.now() + wait;
    this.#wait = Math.min(LONGEST_WAIT, wait * 2);
    return wait;
  }
}

/** What a person must mend before the study can run at all. */
export function refusal(message: string): FettleError {
  return new FettleError('backend-unavailable', `Slurm refuses the jobs of this study: ${message}`, {
    remedy: 'Correct the directives of the backend: partition, account, time and resources must be ones you may use.',
  });
}
