import { isPromise } from '../domain/json.ts';
import type { SearchSpace } from '../domain/search-space.ts';
import { makeOffer } from '../engine/offer.ts';
import { relive } from '../engine/recover.ts';
import { StudyState } from '../engine/study-state.ts';
import type { Plugin } from '../plugin/define.ts';
import type { TrialReader } from '../ports/trial-store.ts';
import { encode } from '../store/codec.ts';
import { makeSearcher, recordedDefinition } from './rebuild-searcher.ts';
import { recordedSuggestion } from './recorded-suggestion.ts';

/** A decision that came out differently when it was computed again. */
export interface ReplayDifference {
  /** Place in the journal. */
  readonly seq: number;
  /** What was asked: `start`, `fork`, `resume`, `stop`, `report`. */
  readonly what: string;
  readonly recorded: string;
  readonly replayed: string;
}

/** What a replay found. */
export interface ReplayResult {
  /** Decisions computed again: suggestions and answers to reports. */
  readonly decisions: number;
  readonly events: number;
  /** Where they differ; empty if the study was reproduced bit for bit. */
  readonly differences: readonly ReplayDifference[];
}

/**
 * Computes every decision of a study again from its seed and the recorded order of events, and compares each with what was
 * decided then. Nothing is run and nothing is written.
 * @param most differences after which it stops looking
 * @throws FettleError `study-missing` if the store is empty
 */
export async function replayStudy(
  reader: TrialReader,
  space: SearchSpace,
  plugin: Plugin<'searcher'> | Plugin<'sampler'>,
  most = 20,
): Promise<ReplayResult> {
  const searcher = makeSearcher(plugin, space, recordedDefinition(reader));
  const state = new StudyState();
  const differences: ReplayDifference[] = [];
  let decisions = 0;
  const compare = (seq: number, what: string, recorded: unknown, replayed: unknown): void => {
    decisions += 1;
    const [before, now] = [canonical(recorded), canonical(replayed)];
    if (before !== now) differences.push({ seq, what, recorded: before, replayed: now });
  };
  try {
    for (const event of reader.journal()) {
      if (differences.length >= most) break;
      const recorded = recordedSuggestion(event);
      if (recorded !== undefined) {
        const answer = searcher.ask(makeOffer(state, recorded.draw));
        compare(event.seq, recorded.suggestion.kind, recorded.suggestion, isPromise(answer) ? await answer : answer);
      }
      const lived = relive(event, state, searcher, (now, then) => compare(event.seq, 'report', then, now));
      const trial = isPromise(lived) ? await lived : lived;
      if (trial !== undefined) state.forget(trial);
    }
  } finally {
    await searcher.close();
  }
  return { decisions, events: state.seq, differences };
}

/** The same text for the same value: keys in order, what is undefined left out. */
function canonical(value: unknown): string {
  return encode(ordered(value));
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, ordered(item)]));
}
