/** Trainings that were written down beforehand: what the benchmarks of early stopping are played on. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createRandomStream } from '@fettle/core';

/** A table of learning curves. */
export interface CurveProblem {
  readonly name: string;
  /** Steps of a whole training. */
  readonly length: number;
  /** A loss for each configuration and step, the first step first; `NaN` where the training had diverged. */
  readonly curves: readonly (readonly number[])[];
}

/** A task of the TaskSet folder: one gzipped JSON file with a row of losses for each configuration. */
interface CurveFile {
  readonly task: string;
  readonly curves: readonly (readonly (number | null)[])[];
}

/**
 * Real learning curves: every `*.json.gz` of a folder, each an object with `task` and `curves`, `null` for what was not
 * finite (TaskSet, Metz et al. 2020, a thousand configurations of Adam's eight hyperparameters for each task).
 */
export function readCurveProblems(folder: string): readonly CurveProblem[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.json.gz'));
  return names.sort().map((name) => {
    const { task, curves } = JSON.parse(gunzipSync(readFileSync(join(folder, name))).toString()) as CurveFile;
    return {
      name: task,
      length: curves[0]!.length,
      curves: curves.map((curve) => curve.map((value) => value ?? Number.NaN)),
    };
  });
}

/**
 * How much an early loss says, as the weight of a configuration's final loss in it, -1 to 1; the rest is chance. `step` goes
 * from 1 to `length`.
 */
type Telling = (step: number, length: number) => number;

const FAMILIES: { readonly [name: string]: Telling } = {
  'informative from the start': () => 0.97,
  'more and more informative': (step, length) => Math.log(step) / Math.log(length),
  'noise up to 1/27': (step, length) => (step * 27 <= length ? 0 : 0.97),
  'noise up to 1/3': (step, length) => (step * 3 <= length ? 0 : 0.97),
  'noise up to the last step': (step, length) => (step < length ? 0 : 1),
  'inverted up to 1/27': (step, length) => (step * 27 <= length ? -0.97 : 0.97),
  'inverted up to 1/3': (step, length) => (step * 3 <= length ? -0.97 : 0.97),
  'inverted up to the last step': (step, length) => (step < length ? -0.97 : 1),
};

/**
 * Made-up curves, 81 steps long, for every way in which early losses may tell or mislead. Final losses are distances from a
 * point in the unit cube of four dimensions, with the best at 0.05.
 * @param configurations of each family
 */
export function syntheticProblems(configurations = 5000): readonly CurveProblem[] {
  const length = 81;
  return Object.entries(FAMILIES).map(([name, telling]) => {
    const stream = createRandomStream(0, 'curves', name);
    const curves = Array.from({ length: configurations }, () => {
      let distance = 0;
      for (let dimension = 0; dimension < 4; dimension += 1) distance += ((stream.next() - 0.3) / 0.7) ** 2 / 4;
      return Array.from({ length }, (_, index) => {
        const step = index + 1;
        if (step === length) return 0.05 + distance;
        const weight = telling(step, length);
        const rest = Math.sqrt(1 - weight * weight) * 0.2 * stream.normal();
        return 1.5 + weight * distance + rest - step / length;
      });
    });
    return { name, length, curves };
  });
}
