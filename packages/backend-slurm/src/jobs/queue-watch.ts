import { jobEnd } from '../commands/job-end.ts';
import { isOver, type JobClass, pendingReason } from '../commands/job-state.ts';
import { QUEUE_FORMAT, readQueue } from '../commands/queue-listing.ts';
import type { SlurmCommand } from './slurm.ts';

/** What Slurm says of one job. */
export interface JobSight {
  readonly state: JobClass;
  /** Its state with reason and node, for people. */
  readonly text: string;
  /** What can be done about it, if it is over. */
  readonly remedy?: string | undefined;
  /** Why it waits, if it does. */
  readonly reason?: string | undefined;
  /** Why it will never start, if it will not. */
  readonly hopeless?: string | undefined;
}

/** Wait before a look that somebody waits for, in milliseconds. */
const SOON = 5000;
/** Most times the shortest wait that two looks may lie apart. */
const LONGEST = 20;

/**
 * Asks the controller what became of all jobs of the user at once. As long as nothing changes it asks less and less often,
 * for the jobs themselves write down what they do.
 */
export class QueueWatch {
  readonly #slurm: SlurmCommand;
  readonly #prefix: string;
  readonly #shortest: number;
  #wait: number;
  #last = '';

  /**
   * @param prefix that the names of the study's jobs begin with
   * @param shortest milliseconds between two looks while things happen
   */
  constructor(slurm: SlurmCommand, prefix: string, shortest: number) {
    this.#slurm = slurm;
    this.#prefix = prefix;
    this.#shortest = shortest;
    this.#wait = shortest;
  }

  /** Milliseconds until the next look. */
  get wait(): number {
    return this.#wait;
  }

  /** Something has happened, or should have: the next look comes soon. */
  hurry(): void {
    this.#wait = this.#shortest;
  }

  /** Jobs were submitted, and a person wants to know what the queue says of them. */
  soon(): void {
    this.#wait = Math.min(this.#shortest, SOON);
  }

  /** The jobs by `<name>/<index in the array>`; a text if the controller did not answer. */
  async look(): Promise<ReadonlyMap<string, JobSight> | string> {
    const answer = await this.#slurm('squeue', ['--me', '-h', '-r', '-t', 'all', '-o', QUEUE_FORMAT]);
    if (answer.exitCode !== 0) return answer.stderr.trim() || 'no answer';
    const ours = readQueue(answer.stdout).filter(({ name }) => name.startsWith(this.#prefix));
    const seen = JSON.stringify(ours);
    this.#wait = seen === this.#last ? Math.min(this.#wait * 2, this.#shortest * LONGEST) : this.#shortest;
    this.#last = seen;
    const jobs = new Map<string, JobSight>();
    for (const { name, indices, state, reason, node } of ours) {
      const sight = {
        ...jobEnd({ state, reason, node }),
        reason: state === 'PENDING' && reason !== 'None' ? reason : undefined,
        hopeless: state === 'PENDING' && pendingReason(reason) === 'hopeless' ? reason : undefined,
      };
      for (const index of indices) jobs.set(`${name}/${index}`, sight);
    }
    return jobs;
  }
}

/** Whether what was seen of a job, if anything, says that it is over. */
export function isGone(sight: JobSight | undefined): boolean {
  return sight === undefined || isOver(sight.state);
}
