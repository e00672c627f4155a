import type { AttemptEnd } from '../domain/failure.ts';
import type { Objective } from '../domain/objective.ts';
import { type Metrics, requireNumbers } from '../domain/report.ts';
import { messageOf } from '../errors.ts';
import { stackLine } from '../stack-place.ts';
import type { LaunchRequest } from '../ports/backend.ts';
import type { Evaluate } from '../ports/program.ts';

/** Where the reports of an evaluation go. */
type ReportTaker = (metrics: Metrics, resource: number) => void;

/** What an evaluation is called with. */
export interface EvaluationParts {
  readonly evaluate: Evaluate;
  readonly request: LaunchRequest;
  readonly objective: Objective;
  readonly checkpointDirectory: string | undefined;
  readonly signal: AbortSignal;
  readonly report: ReportTaker;
}

/**
 * Calls the function once and says how that ended. Never throws.
 *
 * - Reports have the resource they were given, else the value of the objective's resource metric, else they are counted
 *   on from where the trial resumed. What is given counts from the objective's `resourceFrom`.
 * - What the function returns is one more report: at the level it was to run to, or the next count if it has none. A
 *   value returned after that level has been reported says nothing new and is left out.
 * - A function that returns nothing, or throws because it was aborted, before it has come to its level, has saved itself.
 */
export async function evaluateOnce(parts: EvaluationParts): Promise<AttemptEnd> {
  const { evaluate, request, objective, signal } = parts;
  const { trial, configuration, until, resumeFrom, seed } = request;
  const { resourceFrom = 1 } = objective;
  let last = resumeFrom;
  /** What was reported without the objective. */
  const others = new Set<string>();
  const report = (metrics: Metrics, resource = resourceIn(metrics, objective) ?? last + resourceFrom): void => {
    requireNumbers(metrics, resource, resourceFrom);
    if (!Object.hasOwn(metrics, objective.metric)) for (const name of Object.keys(metrics)) others.add(name);
    last = Math.max(last, resource + 1 - resourceFrom);
    parts.report(metrics, resource);
  };
  const finished = (): AttemptEnd => {
    if (others.size === 0) return { kind: 'finished' };
    return { kind: 'finished', note: `It reported ${[...others].join(', ')}, and no '${objective.metric}'.` };
  };
  const reached = (): boolean => until !== undefined && last >= until;
  try {
    const returned = await evaluate({
      trial,
      configuration,
      until,
      resumeFrom,
      seed,
      signal,
      checkpointDirectory: parts.checkpointDirectory,
      report: (metrics, resource) => report(metrics, resource),
    });
    if (returned === undefined) return signal.aborted && !reached() ? { kind: 'checkpointed' } : finished();
    const metrics = typeof returned === 'number' ? { [objective.metric]: returned } : returned;
    const end = until === undefined ? undefined : until - 1 + resourceFrom;
    if (!reached()) report(metrics, resourceIn(metrics, objective) ?? end);
    return finished();
  } catch (thrown) {
    if (signal.aborted && isAbort(thrown, signal)) return { kind: 'checkpointed' };
    return { kind: 'failed', failure: 'code', message: describeThrown(thrown) };
  }
}

function resourceIn(metrics: Metrics, { resource }: Objective): number | undefined {
  return resource === undefined ? undefined : metrics[resource];
}

function show(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(value);
}

function isAbort(thrown: unknown, signal: AbortSignal): boolean {
  return thrown === signal.reason || (thrown instanceof Error && thrown.name === 'AbortError');
}

/** The message and the place it came from. */
function describeThrown(thrown: unknown): string {
  if (!(thrown instanceof Error)) return `It threw ${show(thrown)}.`;
  const top = stackLine(thrown);
  const what = `${thrown.name}: ${messageOf(thrown)}`;
  return top === undefined ? what : `${what}\n${top}`;
}
