/** A planned fit of the hyperparameters. */
export interface PlannedFit {
  /** It is made of so many observations, the first ones. */
  readonly count: number;
  /** It is used from so many observations on. */
  readonly due: number;
  /** Whether it starts afresh, for later fits to start from it. */
  readonly isAnchor: boolean;
  /** The count of the anchor from which it starts, besides its fresh start. */
  readonly anchor: number | undefined;
  /** The work that it is expected to take, in the unit of the schedule's likelihood. */
  readonly work: number;
}

/** Evaluations of the likelihood in a fit and, for anchors, in the choice of a warp: seldom more. */
export const STEPS = { fit: 40, warp: 70 } as const;
/** The observations on which warps are compared, at most. */
const WARP_SAMPLE = 128;
/** Refitted is after 4 % more observations. */
const REFIT_SHARE = 25;

/**
 * Says which fit of the hyperparameters a suggestion uses, by counting observations and never by looking at the clock, so that
 * the same history gives the same suggestion on every machine and after every restart.
 *
 * The work of a fit is spread over the observations between its count and the one from which it is used. Fits hang on one
 * other fit at most, their anchor, so a restart repeats two and not all of them. See ADR 0009.
 */
export class FitSchedule {
  readonly #likelihood: (count: number) => number;
  readonly #share: number;
  /** Ascending; grows as needed. */
  readonly #fits: PlannedFit[];

  /**
   * @param first the first count at which there is a fit
   * @param likelihood the work of one evaluation of the likelihood of so many observations
   * @param share the work that may be done for each observation
   */
  constructor(first: number, likelihood: (count: number) => number, share: number) {
    this.#likelihood = likelihood;
    this.#share = share;
    this.#fits = [{ count: first, due: first, isAnchor: true, anchor: undefined, work: this.#workOf(first, true) }];
  }

  /** The fit that is used with so many observations; undefined while there is none. */
  used(observations: number): PlannedFit | undefined {
    return this.#last(observations, ({ due }) => due);
  }

  /** The last fit that is begun by then. */
  begun(observations: number): PlannedFit | undefined {
    return this.#last(observations, ({ count }) => count);
  }

  #last(observations: number, begins: (fit: PlannedFit) => number): PlannedFit | undefined {
    while (begins(this.#fits.at(-1)!) <= observations) this.#fits.push(this.#after(this.#fits.at(-1)!));
    return this.#fits.findLast((fit) => begins(fit) <= observations);
  }

  /**
   * The next fit: after each observation at first; never before the last one is in use. The question that first uses a fit which
   * took several ends it and takes in what came since: it does not begin the next one as well.
   */
  #after(last: PlannedFit): PlannedFit {
    const free = last.due > last.count ? last.due + 1 : last.due;
    const count = Math.max(free, last.count + Math.max(1, Math.ceil(last.count / REFIT_SHARE)));
    const isAnchor = stage(count) > stage(last.count);
    const work = this.#workOf(count, isAnchor);
    const lag = Math.max(0, Math.ceil(work / this.#share) - 1);
    return { count, due: count + lag, isAnchor, anchor: last.isAnchor ? last.count : last.anchor, work };
  }

  #workOf(count: number, isAnchor: boolean): number {
    const warp = isAnchor ? STEPS.warp * this.#likelihood(Math.min(count, WARP_SAMPLE)) : 0;
    return STEPS.fit * this.#likelihood(count) + warp;
  }
}

/** Grows by one from 4 to 5, 6, 7, 8, then 10, 12, 14, 16, 20 and so on: four to each doubling. */
function stage(count: number): number {
  const doubling = 31 - Math.clz32(Math.max(4, count));
  return doubling * 4 + Math.floor(Math.max(4, count) / 2 ** (doubling - 2));
}
