import { pointKey, snapped, type SpaceLayout } from '../encoding/space-layout.ts';

/** A point that could be tried, and what its acquisition is. */
export interface Candidate {
  readonly point: Float64Array;
  readonly value: number;
}

/** The candidates seen so far. Which of them were tried before is looked up for the best ones only: keys cost more than ranks. */
export class CandidatePool {
  readonly #layout: SpaceLayout;
  readonly #taken: ReadonlySet<string>;
  readonly #hasGrids: boolean;
  /** Keys of the points that were given out as fresh. */
  readonly #seen = new Set<string>();
  readonly #candidates: Candidate[] = [];

  /** @param taken keys of the points that must not be proposed */
  constructor(layout: SpaceLayout, taken: ReadonlySet<string>) {
    this.#layout = layout;
    this.#taken = taken;
    this.#hasGrids = layout.grids.some((grid) => grid !== undefined);
  }

  /** Those of the points that are new, each once. Where every parameter is continuous no two points meet by chance. */
  fresh(points: readonly Float64Array[]): readonly Float64Array[] {
    if (!this.#hasGrids) return points;
    return points.filter((point) => {
      const key = pointKey(point);
      if (this.#seen.has(key) || this.#taken.has(key)) return false;
      this.#seen.add(key);
      return true;
    });
  }

  add(candidate: Candidate): void {
    this.#candidates.push(candidate);
  }

  /** The candidates that may be proposed, each once, best first; equal ones in the order they came. */
  *ranked(): Generator<Candidate, void> {
    const given = new Set<string>();
    for (const { point, value } of this.#candidates.toSorted((a, b) => b.value - a.value)) {
      const meant = snapped(this.#layout, point);
      const key = pointKey(meant);
      if (this.#taken.has(key) || given.has(key)) continue;
      given.add(key);
      yield { point: meant, value };
    }
  }
}
