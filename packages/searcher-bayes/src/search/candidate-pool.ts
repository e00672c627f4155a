import { pointKey, snapped, type SpaceLayout } from '../encoding/space-layout.ts';

/** A point that could be tried, and what its acquisition is. */
export interface Candidate {
  readonly point: Float64Array;
  readonly value: number;
}

/** The candidates seen so far, without those that were tried before. */
export class CandidatePool {
  readonly #layout: SpaceLayout;
  readonly #taken: ReadonlySet<string>;
  readonly #byKey = new Map<string, Candidate>();

  /** @param taken keys of the points that must not be proposed */
  constructor(layout: SpaceLayout, taken: ReadonlySet<string>) {
    this.#layout = layout;
    this.#taken = taken;
  }

  /** Those of the points that are new, each once. */
  fresh(points: readonly Float64Array[]): Float64Array[] {
    const seen = new Set<string>();
    return points.filter((point) => {
      const key = pointKey(point);
      if (seen.has(key) || this.#byKey.has(key) || this.#taken.has(key)) return false;
      seen.add(key);
      return true;
    });
  }

  /** @returns whether the candidate may be proposed */
  add({ point, value }: Candidate): boolean {
    const meant = snapped(this.#layout, point);
    const key = pointKey(meant);
    if (this.#taken.has(key)) return false;
    const known = this.#byKey.get(key);
    if (known === undefined || known.value < value) this.#byKey.set(key, { point: meant, value });
    return true;
  }

  /** All candidates, best first; equal ones in the order they came. */
  ranked(): Candidate[] {
    return [...this.#byKey.values()].sort((a, b) => b.value - a.value);
  }
}
