import { jobEnd } from '../commands/job-end.ts';
import { isOver, type JobClass, pendingReason } from '../commands/job-state.ts';
import { QUEUE_FORMAT, readQueue } from '../commands/queue-listing.ts';
import type { LookPace } from './look-pace.ts';
import type { SlurmCommand } from './slurm.ts';

/** What Slurm says of one job. */
export interface JobSight {
  readonly state: JobClass;
  /** Its state with reason and node, for people. */
  readonly text: string;
  /** What can be done about it, if it is over. */
  readonly remedy?: string | undefined;
  /** Where it runs or ran, if that is one node. */
  readonly node?: string | undefined;
  /** Why it waits, if it does. */
  readonly reason?: string | undefined;
  /** Why it will never start, if it will not. */
  readonly hopeless?: string | undefined;
}

/** Asks the controller what became of all jobs of the user at once. */
export class QueueWatch {
  readonly #slurm: SlurmCommand;
  readonly #prefix: string;
  readonly #pace: LookPace;
  #last = '';

  /**
   * @param prefix that the names of the study's jobs begin with
   * @param pace told of each look
   */
  constructor(slurm: SlurmCommand, prefix: string, pace: LookPace) {
    this.#slurm = slurm;
    this.#prefix = prefix;
    this.#pace = pace;
  }

  /** The jobs by `<name>/<index in the array>`; a text if the controller did not answer. */
  async look(): Promise<ReadonlyMap<string, JobSight> | string> {
    const answer = await this.#slurm('squeue', ['--me', '-h', '-r', '-t', 'all', '-o', QUEUE_FORMAT]);
    if (answer.exitCode !== 0) {
      this.#pace.looked(false);
      return answer.stderr.trim() || 'no answer';
    }
    const ours = readQueue(answer.stdout).filter(({ name }) => name.startsWith(this.#prefix));
    const seen = JSON.stringify(ours);
    this.#pace.looked(seen !== this.#last);
    this.#last = seen;
    const jobs = new Map<string, JobSight>();
    for (const { name, indices, state, reason, node } of ours) {
      const sight = {
        ...jobEnd({ state, reason, node }),
        node: /^[\w.-]+$/.test(node) ? node : undefined,
        reason: state === 'PENDING' && reason !== 'None' ? reason : undefined,
        hopeless: state === 'PENDING' && pendingReason(reason) === 'hopeless' ? reason : undefined,
      };
      for (const index of indices) {
        const key = `${name}/${index}`;
        // A submission that was repeated on the way has made two jobs: one has the slot, the other one was over at once.
        if (isGone(jobs.get(key))) jobs.set(key, sight);
      }
    }
    return jobs;
  }
}

/** Whether what was seen of a job, if anything, says that it is over. */
export function isGone(sight: JobSight | undefined): boolean {
  return sight === undefined || isOver(sight.state);
}
