import type { AttemptEnd } from '../domain/failure.ts';
import type { Metrics } from '../domain/report.ts';
import type { LaunchRequest } from '../ports/backend.ts';

/** One thing that a simulated attempt does, so many virtual milliseconds after the thing before. */
export type SimulatedStep =
  | {
      readonly kind: 'report';
      readonly wait: number;
      readonly metrics: Metrics;
      readonly resource?: number | undefined;
    }
  | { readonly kind: 'end'; readonly wait: number; readonly end: AttemptEnd }
  | { readonly kind: 'unreachable'; readonly wait: number; readonly message: string };

/**
 * What an attempt will do, given what it was launched with; without an `end` it finishes after its last step. It should
 * honour `until` and `resumeFrom` as a real program would.
 */
export type SimulatedProgram = (request: LaunchRequest) => Iterable<SimulatedStep>;

/**
 * The program that most simulations want: reports `value(configuration, resource)` at resource 1, 2, 3 … up to the level
 * it was given, from where it left off.
 * @param metric name of the objective
 * @param length resource of a whole training, in the study's unit
 * @param stepTime virtual milliseconds for one unit of resource
 */
export function curveProgram(
  metric: string,
  length: number,
  stepTime: number,
  value: (request: LaunchRequest, resource: number) => number,
): SimulatedProgram {
  return function* run(request) {
    const end = Math.min(length, request.until ?? length);
    for (let resource = request.resumeFrom + 1; resource <= end; resource += 1) {
      yield { kind: 'report', wait: stepTime, metrics: { [metric]: value(request, resource) }, resource };
    }
  };
}

/** Something that goes wrong with an attempt: changes what it would have done. */
export type Fault = (steps: readonly SimulatedStep[]) => readonly SimulatedStep[];

/** Faults for tests of what a study survives. */
export const faults = {
  /** Ends after so many reports, in this way. */
  endAfter:
    (reports: number, end: AttemptEnd): Fault =>
    (steps) => [...steps.filter((step) => step.kind === 'report').slice(0, reports), { kind: 'end', wait: 0, end }],
  /** Its machine dies after so many reports. */
  loseNode: (reports: number): Fault =>
    faults.endAfter(reports, { kind: 'failed', failure: 'node', message: 'the node died' }),
  /** Everything takes so many times as long. */
  straggle:
    (factor: number): Fault =>
    (steps) =>
      steps.map((step) => ({ ...step, wait: step.wait * factor })),
  /** Each report is said twice. */
  duplicateReports: (): Fault => (steps) =>
    steps.flatMap((step): SimulatedStep[] => (step.kind === 'report' ? [step, { ...step, wait: 0 }] : [step])),
  /** Each two reports arrive in the wrong order. */
  swapReports: (): Fault => (steps) => {
    const swapped = [...steps];
    for (let index = 0; index + 1 < swapped.length; index += 2) {
      const [first, second] = [swapped[index], swapped[index + 1]];
      if (first?.kind !== 'report' || second?.kind !== 'report') continue;
      swapped[index] = { ...second, wait: first.wait };
      swapped[index + 1] = { ...first, wait: second.wait };
    }
    return swapped;
  },
  /** The metric is not a number from this report on (counted from 0). */
  diverge:
    (metric: string, from: number, value = Number.NaN): Fault =>
    (steps) => {
      let seen = -1;
      return steps.map((step) => {
        if (step.kind !== 'report') return step;
        seen += 1;
        return seen < from ? step : { ...step, metrics: { ...step.metrics, [metric]: value } };
      });
    },
  /** Its platform does not answer for a while after so many steps, then goes on. */
  goSilent:
    (after: number, message = 'no answer'): Fault =>
    (steps) => [...steps.slice(0, after), { kind: 'unreachable', wait: 0, message }, ...steps.slice(after)],
  /** Says that it ended, and says it again. */
  endTwice: (): Fault => (steps) => [
    ...steps,
    { kind: 'end', wait: 0, end: { kind: 'finished' } },
    { kind: 'end', wait: 0, end: { kind: 'finished' } },
  ],
  /** Reports once more after its end. */
  reportLate:
    (metric: string): Fault =>
    (steps) => [
      ...steps,
      { kind: 'end', wait: 0, end: { kind: 'finished' } },
      { kind: 'report', wait: 1, metrics: { [metric]: 0 }, resource: 1e6 },
    ],
} as const;
