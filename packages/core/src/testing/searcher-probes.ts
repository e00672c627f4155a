import type { StudyEvent } from '../domain/event.ts';
import { isPromise, type MaybePromise } from '../domain/json.ts';
import type { Objective } from '../domain/objective.ts';
import type { SearchSpace } from '../domain/search-space.ts';
import type { Suggestion } from '../domain/suggestion.ts';
import { makeOffer } from '../engine/offer.ts';
import { relive } from '../engine/recover.ts';
import { StudyState } from '../engine/study-state.ts';
import { isPlugin, type Plugin } from '../plugin/define.ts';
import type { Offer, Searcher } from '../ports/searcher.ts';
import type { TrialReader } from '../ports/trial-store.ts';
import { recordedSuggestion } from '../study/recorded-suggestion.ts';
import { asSearcher } from '../searchers/as-searcher.ts';
import { makeSearcher } from '../study/rebuild-searcher.ts';
import { fail } from './sampler-session.ts';
import { withoutGlobals } from './without-globals.ts';

/** What the simulated studies of the suite minimise. */
export const MINIMIZE: Objective = { metric: 'loss', goal: 'minimize' };

/** Everything a searcher decided, as text, in order. */
export function decisions(reader: TrialReader): string[] {
  const made: string[] = [];
  for (const event of reader.journal()) {
    if (event.type === 'trial:created') {
      const { trial, configuration, until } = event.body;
      made.push(`trial ${trial}: start ${JSON.stringify(configuration)} until ${until ?? 'its end'}`);
    } else if (event.type === 'trial:resumed') made.push(`trial ${event.body.trial}: resume until ${event.body.until}`);
    else if (event.type === 'trial:stopped' && event.body.released === 'suggestion') {
      made.push(`trial ${event.body.trial}: stop`);
    } else if (event.type === 'trial:reported') {
      const { trial, resource, decision } = event.body;
      made.push(`trial ${trial} at ${resource}: ${decision.kind}`);
    }
  }
  return made;
}

/** The first place in which two lists of decisions differ, in words. */
export function firstDifference(one: readonly string[], two: readonly string[]): string | undefined {
  for (let index = 0; index < Math.max(one.length, two.length); index += 1) {
    if (one[index] !== two[index]) return `'${one[index] ?? 'nothing'}' became '${two[index] ?? 'nothing'}'`;
  }
  return undefined;
}

/** The same plugin with something done around each question. */
export function probed(
  plugin: Plugin<'searcher'> | Plugin<'sampler'>,
  around: (ask: () => MaybePromise<Suggestion>) => MaybePromise<Suggestion>,
): Plugin<'searcher'> {
  const searcherPlugin = isPlugin(plugin, 'sampler') ? asSearcher(plugin) : plugin;
  return {
    ...searcherPlugin,
    create(context): Searcher {
      const made = searcherPlugin.create(context);
      return {
        ask: (offer: Offer) => around(() => made.ask(offer)),
        started: (trial) => made.started?.(trial),
        resumed: (trial) => made.resumed?.(trial),
        report: (trial, report, recorded) => made.report(trial, report, recorded),
        ended: (trial, outcome) => made.ended?.(trial, outcome),
        close: () => made.close?.(),
      };
    },
  };
}

/** Asks, asks again, and requires the same answer. */
export async function askTwice(ask: () => MaybePromise<Suggestion>): Promise<Suggestion> {
  const one = await ask();
  const two = await ask();
  if (JSON.stringify(one) !== JSON.stringify(two)) {
    fail(`asked twice with the same offer it answered ${JSON.stringify(one)} and then ${JSON.stringify(two)}`);
  }
  return one;
}

/** The same plugin without the global sources of randomness and time. */
export function isolated(plugin: Plugin<'searcher'> | Plugin<'sampler'>): Plugin<'searcher'> {
  const searcherPlugin = isPlugin(plugin, 'sampler') ? asSearcher(plugin) : plugin;
  return {
    ...searcherPlugin,
    create(context): Searcher {
      const made = withoutGlobals(() => searcherPlugin.create(context)) as Searcher;
      const told = (tell: () => void): void => void withoutGlobals(tell);
      return {
        ask: (offer) => withoutGlobals(() => made.ask(offer)),
        started: (trial) => told(() => made.started?.(trial)),
        resumed: (trial) => told(() => made.resumed?.(trial)),
        report: (trial, report, recorded) => withoutGlobals(() => made.report(trial, report, recorded)),
        ended: (trial, outcome) => told(() => made.ended?.(trial, outcome)),
        close: () => made.close?.(),
      };
    },
  };
}

/**
 * Tells a fresh searcher the history up to a moment, asks, and compares with what it suggested at that moment; an event that no
 * suggestion led to is no such moment.
 */
export async function compareRebuilt(
  plugin: Plugin<'searcher'> | Plugin<'sampler'>,
  space: SearchSpace,
  events: readonly StudyEvent[],
  moment: StudyEvent,
): Promise<void> {
  const recorded = recordedSuggestion(moment);
  if (recorded === undefined) return;
  const guard = makeSearcher(plugin, space, { objective: MINIMIZE, seed: 7, resumable: true, duplicates: 'redraw' });
  const state = new StudyState();
  let answer: Suggestion;
  try {
    for (const event of events.slice(0, moment.seq - 1)) {
      const lived = relive(event, state, guard);
      const trial = isPromise(lived) ? await lived : lived;
      if (trial !== undefined) state.forget(trial);
    }
    answer = await guard.ask(makeOffer(state, recorded.draw));
  } finally {
    await guard.close();
  }
  const [did, would] = [inWords(recorded.suggestion), inWords(answer)];
  if (did !== would) {
    fail(`rebuilt from ${moment.seq - 1} events it would ${would}, but it did ${did}: state was lost or left over`);
  }
}

/** A suggestion without its reason. */
function inWords(suggestion: Suggestion): string {
  switch (suggestion.kind) {
    case 'start':
    case 'fork':
      return `start ${JSON.stringify(suggestion.configuration)}`;
    case 'resume':
      return `resume ${suggestion.trial} until ${suggestion.until}`;
    case 'stop':
      return `stop ${suggestion.trial}`;
    default:
      return suggestion.kind;
  }
}
