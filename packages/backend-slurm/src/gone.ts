import type { JobEnd } from './commands/job-end.ts';
import type { JobClass } from './commands/job-state.ts';
import { isGone, type JobSight } from './jobs/queue-watch.ts';
import { HEARTBEAT } from './jobs/slot-script.ts';
import type { Slot } from './slots/slot.ts';

/** Looks at the queue without a job's name after which the job is taken to be gone. */
const LOOKS = 2;

/** How long a sign of life of an agent counts, in milliseconds: one may be late. */
export const SIGN_OF_LIFE = 2 * HEARTBEAT;

/** A slot whose job is over, as Slurm says. */
export interface Gone {
  readonly slot: Slot;
  /** `hopeless`: it waited, and would have waited forever. */
  readonly state: JobClass | 'hopeless';
  readonly why: string;
  /** What can be done about it. */
  readonly remedy?: string | undefined;
  /** Where it was, as far as Slurm says. */
  readonly node?: string | undefined;
}

/** What one look at the queue says of the slots that need care; each of them counts how often in a row it was missed. */
export interface Sifted {
  /** Those whose jobs would wait forever. */
  readonly hopeless: readonly Gone[];
  /** Those whose jobs are over or not to be seen: the next look should not be long in coming. */
  readonly missed: readonly Slot[];
  /** Those among them that were missed often enough: unless their agents have said something else, their jobs are gone. */
  readonly lost: readonly Slot[];
  /** Those that would be lost now if their agents had not given signs of life: the accounting may know of an end. */
  readonly doubted: readonly Slot[];
}

/**
 * Sifts slots by one look at the queue.
 * @param sightOf what was seen of a slot's job
 * @param now milliseconds since the epoch
 */
export function sift(slots: Iterable<Slot>, sightOf: (slot: Slot) => JobSight | undefined, now: number): Sifted {
  const hopeless: Gone[] = [];
  const missed: Slot[] = [];
  const lost: Slot[] = [];
  const doubted: Slot[] = [];
  for (const slot of slots) {
    const sight = sightOf(slot);
    if (sight?.hopeless !== undefined) {
      hopeless.push({ slot, state: 'hopeless', why: `Slurm would never have started it (${sight.hopeless})` });
    } else if (isGone(sight)) {
      slot.missed += 1;
      const isDoubted = isDoubtful(slot, sight, now);
      if (slot.missed < LOOKS || !isDoubted) missed.push(slot);
      if (slot.missed >= LOOKS && !isDoubted) lost.push(slot);
      // Once: what it does not know then it is not asked for at each look.
      if (slot.missed === LOOKS && isDoubted && sight === undefined) doubted.push(slot);
    } else {
      slot.missed = 0;
    }
  }
  return { hopeless, missed, lost, doubted };
}

/**
 * Whether a slot's agent contradicts Slurm. A queue may not show a job that runs, on the login node of another cluster or after
 * a controller has forgotten it, and takes it for lost with its node when only its own daemon there has died. Who gives signs
 * of life lives: another attempt would run beside the one that it has.
 */
function isDoubtful({ heard }: Slot, sight: JobSight | undefined, now: number): boolean {
  if (sight !== undefined && sight.state !== 'node') return false;
  return heard !== undefined && now - heard <= SIGN_OF_LIFE;
}

/**
 * A slot whose job is over. A job that ended by itself before its agent said a word was never fit to run anything: its node
 * is tried, not the trial.
 * @param end what Slurm says of the job, or nothing
 */
export function goneOf(slot: Slot, end: (JobEnd & { readonly node?: string | undefined }) | undefined): Gone {
  if (end === undefined) return { slot, state: 'over', why: 'its job is gone' };
  const { state, text, remedy, node } = end;
  const unfit = state === 'over' && slot.heard === undefined;
  return { slot, state: unfit ? 'node' : state, why: `its job is ${text}`, remedy, node };
}

/** Whether a job ended of which nothing was ever heard, although nobody here wished so. */
export function isUnheard({ slot, state }: Gone): boolean {
  return slot.heard === undefined && !slot.cancelled && state !== 'hopeless';
}

/**
 * What is said of jobs that ended before anything was heard of them, once for all of them.
 * @param first one of them
 * @param log path of its job's log, and the last lines that are there
 * @param wait seconds until the next jobs are submitted
 */
export function unheardText(
  { why, remedy, state }: Gone,
  count: number,
  log: { readonly path: string; readonly said: readonly string[] },
  wait: number,
): string {
  const [what, them] = count === 1 ? ['1 slot', 'it'] : [`${count} slots`, 'them'];
  const logged =
    log.said.length === 0
      ? `There is nothing in its log, ${log.path}.`
      : `The end of its log, ${log.path}:\n${log.said.join('\n')}\n`;
  return [
    `${what} ended before anything was heard of ${them}: ${why}.`,
    // Who has cancelled it knows why.
    ...(state === 'cancelled' ? [] : [remedy ?? "Look whether the compute nodes see the study's folder.", logged]),
    `The next jobs are submitted in ${wait} s at the earliest.`,
  ].join(' ');
}
