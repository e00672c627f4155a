import { isPromise } from '../domain/json.ts';
import type { SearchSpace } from '../domain/search-space.ts';
import type { StudyDefinition } from '../domain/study-spec.ts';
import type { TrialId } from '../domain/trial.ts';
import { studyStream } from '../engine/random-streams.ts';
import { relive } from '../engine/recover.ts';
import { pluginError } from '../plugin-error.ts';
import { SearcherGuard } from '../engine/searcher-guard.ts';
import { StudyState } from '../engine/study-state.ts';
import { FettleError, messageOf } from '../errors.ts';
import { isPlugin, type Plugin } from '../plugin/define.ts';
import type { Logger } from '../ports/logger.ts';
import type { SearcherDescription, TrialStanding } from '../ports/searcher-description.ts';
import type { TrialReader } from '../ports/trial-store.ts';
import { asSearcher } from '../searchers/as-searcher.ts';
import { silentLogger } from './silent-logger.ts';

/** A searcher that knows a study's history, for questions. */
export interface RebuiltSearcher {
  /** Where it stands; only notes, and none, if it does not say. */
  describe(): Promise<SearcherDescription>;
  /** How a trial stands at the rungs; `undefined` if it does not know the trial, or does not say. */
  standing(trial: TrialId): TrialStanding | undefined;
  /** Closes the searcher. */
  close(): Promise<void>;
}

/** What the searcher of a study is made from. */
export type SearcherBasis = Pick<StudyDefinition, 'objective' | 'seed' | 'resumable' | 'duplicates'>;

/** A fresh searcher for a study. @throws FettleError that names it, if it cannot be made for this one */
export function makeSearcher(
  plugin: Plugin<'searcher'> | Plugin<'sampler'>,
  space: SearchSpace,
  { objective, seed, resumable, duplicates }: SearcherBasis,
  logger: Logger = silentLogger(),
): SearcherGuard {
  const whole = isPlugin(plugin, 'sampler') ? asSearcher(plugin) : plugin;
  const { name } = whole.definition;
  const random = (purpose: string) => studyStream(seed, purpose);
  const context = { space, objective, resumable, duplicates, random, logger };
  try {
    return new SearcherGuard(whole.create(context), name, space);
  } catch (thrown) {
    // What has no right shape was named already: this one, or one inside it.
    if (thrown instanceof FettleError && thrown.code === 'plugin-invalid') throw thrown;
    throw pluginError(`searcher '${name}'`, `cannot be made for this study: ${messageOf(thrown)}`, thrown);
  }
}

/** The definition of the study in a store. @throws FettleError `study-missing` if the store is empty */
export function recordedDefinition(reader: TrialReader): StudyDefinition {
  const summary = reader.summary();
  if (summary === undefined) throw new FettleError('study-missing', 'There is no study in this store.');
  return summary.definition;
}

/**
 * Makes the searcher of a recorded study anew and tells it the study's history, to ask it how things stand, or stood.
 * Nothing is run and nothing is written.
 * @param upTo number of the last event it is told of; default: all
 * @returns the searcher; close it after the last question
 * @throws FettleError `study-missing` if the store is empty, `plugin-misbehaved` if the searcher does not live through it
 */
export async function rebuildSearcher(
  reader: TrialReader,
  space: SearchSpace,
  plugin: Plugin<'searcher'> | Plugin<'sampler'>,
  upTo = Number.POSITIVE_INFINITY,
): Promise<RebuiltSearcher> {
  const searcher = makeSearcher(plugin, space, recordedDefinition(reader));
  const state = new StudyState();
  try {
    for (const event of reader.journal()) {
      if (event.seq > upTo) break;
      const lived = relive(event, state, searcher);
      const trial = isPromise(lived) ? await lived : lived;
      if (trial !== undefined) state.forget(trial);
    }
  } catch (thrown) {
    await searcher.close();
    throw thrown;
  }
  return searcher;
}
