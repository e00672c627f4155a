import { isTerminal, type TrialId, type TrialState } from '../domain/trial.ts';

/** What is known of a trial that does not run. */
interface Result {
  /** Normalised: less is better, `+Infinity` is no value. */
  readonly value: number;
  readonly resource: number;
  readonly state: Exclude<TrialState, 'running'>;
}

/** A result as it is compared. */
interface Score {
  /** Whether it gives way to every trial for which this is false. */
  readonly setAside: boolean;
  readonly value: number;
  readonly resource: number;
}

const NONE: Score = { setAside: true, value: Number.POSITIVE_INFINITY, resource: 0 };

/**
 * Keeps the best trial so far and how long ago it improved.
 *
 * The best has the least value, at whatever resource it was seen, but two kinds of trials are set aside as long as there is
 * any other: those that were stopped, and those that were overtaken. A trial that waits at a level is overtaken once another
 * one, which was no worse at that very level, has gone on and got further: of many short looks the luckiest is no result
 * when a better one was followed up. Among equal values the one seen at more resource is the better.
 *
 * A configuration that was run several times counts with the mean of its runs.
 */
export class Incumbent {
  /** Of every trial that has left the running state: how it stood when it last did. */
  readonly #results: (Result | undefined)[] = [];
  /** By resource: the least value there of all trials that waited there and have got further since. */
  readonly #followedUp = new Map<number, number>();
  /** For repeated configurations: the trials that share one, by the first of them. */
  readonly #groups = new Map<TrialId, TrialId[]>();
  readonly #rootOf = new Map<TrialId, TrialId>();
  /** The first trial of the best configuration. */
  #best: TrialId | undefined;
  #bestScore = NONE;
  #ended = 0;
  /** Each time the best value improved: what it became, and how many trials had ended then. */
  readonly #improvements: { readonly value: number; readonly ended: number }[] = [];

  /** The best trial; of a repeated configuration, the first. */
  get best(): TrialId | undefined {
    return this.#best;
  }

  /** Its value; of a repeated configuration, the mean. */
  get value(): number {
    return this.#bestScore.value;
  }

  /** Says that a trial repeats the configuration of another. */
  group(first: TrialId, repeat: TrialId): void {
    const members = this.#groups.get(first) ?? [first];
    members.push(repeat);
    this.#groups.set(first, members);
    this.#rootOf.set(repeat, first);
  }

  /**
   * A trial left the running state.
   * @param value its value now, normalised
   * @param resource how far it has come
   */
  left(trial: TrialId, state: Result['state'], value: number, resource: number): void {
    if (isTerminal(state)) this.#ended += 1;
    const before = this.#results[trial];
    this.#results[trial] = { state, resource, value: state === 'failed' ? Number.POSITIVE_INFINITY : value };
    const overtakes = before !== undefined && this.#followUp(before, state, value, resource);

    const root = this.#rootOf.get(trial) ?? trial;
    const score = this.#score(root);
    if (isBetter(score, this.#bestScore)) {
      this.#best = root;
      this.#bestScore = score;
    } else if (root === this.#best || overtakes) this.#rescan();
    const last = this.#improvements.at(-1);
    if (this.value < (last?.value ?? Number.POSITIVE_INFINITY)) {
      this.#improvements.push({ value: this.value, ended: this.#ended });
    }
  }

  /**
   * A trial that was paused is over. It was not judged by its value but left without a way on, so it keeps the place that it
   * had among the others: what is best stays best.
   */
  released(): void {
    this.#ended += 1;
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

  /** Notes that a trial which waited got further. @returns whether that sets the best trial aside */
  #followUp(before: Result, state: Result['state'], value: number, resource: number): boolean {
    const worthy = state !== 'stopped' && state !== 'failed' && Number.isFinite(value);
    if (!worthy || resource <= before.resource) return false;
    if (before.value >= (this.#followedUp.get(before.resource) ?? Number.POSITIVE_INFINITY)) return false;
    this.#followedUp.set(before.resource, before.value);
    return !this.#bestScore.setAside && this.#best !== undefined && this.#score(this.#best).setAside;
  }

  #score(root: TrialId): Score {
    const members = this.#groups.get(root);
    if (members === undefined) return this.#scoreOf(root);
    const scores = members.map((member) => this.#scoreOf(member)).filter(({ value }) => Number.isFinite(value));
    if (scores.length === 0) return NONE;
    return {
      setAside: scores.every(({ setAside }) => setAside),
      value: scores.reduce((sum, { value }) => sum + value, 0) / scores.length,
      resource: Math.max(...scores.map(({ resource }) => resource)),
    };
  }

  #scoreOf(trial: TrialId): Score {
    const result = this.#results[trial];
    if (result === undefined || !Number.isFinite(result.value)) return NONE;
    const { state, value, resource } = result;
    const waits = state === 'paused' || state === 'queued';
    const overtaken = waits && (this.#followedUp.get(resource) ?? Number.POSITIVE_INFINITY) <= value;
    return { setAside: state === 'stopped' || overtaken, value, resource };
  }

  /** The best got worse, which happens when it was resumed, repeated or overtaken: look at all again. */
  #rescan(): void {
    this.#best = undefined;
    this.#bestScore = NONE;
    for (const key of this.#results.keys()) {
      if (this.#rootOf.has(key)) continue;
      const score = this.#score(key);
      if (!isBetter(score, this.#bestScore)) continue;
      this.#best = key;
      this.#bestScore = score;
    }
  }
}

function isBetter(a: Score, b: Score): boolean {
  if (!Number.isFinite(a.value)) return false;
  if (a.setAside !== b.setAside) return b.setAside;
  return a.value === b.value ? a.resource > b.resource : a.value < b.value;
}
