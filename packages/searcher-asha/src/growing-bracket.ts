import type { TrialId } from '@fettle/core';
import { Bracket, type Arrival } from './bracket.ts';
import { placeAt } from './reasons.ts';

/** Trials whose curves are compared with each other to estimate the noise: the best of the highest rung in use. */
const COMPARED = 30;
/** Which part of the differences between curves that cross counts as noise. */
const NOISE_QUANTILE = 0.9;

/** A trial's reports: resource levels and normalised values, in order. */
interface Curve {
  readonly resources: number[];
  readonly values: number[];
}

/**
 * A bracket of which only the two lowest rungs are in use at first, and one more whenever the two highest in use disagree
 * about the order of the trials that reached both. They agree if in the rung below, each trial's place is held by itself or
 * by one whose value there differs by no more than the noise. The noise is read off pairs of curves that cross and cross
 * back, for what separates those is no difference of quality: the 90th percentile of their last differences, among the
 * thirty best trials.
 *
 * Bohdal et al., PASHA: Efficient HPO and NAS with Progressive Resource Allocation, ICLR 2023.
 */
export class GrowingBracket extends Bracket {
  readonly #curves = new Map<TrialId, Curve>();
  #ceiling = Math.min(1, this.top);

  override get ceiling(): number {
    return this.#ceiling;
  }

  override get notes(): readonly string[] {
    // Two rungs are always in use.
    if (this.top < 2) return [];
    if (this.#ceiling === this.top) return ['all rungs are in use: the order of the best trials changed up to the top'];
    const { level, size } = this.rungs[this.#ceiling]!;
    const order = size < 2 ? 'too few have come to it to compare orders' : 'the order of the best trials is stable';
    return [`the highest rung in use is ${level} (of ${this.rungs[this.top]!.level}): ${order}`];
  }

  override reason(arrival: Arrival): string {
    if (arrival.rung < this.#ceiling) return super.reason(arrival);
    const { size, level } = this.rungs[arrival.rung]!;
    return `${placeAt(arrival.rank, size, level)}: no higher rung is in use yet`;
  }

  override reach(trial: TrialId, resource: number, value: number): Arrival | undefined {
    if (this.#ceiling < this.top) this.#note(trial, resource, value);
    const arrival = super.reach(trial, resource, value);
    if (arrival !== undefined && arrival.rung >= this.#ceiling) this.#grow();
    return arrival;
  }

  #note(trial: TrialId, resource: number, value: number): void {
    let curve = this.#curves.get(trial);
    if (curve === undefined) {
      curve = { resources: [], values: [] };
      this.#curves.set(trial, curve);
    }
    curve.resources.push(resource);
    curve.values.push(value);
  }

  #grow(): void {
    while (this.#ceiling < this.top && !this.#ordersAgree()) this.#ceiling += 1;
    if (this.#ceiling === this.top) this.#curves.clear();
  }

  /** Whether the two highest rungs in use agree about the order of those who reached both. */
  #ordersAgree(): boolean {
    const top = this.rungs[this.#ceiling]!;
    const below = this.rungs[this.#ceiling - 1]!;
    const after = top.inOrder().filter((trial) => Number.isFinite(top.valueOf(trial)));
    const reached = new Set(after);
    const before = below.inOrder().filter((trial) => reached.has(trial));
    const noise = this.#noise(after.slice(0, COMPARED));
    return after.every((trial, place) => {
      const holder = before[place]!;
      return holder === trial || Math.abs(below.valueOf(holder)! - below.valueOf(trial)!) <= noise;
    });
  }

  #noise(trials: readonly TrialId[]): number {
    const curves = trials.flatMap((trial) => this.#curves.get(trial) ?? []);
    const differences = curves.flatMap((one, index) =>
      curves.slice(index + 1).flatMap((other) => crossingDifference(one, other) ?? []),
    );
    differences.sort((a, b) => a - b);
    return differences[Math.ceil(NOISE_QUANTILE * differences.length) - 1] ?? 0;
  }
}

/** The last difference of two curves whose order changes and changes back; undefined for others. */
export function crossingDifference(a: Curve, b: Curve): number | undefined {
  let [changes, sign, last] = [0, 0, 0];
  for (let i = 0, j = 0; i < a.resources.length && j < b.resources.length; ) {
    const [at, other] = [a.resources[i]!, b.resources[j]!];
    if (at === other) {
      // Two infinities differ by NaN, which is no order.
      const difference = a.values[i]! - b.values[j]! || 0;
      const now = Math.sign(difference);
      if (now * sign < 0) changes += 1;
      if (now !== 0) sign = now;
      if (Number.isFinite(difference)) last = Math.abs(difference);
    }
    if (at <= other) i += 1;
    if (other <= at) j += 1;
  }
  return changes >= 2 ? last : undefined;
}
