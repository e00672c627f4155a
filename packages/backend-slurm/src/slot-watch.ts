import type { AttemptId, BackendHost } from '@fettle/core';
import { type Gone, goneOf, SIGN_OF_LIFE, sift } from './gone.ts';
import type { JobRecords, SoughtJob } from './jobs/job-records.ts';
import type { LookPace } from './jobs/look-pace.ts';
import type { JobSight } from './jobs/queue-watch.ts';
import type { Slot } from './slots/slot.ts';
import type { SlotPool } from './slots/slot-pool.ts';

/** Silence after which an attempt is said to be out of reach, in milliseconds. */
const SILENCE = 5 * 60_000;

/** What a watch over the slots is made of. */
export interface SlotWatchParts {
  readonly host: BackendHost;
  readonly pool: SlotPool;
  readonly pace: LookPace;
  /** Where jobs are to be seen, by `<name>/<index>`; a text if nobody answers. */
  readonly queue: { look(): Promise<ReadonlyMap<string, JobSight> | string> };
  /** Asked about jobs that are not to be seen any more; absent where there is nobody to ask. */
  readonly records?: JobRecords | undefined;
  /** What the names of the study's jobs begin with. */
  readonly prefix: string;
}

/** Asks Slurm what became of the jobs that hold the slots. It decides nothing: how an attempt ended its agent knows better. */
export class SlotWatch {
  readonly #parts: SlotWatchParts;
  /** Why jobs wait, as Slurm says. */
  #reasons: ReadonlySet<string> = new Set();

  constructor(parts: SlotWatchParts) {
    this.#parts = parts;
  }

  /** Milliseconds until Slurm should be asked again. */
  get nextLook(): number {
    return this.#parts.pace.wait;
  }

  /** How many slots wait for their jobs to begin, and why; `undefined` if none does. */
  get standing(): string | undefined {
    let waiting = 0;
    for (const { heard } of this.#parts.pool) if (heard === undefined) waiting += 1;
    if (waiting === 0) return undefined;
    const why = [...this.#reasons].join(', ');
    return `${waiting} ${waiting === 1 ? 'slot waits' : 'slots wait'} in the queue${why === '' ? '' : `: ${why}`}`;
  }

  /**
   * Asks about all jobs.
   * @param hear takes in the last words of a slot's agent: who has said how it ended need not be asked for
   * @returns the slots whose jobs are over, or were not seen twice, and whose agents have not said so themselves
   */
  async look(hear: (slot: Slot) => void): Promise<readonly Gone[]> {
    const { pool, host, pace, queue, records } = this.#parts;
    if (pool.size === 0) {
      pace.skipped();
      return [];
    }
    const jobs = await queue.look();
    if (typeof jobs === 'string') {
      host.logger.warn(`squeue: ${jobs}`);
      return [];
    }
    this.#reasons = new Set([...jobs.values()].flatMap(({ reason }) => reason ?? []));
    const sightOf = (slot: Slot): JobSight | undefined => {
      const { name, index } = this.#soughtJob(slot);
      return jobs.get(`${name}/${index}`);
    };
    const { hopeless, missed, lost, doubted } = sift(pool, sightOf, host.clock.now());
    if (missed.length > 0) pace.hurry();
    const isUnexplained = (slot: Slot): boolean => {
      hear(slot);
      return slot.state !== 'closed';
    };
    const unexplained = lost.filter(isUnexplained);
    const over = unexplained.filter(sightOf);
    const forgotten = [...unexplained.filter((slot) => sightOf(slot) === undefined), ...doubted.filter(isUnexplained)];
    const ends = (await records?.ends(forgotten.map((slot) => this.#soughtJob(slot)))) ?? [];
    return [
      ...hopeless,
      ...over.map((slot) => goneOf(slot, sightOf(slot))),
      ...forgotten.flatMap((slot, index) => {
        const end = ends[index];
        // A node that Slurm takes for dead may live as well.
        return doubted.includes(slot) && (end === undefined || end.state === 'node') ? [] : goneOf(slot, end);
      }),
    ];
  }

  /** Attempts whose agents have not been heard of for long, although their jobs are not known to be over; each once. */
  silent(): readonly (readonly [AttemptId, string])[] {
    const { pool, host, pace } = this.#parts;
    const found: [AttemptId, string][] = [];
    for (const slot of pool) {
      const { attempt, heard, job, silent } = slot;
      if (attempt === undefined || heard === undefined) continue;
      const quiet = host.clock.now() - heard;
      // It should have spoken by now: whether its job is still there is worth a question.
      if (quiet > SIGN_OF_LIFE) pace.hurry();
      if (silent || quiet < SILENCE) continue;
      slot.silent = true;
      found.push([attempt, `Nothing was heard of job ${job} for ${Math.round(quiet / 60_000)} min.`]);
    }
    return found;
  }

  #soughtJob({ batch, element, job, submitted }: Slot): SoughtJob {
    return { name: this.#parts.prefix + batch, index: element, job, submitted };
  }
}
