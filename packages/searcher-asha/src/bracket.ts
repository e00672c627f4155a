import type { BracketDescription, RungStanding, TrialId, TrialStanding } from '@fettle/core';
import { placeReason } from './reasons.ts';
import { Rung } from './rung.ts';

/** A trial that climbs a bracket. */
interface Climber {
  /** Index of the rung it goes to next; the number of rungs once it has passed the top. */
  next: number;
  /**
   * - `underway`: runs or is queued, on its way to the next rung
   * - `pausing`, `stopping`: was asked to at the rung it has reached, and has not done so yet
   * - `still`: waits at the rung it has reached, or is over
   */
  state: 'underway' | 'pausing' | 'stopping' | 'still';
}

/** A paused trial that may go on. */
export interface Promotion {
  readonly trial: TrialId;
  /** Resource of the rung it goes to. */
  readonly until: number;
  readonly reason: string;
}

/** A paused trial that cannot go on any more. */
export interface Displaced {
  readonly trial: TrialId;
  readonly reason: string;
}

/** A trial that waits at a rung, and how many results there are better. */
export interface Waiting {
  readonly trial: TrialId;
  readonly rank: number;
}

/** Where a report has brought a trial. */
export interface Arrival {
  /** Index of the rung. */
  readonly rung: number;
  /** How many results there are better. */
  readonly rank: number;
}

/**
 * One ladder of rungs and the trials on it: who has which result where, and who may go on. Nobody waits here for a rung to
 * fill: of `n` results, the best `floor(n / reductionFactor)` may go on at any time.
 */
export class Bracket {
  readonly name: string;
  readonly rungs: readonly Rung[];
  /** Index of the highest rung. */
  readonly top: number;
  readonly #climbers = new Map<TrialId, Climber>();
  /** Trials on their way to each rung. */
  readonly #underway: number[];
  /** Trials that have reached each rung and are being paused or stopped there. */
  readonly #halting: number[];

  /** @param levels resource of each rung, lowest first */
  constructor(name: string, levels: readonly number[], reductionFactor: number) {
    this.name = name;
    this.rungs = levels.map((level) => new Rung(level, reductionFactor));
    this.top = levels.length - 1;
    this.#underway = levels.map(() => 0);
    this.#halting = levels.map(() => 0);
  }

  /** Trials that were started here; those whose configuration was no good do not count. */
  get trials(): number {
    return this.#climbers.size;
  }

  /** Index of the highest rung that may be reached now. */
  get ceiling(): number {
    return this.top;
  }

  /** What people should know of how it stands. */
  get notes(): readonly string[] {
    return [];
  }

  /** How many of a rung's results may go on now. @param least so many at least, however few the results */
  quota(index: number, least = 0): number {
    return index < this.ceiling ? Math.max(this.rungs[index]!.quota, least) : 0;
  }

  /** A trial begins at the foot of the ladder. */
  start(trial: TrialId): void {
    this.#climbers.set(trial, { next: 0, state: 'still' });
    this.#enter(trial, 'underway');
  }

  /** A paused trial goes on: it leaves the rung it waits at for good. */
  promote(trial: TrialId): void {
    this.pass(trial);
    this.#enter(trial, 'underway');
  }

  /** A running trial is let through the rung it has just reached. */
  pass(trial: TrialId): void {
    const climber = this.#climbers.get(trial);
    if (climber !== undefined) this.rungs[climber.next - 1]?.promote(trial);
  }

  /**
   * Enters a running trial's value at every rung up to a level that has none of it yet: one report may pass several. Those
   * it has passed without stopping count as promoted.
   * @returns the highest rung entered; undefined if it reached none
   */
  reach(trial: TrialId, resource: number, value: number): Arrival | undefined {
    const climber = this.#climbers.get(trial);
    if (climber?.state !== 'underway') return undefined;
    let reached: Arrival | undefined;
    for (;;) {
      const rung = this.rungs[climber.next];
      if (rung === undefined || rung.level > resource) return reached;
      if (reached !== undefined) this.rungs[reached.rung]?.promote(trial);
      reached = { rung: climber.next, rank: rung.add(trial, value, resource) };
      this.#advance(climber);
    }
  }

  /** A running trial has been asked to pause or to stop at the rung it has just reached. */
  halt(trial: TrialId, how: 'pausing' | 'stopping'): void {
    this.#enter(trial, how);
  }

  /** A trial waits at the rung it has reached. */
  pause(trial: TrialId): void {
    const climber = this.#enter(trial, 'still');
    if (climber !== undefined && climber.next <= this.top) this.rungs[climber.next - 1]?.open(trial);
  }

  /** A trial is over: what it has reached stays, and it cannot be promoted any more. */
  end(trial: TrialId): void {
    const climber = this.#enter(trial, 'still');
    if (climber !== undefined) this.rungs[climber.next - 1]?.close(trial);
  }

