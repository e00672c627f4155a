import type { TrialId } from '@fettle/core';

interface Entry {
  readonly trial: TrialId;
  readonly value: number;
}

/**
 * The pseudo-code of the paper (Li et al. 2020, Algorithm 2), as plainly as it can be written: arrays that are sorted at
 * every question. What the paper leaves open is settled as in the package: a trial without a finite value is never promoted,
 * a value counts at every rung that it is the first to reach, failed trials lose at the rung they were on the way to.
 */
export class ReferenceAsha {
  readonly #levels: readonly number[];
  readonly #eta: number;
  readonly #stopping: boolean;
  readonly #rungs: Entry[][];
  readonly #promoted: Set<TrialId>[];
  readonly #next = new Map<TrialId, number>();
  readonly #paused = new Set<TrialId>();
  readonly #told = new Map<TrialId, string>();
  readonly #reached = new Map<TrialId, number>();

  constructor(levels: readonly number[], eta: number, stopping = false) {
    this.#levels = levels;
    this.#eta = eta;
    this.#stopping = stopping;
    this.#rungs = levels.map(() => []);
    this.#promoted = levels.map(() => new Set());
  }

  /** `get_job`: the trial to resume and its level, or undefined for a new configuration. */
  ask(): { readonly trial: TrialId; readonly until: number } | undefined {
    for (let k = this.#levels.length - 2; k >= 0; k -= 1) {
      const rung = this.#rungs[k]!;
      const candidates = sorted(rung).slice(0, Math.floor(rung.length / this.#eta));
      const promotable = candidates.find(
        ({ trial, value }) => !this.#promoted[k]!.has(trial) && this.#paused.has(trial) && value < Infinity,
      );
      if (promotable === undefined) continue;
      const { trial } = promotable;
      // A program that ran on beyond the next rung is given the first that it has not passed.
      const until = this.#levels.find((level) => level > this.#reached.get(trial)!) ?? this.#levels[k + 1]!;
      return { trial, until };
    }
    return undefined;
  }

  start(trial: TrialId): void {
    this.#next.set(trial, 0);
  }

  resume(trial: TrialId): void {
    this.#paused.delete(trial);
    this.#told.delete(trial);
    this.#promoted[this.#next.get(trial)! - 1]!.add(trial);
  }

  report(trial: TrialId, resource: number, value: number): string {
    this.#reached.set(trial, resource);
    const told = this.#told.get(trial);
    if (told !== undefined) return told;
    let decision = this.#next.get(trial) === this.#levels.length ? 'stop' : 'continue';
    for (let k = this.#next.get(trial)!; k < this.#levels.length && this.#levels[k]! <= resource; k += 1) {
      if (k > 0) this.#promoted[k - 1]!.add(trial);
      this.#rungs[k]!.push({ trial, value });
      this.#next.set(trial, k + 1);
      if (k === this.#levels.length - 1) decision = 'continue';
      else if (value === Infinity) decision = 'stop';
      else decision = this.#stopping ? this.#stopOrGo(k, trial) : 'pause';
    }
    if (decision !== 'continue') this.#told.set(trial, decision);
    return decision;
  }

  /** A trial has left the running state; `value` is what it ends with if it never reached its next rung. */
  end(trial: TrialId, state: 'paused' | 'over' | 'invalid', value?: number): void {
    const k = this.#next.get(trial)!;
    if (state === 'invalid') {
      for (const [index, rung] of this.#rungs.entries()) {
        this.#rungs[index] = rung.filter((entry) => entry.trial !== trial);
        this.#promoted[index]!.delete(trial);
      }
    } else if (state === 'paused') this.#paused.add(trial);
    else if (value !== undefined && !this.#told.has(trial) && k < this.#levels.length) {
      this.#rungs[k]!.push({ trial, value });
      this.#next.set(trial, k + 1);
    }
  }

  #stopOrGo(k: number, trial: TrialId): string {
    const rung = this.#rungs[k]!;
    const best = sorted(rung).slice(0, Math.max(1, Math.floor(rung.length / this.#eta)));
    return best.some((entry) => entry.trial === trial) ? 'continue' : 'stop';
  }
}

/** Best first; equals in order of arrival, for sorting is stable. */
function sorted(rung: readonly Entry[]): Entry[] {
  return [...rung].sort((a, b) => (a.value < b.value ? -1 : a.value > b.value ? 1 : 0));
}
