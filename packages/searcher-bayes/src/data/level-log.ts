import type { ObservedReport, TrialOutcome, TrialView } from '@fettle/core';
import type { Told } from '../engine/protocol.ts';

/** A value that a trial had reached with so much resource. */
interface Mark {
  /** `Infinity`: at its own end, so that it stands for every level. */
  readonly resource: number;
  readonly value: number;
  readonly extras: readonly number[];
}

/** What is kept of a trial. */
interface Curve {
  /** With increasing resource. Of a trial that runs to its own end only the last mark is kept. */
  marks: Mark[];
  readonly levels: Set<number>;
}

/** Failures that say nothing of the configuration. */
const BLAMELESS: ReadonlySet<string> = new Set(['node', 'preempted', 'launch']);

/**
 * Turns reports and ends into observations at levels of resource: those to which trials are sent, and those at which trials
 * were paused or stopped. A trial's value at a level is its first report there or above, once and for all (as at a rung); a trial
 * that ended by itself has its value at every level above, a trial that failed is worse than all others at every level.
 *
 * Where trials run to their own end there is a single level, `Infinity`; a trial that was stopped before has its last value there.
 */
export class LevelLog {
  readonly #extrasOf: (report: ObservedReport) => readonly number[];
  readonly #unknown: readonly number[];
  readonly #levels = new Set<number>();
  readonly #curves = new Map<number, Curve>();

  /**
   * @param extrasOf the other metrics that are learned, of a report
   * @param extras how many they are
   */
  constructor(extrasOf: (report: ObservedReport) => readonly number[], extras: number) {
    this.#extrasOf = extrasOf;
    this.#unknown = Array<number>(extras).fill(Number.NaN);
  }

  reported(trial: TrialView, report: ObservedReport): Told[] {
    const curve = this.#curveOf(trial);
    const mark = { resource: report.resource, value: report.value, extras: this.#extrasOf(report) };
    if (trial.until === undefined) {
      curve.marks = [mark];
      return [];
    }
    curve.marks.push(mark);
    if (report.resource >= trial.until && !this.#levels.has(trial.until)) return this.#discover(trial.until);
    return this.#fill(trial.id, curve, this.#levels);
  }

  ended(trial: TrialView, outcome: TrialOutcome): Told[] {
    const curve = this.#curveOf(trial);
    const last = curve.marks.at(-1);
    const target = trial.until ?? Number.POSITIVE_INFINITY;
    const resource = Number.POSITIVE_INFINITY;
    switch (outcome.state) {
      case 'completed':
        curve.marks.push({ resource, value: outcome.value, extras: last?.extras ?? this.#unknown });
        break;
      case 'failed':
        if (BLAMELESS.has(outcome.failure)) return [];
        curve.marks.push({ resource, value: resource, extras: this.#unknown });
        break;
      case 'stopped':
        if (last === undefined) return [];
        if (trial.until === undefined) curve.marks.push({ ...last, resource });
        else return this.#discover(last.resource);
        break;
      case 'paused':
        return last === undefined ? [] : this.#discover(last.resource);
    }
    return this.#levels.has(target) ? this.#fill(trial.id, curve, this.#levels) : this.#discover(target);
  }

  #curveOf({ id }: TrialView): Curve {
    let curve = this.#curves.get(id);
    if (curve === undefined) this.#curves.set(id, (curve = { marks: [], levels: new Set() }));
    return curve;
  }

  /** A level that was not known before: what earlier trials had there is an observation now. */
  #discover(level: number): Told[] {
    if (this.#levels.has(level)) return [];
    this.#levels.add(level);
    return [...this.#curves].flatMap(([trial, curve]) => this.#fill(trial, curve, [level]));
  }

  #fill(trial: number, curve: Curve, levels: Iterable<number>): Told[] {
    const told: Told[] = [];
    for (const level of levels) {
      const mark = curve.levels.has(level) ? undefined : curve.marks.find(({ resource }) => resource >= level);
      if (mark === undefined) continue;
      curve.levels.add(level);
      told.push({ kind: 'observed', trial, level, value: mark.value, extras: mark.extras });
    }
    return told;
  }
}
