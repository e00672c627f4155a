import type { RungDescription, TrialId } from '@fettle/core';
import { OrderedResults } from './ordered-results.ts';

/**
 * How many of `results` may go on: `floor(results / reductionFactor)`, exact also for factors that have no exact binary
 * form (11 results and a factor of 1.1 give 10).
 */
export function quotaOf(results: number, reductionFactor: number): number {
  const quota = Math.floor(results / reductionFactor);
  // The product of a true quotient is off by rounding alone, far below this.
  return (quota + 1) * reductionFactor <= results * (1 + 1e-12) ? quota + 1 : quota;
}

/** All results at one level of a bracket, and who of them was let through. */
export class Rung {
  /** Resource at which trials are compared here. */
  readonly level: number;
  readonly #reductionFactor: number;
  readonly #results = new OrderedResults();
  readonly #nodes = new Map<TrialId, number>();
  /** The trial of each node. */
  readonly #trials: TrialId[] = [0];
  readonly #promoted = new Set<TrialId>();
  /** Where a value was reported, if that was beyond the level. */
  readonly #late = new Map<TrialId, number>();

  constructor(level: number, reductionFactor: number) {
    this.level = level;
    this.#reductionFactor = reductionFactor;
  }

  /** Results here; those of failed trials count. */
  get size(): number {
    return this.#results.size;
  }

  /** How many of the results here may go on. */
  get quota(): number {
    return quotaOf(this.#results.size, this.#reductionFactor);
  }

  /** Trials that were let through. */
  get promotions(): number {
    return this.#promoted.size;
  }

  /**
   * Notes a trial's result; a second one of the same trial changes nothing.
   * @param value normalised; `+Infinity` for a trial that failed or diverged: it stays in the count and loses
   * @param resource where it was reported: here, or beyond
   * @returns how many results are better
   */
  add(trial: TrialId, value: number, resource = this.level): number {
    let node = this.#nodes.get(trial);
    if (node === undefined) {
      node = this.#results.add(value);
      this.#nodes.set(trial, node);
      this.#trials.push(trial);
      if (resource !== this.level) this.#late.set(trial, resource);
    }
    return this.#results.rank(node);
  }

  has(trial: TrialId): boolean {
    return this.#nodes.has(trial);
  }

  /** The trial waits here from now on: it can be promoted, unless its value is not finite. */
  open(trial: TrialId): void {
    const node = this.#nodes.get(trial);
    if (node !== undefined && !this.#promoted.has(trial) && Number.isFinite(this.#results.valueOf(node))) {
      this.#results.setOpen(node, true);
    }
  }

  /** The trial cannot be promoted any more; its result stays. */
  close(trial: TrialId): void {
    const node = this.#nodes.get(trial);
    if (node !== undefined) this.#results.setOpen(node, false);
  }

  /** The trial has gone on to the next rung; its result stays, and its place is never given again. */
  promote(trial: TrialId): void {
    this.close(trial);
    this.#promoted.add(trial);
  }

  /** Forgets a trial altogether, as if it had never been here. */
  remove(trial: TrialId): void {
    const node = this.#nodes.get(trial);
    if (node === undefined) return;
    this.#results.remove(node);
    this.#nodes.delete(trial);
    this.#promoted.delete(trial);
    this.#late.delete(trial);
  }

  /** The best trial that waits here, and how many of all results are better. */
  firstOpen(): { readonly trial: TrialId; readonly rank: number } | undefined {
    const { node, rank } = this.#results.firstOpen();
    return node === 0 ? undefined : { trial: this.#trials[node]!, rank };
  }

  /** How many results are better than this trial's; undefined if it has none here. */
  rank(trial: TrialId): number | undefined {
    const node = this.#nodes.get(trial);
    return node === undefined ? undefined : this.#results.rank(node);
  }

  /** This trial's value here. */
  valueOf(trial: TrialId): number | undefined {
    const node = this.#nodes.get(trial);
    return node === undefined ? undefined : this.#results.valueOf(node);
  }

  /** The trials that have a result here, the best first; costs O(n). */
  inOrder(): TrialId[] {
    return this.#results.inOrder().map((node) => this.#trials[node]!);
  }

  /** Whether the trial waits here and can be promoted. */
  isOpen(trial: TrialId): boolean {
    const node = this.#nodes.get(trial);
    return node !== undefined && this.#results.isOpen(node);
  }

  wasPromoted(trial: TrialId): boolean {
    return this.#promoted.has(trial);
  }

  /** Where the trial's value was reported, if not at the level but beyond it. */
  reportedAt(trial: TrialId): number | undefined {
    return this.#late.get(trial);
  }

  /**
   * The rung as people see it.
   * @param underway trials on their way to it
   * @param quota how many of the results may go on
   */
  describe(underway: number, quota: number): RungDescription {
    return {
      resource: this.level,
      results: this.size,
      promoted: this.#promoted.size,
      underway,
      best: finite(this.#results.valueAt(0)),
      cut: quota === 0 ? undefined : finite(this.#results.valueAt(quota - 1)),
    };
  }
}

/** Trials that failed or diverged have no value to show. */
function finite(value: number | undefined): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}