  /** A trial is over. If it was on its way to a rung it is entered there all the same, for that is where it ended. */
  endWith(trial: TrialId, value: number): void {
    const climber = this.#climbers.get(trial);
    if (climber?.state === 'underway' && climber.next <= this.top) {
      this.rungs[climber.next]?.add(trial, value);
      this.#advance(climber);
    }
    this.end(trial);
  }

  /** Forgets a trial, as if it had never been. */
  remove(trial: TrialId): void {
    this.#enter(trial, 'still');
    this.#climbers.delete(trial);
    for (const rung of this.rungs) rung.remove(trial);
  }

  /** Whether a trial has a result at the top rung. */
  hasFinished(trial: TrialId): boolean {
    return this.#climbers.get(trial)?.next === this.rungs.length;
  }

  /**
   * The best waiting trial of the highest rung whose quota it is within (Li et al. 2020, Algorithm 2, `get_job`).
   * @param noMore no other trial will ever begin
   */
  promotion(noMore = false): Promotion | undefined {
    for (let index = this.ceiling - 1; index >= 0; index -= 1) {
      const first = this.firstWithin(index, noMore);
      if (first === undefined) continue;
      const until = this.rungs[index + 1]!.level;
      return { trial: first.trial, until, reason: this.reason({ rung: index, rank: first.rank }, noMore) };
    }
    return undefined;
  }

  /**
   * A trial that waits in vain: nobody will go on from its rung any more. Here somebody always may.
   * @param _noMore no other trial will ever begin
   */
  displaced(_noMore = false): Displaced | undefined {
    return undefined;
  }

  /** Whether a trial with this rank cannot go on any more, whatever comes. */
  isOut(_arrival: Arrival): boolean {
    return false;
  }

  /**
   * Why a trial with this rank at a rung goes on, or does not.
   * @param _noMore no other trial will ever begin
   */
  reason({ rung, rank }: Arrival, _noMore = false): string {
    const { size, level } = this.rungs[rung]!;
    return placeReason(rank, size, this.quota(rung), level);
  }

  /** @param least see {@link quota} */
  describe(least = 0): BracketDescription {
    const rungs = this.rungs.map((rung, index) => rung.describe(this.#underway[index]!, this.quota(index, least)));
    return { name: this.name, rungs };
  }

  /**
   * How a trial stands at the rungs it has reached; undefined if it was never here.
   * @param least see {@link quota}
   */
  standing(trial: TrialId, least = 0): TrialStanding | undefined {
    if (!this.#climbers.has(trial)) return undefined;
    const rungs: RungStanding[] = [];
    const notes: string[] = [];
    for (const [index, rung] of this.rungs.entries()) {
      const rank = rung.rank(trial);
      if (rank === undefined) continue;
      rungs.push({
        bracket: this.name,
        resource: rung.level,
        value: rung.valueOf(trial)!,
        rank: rank + 1,
        of: rung.size,
        quota: this.quota(index, least),
        state: this.#stateAt(index, trial),
      });
      const late = rung.reportedAt(trial);
      if (late !== undefined)
        notes.push(`it came to rung ${rung.level} with its report at ${late}, the first beyond it`);
    }
    return { rungs, notes };
  }

  /** The best trial that waits at a rung, if it is within the quota there. */
  protected firstWithin(index: number, _noMore: boolean): Waiting | undefined {
    const first = this.rungs[index]!.firstOpen();
    return first !== undefined && first.rank < this.quota(index) ? first : undefined;
  }

  /** Trials on their way to a rung. */
  protected underwayTo(index: number): number {
    return this.#underway[index]!;
  }

  /** Trials that are being paused or stopped at a rung. */
  protected haltingAt(index: number): number {
    return this.#halting[index]!;
  }

  #stateAt(index: number, trial: TrialId): RungStanding['state'] {
    const rung = this.rungs[index]!;
    if (rung.wasPromoted(trial)) return 'promoted';
    if (index === this.top) return 'top';
    return rung.isOpen(trial) || this.#climbers.get(trial)?.state === 'pausing' ? 'waiting' : 'stopped';
  }

  #advance(climber: Climber): void {
    this.#count(climber, -1);
    climber.next += 1;
    this.#count(climber, 1);
  }

  #enter(trial: TrialId, state: Climber['state']): Climber | undefined {
    const climber = this.#climbers.get(trial);
    if (climber === undefined) return undefined;
    this.#count(climber, -1);
    climber.state = state;
    this.#count(climber, 1);
    return climber;
  }

  #count({ next, state }: Climber, change: number): void {
    if (state === 'underway' && next <= this.top) this.#underway[next] = this.#underway[next]! + change;
    if (state === 'pausing' || state === 'stopping') this.#halting[next - 1] = this.#halting[next - 1]! + change;
  }
}
