/** Leads a searcher by hand, without an engine around it, and times its answers. */
import {
  createRandomStream,
  float,
  searchSpace,
  silentLogger,
  type Decision,
  type Offer,
  type Plugin,
  type TrialId,
  type TrialView,
} from '@fettle/core';

/** Microseconds of every `report` and every `ask`, by the number of trials that had been started. */
export interface Timing {
  readonly trials: number[];
  readonly report: number[];
  readonly ask: number[];
}

type Writable = { -readonly [K in keyof TrialView]: TrialView[K] };

/**
 * Runs attempts one after the other until so many trials have been started. Each reports at the levels given, from where it
 * left off, until it is told to halt.
 */
export async function driveSearcher(
  plugin: Plugin<'searcher'>,
  trials: number,
  levels: readonly number[],
): Promise<Timing> {
  const searcher = plugin.create({
    space: searchSpace({ x: float({ min: 0, max: 1 }) }),
    objective: { metric: 'loss', goal: 'minimize' },
    resumable: true,
    random: (purpose) => createRandomStream(0, 'study', purpose),
    logger: silentLogger(),
  });
  const active = new Map<TrialId, Writable>();
  const paused = new Map<TrialId, Writable>();
  const noise = createRandomStream(1, 'noise');
  const timing: Timing = { trials: [], report: [], ask: [] };
  let started = 0;
  while (started < trials) {
    const trial = started + 1;
    const offer: Offer = {
      trial,
      draw: 0,
      active,
      paused,
      random: (purpose) => createRandomStream(0, 'trial', trial, purpose),
    };
    const asked = performance.now();
    const suggestion = await searcher.ask(offer);
    const askTime = (performance.now() - asked) * 1000;
    let view: Writable;
    if (suggestion.kind === 'start') {
      const { configuration, until } = suggestion;
      started += 1;
      view = { id: trial, configuration, origin: 'searcher', until, resource: 0 };
      active.set(view.id, view);
      searcher.started?.(view);
    } else if (suggestion.kind === 'resume') {
      view = paused.get(suggestion.trial)!;
      paused.delete(view.id);
      view.until = suggestion.until;
      active.set(view.id, view);
      searcher.resumed?.(view);
    } else if (suggestion.kind === 'stop') {
      view = paused.get(suggestion.trial)!;
      paused.delete(view.id);
      searcher.ended?.(view, { state: 'stopped', resource: view.resource, reason: suggestion.reason });
      continue;
    } else throw new Error(`the searcher has nothing to do: ${suggestion.reason}`);
    timing.ask.push(askTime);

    let decision: Decision = { kind: 'continue' };
    for (const resource of levels) {
      if (resource <= view.resource || resource > (view.until ?? Number.POSITIVE_INFINITY)) continue;
      const value = Number(view.configuration['x']) + noise.next() / resource;
      const began = performance.now();
      const answer = searcher.report(view, { resource, value, metrics: { loss: value } });
      timing.report.push((performance.now() - began) * 1000);
      timing.trials.push(started);
      decision = await answer;
      view.resource = resource;
      view.value = value;
      if (decision.kind !== 'continue') break;
    }
    active.delete(view.id);
    const { resource, value = Number.NaN } = view;
    if (decision.kind === 'pause') {
      paused.set(view.id, view);
      searcher.ended?.(view, { state: 'paused', resource });
    } else if (decision.kind === 'stop') {
      searcher.ended?.(view, { state: 'stopped', resource, reason: decision.reason });
    } else searcher.ended?.(view, { state: 'completed', value, resource });
  }
  return timing;
}
