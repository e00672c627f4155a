import { type AttemptId, messageOf, type Recollection, silentLogger } from '@fettle/core';
import { loadStudy } from '../study-file/load.ts';
import type { OpenStudy } from './open-reader.ts';
import type { Asked } from './recorded-searcher.ts';

/**
 * Asks the backend of a study on disk what it knows of some attempts, which takes the study file. Questions about a study must
 * have an answer in any case: what goes wrong here is told beside it, not thrown.
 */
export async function askBackend(
  { place }: OpenStudy,
  attempts: readonly AttemptId[],
): Promise<Asked<Recollection | undefined>> {
  if (place.file === undefined) return { answer: undefined };
  try {
    const { backend } = await loadStudy(place.file);
    return { answer: await backend?.create({ logger: silentLogger() }).recall?.(place.folder, attempts) };
  } catch (thrown) {
    return { problem: `the backend could not be asked: ${messageOf(thrown)}` };
  }
}
