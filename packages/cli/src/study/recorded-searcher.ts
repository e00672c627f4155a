import { isDeepStrictEqual } from 'node:util';
import { messageOf, rebuildSearcher, type RebuiltSearcher, withoutPluginVersions } from '@fettle/core';
import { loadStudy } from '../study-file/load.ts';
import type { OpenStudy } from './open-reader.ts';

/** What a searcher answered, or why it could not be asked. */
export type Asked<T> = { readonly answer: T } | { readonly problem: string };

/**
 * Makes the searcher of a study on disk anew, tells it the study's history, and asks it something. That takes the study file,
 * for it says which searcher it was. Questions about a study must have an answer in any case: what goes wrong here is told
 * beside it, not thrown.
 */
export async function askSearcher<T>(
  { place, reader, summary }: OpenStudy,
  ask: (searcher: RebuiltSearcher) => T | Promise<T>,
): Promise<Asked<T>> {
  if (place.file === undefined) return { problem: 'name the study file to see how the searcher stands' };
  try {
    const { space, searcher: plugin } = await loadStudy(place.file);
    if (!isDeepStrictEqual(withoutPluginVersions(plugin.record), withoutPluginVersions(summary.definition.searcher))) {
      return { problem: 'the study file names another searcher now, so it cannot say how this one stands' };
    }
    const searcher = await rebuildSearcher(reader, space, plugin);
    try {
      return { answer: await ask(searcher) };
    } finally {
      await searcher.close();
    }
  } catch (thrown) {
    return { problem: `the searcher could not be asked: ${messageOf(thrown)}` };
  }
}
