import type { TrialId } from '../domain/trial.ts';

/**
 * Keeps the best trial so far and how long ago it improved. A configuration that was run several times counts with the
 * mean of its runs that ended.
 *
 * Values are normalised: less is better, `+Infinity` is no value.
 */
export class Incumbent {
  /** Last value of every trial that left the running state, by trial. */
  readonly #values: number[] = [];
  /** For repeated configurations: the trials that share one, by the first of them. */
  readonly #groups = new Map<TrialId, TrialId[]>();
  readonly #rootOf = new Map<TrialId, TrialId>();
  /** The first trial of the best configuration. */
  #best: TrialId | undefined;
  #bestValue = Number.POSITIVE_INFINITY;
  #ended = 0;
  /** Each time the best value improved: what it became, and how many trials had ended then. */
  readonly #improvements: { readonly value: number; readonly ended: number }[] = [];

  /** The best trial; of a repeated configuration, the first. */
  get best(): TrialId | undefined {
    return this.#best;
  }

  /** Its value. */
  get value(): number {
    return this.#bestValue;
  }

  /** Says that a trial repeats the configuration of another. */
  group(first: TrialId, repeat: TrialId): void {
    const members = this.#groups.get(first) ?? [first];
    members.push(repeat);
    this.#groups.set(first, members);
    this.#rootOf.set(repeat, first);
  }

  /**
   * A trial left the running state with this value.
   * @param over whether it ended for good
   */
  ended(trial: TrialId, value: number, over: boolean): void {
    if (over) this.#ended += 1;
    this.#values[trial] = value;
    const root = this.#rootOf.get(trial) ?? trial;
    const score = this.#score(root);
    if (root === this.#best && score > this.#bestValue) this.#rescan();
    else if (score < this.#bestValue) {
      this.#best = root;
      this.#bestValue = score;
    } else return;
    const last = this.#improvements.at(-1);
    if (last === undefined || this.#bestValue < last.value) {
      this.#improvements.push({ value: this.#bestValue, ended: this.#ended });
    }
  }

  /** The last value of a trial that left the running state. */
  valueOf(trial: TrialId): number {
    return this.#values[trial] ?? Number.POSITIVE_INFINITY;
  }

  /** Trials that ended since the best value last improved by more than `minDelta`. */
  endedSinceImprovement(minDelta: number): number {
    let reference = Number.POSITIVE_INFINITY;
    let since = 0;
    for (const { value, ended } of this.#improvements) {
      if (value < reference - minDelta || reference === Number.POSITIVE_INFINITY) {
        reference = value;
        since = ended;
      }
    }
    return this.#ended - since;
  }

  #score(root: TrialId): number {
    const members = this.#groups.get(root);
    if (members === undefined) return this.#values[root] ?? Number.POSITIVE_INFINITY;
    let sum = 0;
    let count = 0;
    for (const member of members) {
      const value = this.#values[member];
      if (value === undefined || !Number.isFinite(value)) continue;
      sum += value;
      count += 1;
    }
    return count === 0 ? Number.POSITIVE_INFINITY : sum / count;
  }

  /** The best got worse, which happens when a resumed trial or a repeat disappoints: look at all again. */
  #rescan(): void {
    this.#best = undefined;
    this.#bestValue = Number.POSITIVE_INFINITY;
    for (const key of this.#values.keys()) {
      if (this.#rootOf.has(key)) continue;
      const score = this.#score(key);
      if (score < this.#bestValue) {
        this.#best = key;
        this.#bestValue = score;
      }
    }
  }
}
