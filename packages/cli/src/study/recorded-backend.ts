import type { AttemptId, Recollection } from '@fettle/core';
import { messageOf } from '@fettle/core/errors';
import type { OpenStudy } from './open-reader.ts';
import type { Asked } from './recorded-searcher.ts';
import { recordedSettings } from './recorded-settings.ts';

/** The backends of the core: they know nothing that is not in the journal, so nothing is loaded to ask them. */
const SILENT: readonly (string | undefined)[] = ['local', 'in-process', undefined];

/**
 * Asks the backend of a study on disk what it knows of some attempts, which takes the study file. Questions about a study must
 * have an answer in any case: what goes wrong here is told beside it, not thrown.
 */
export async function askBackend(
  { place, reader }: OpenStudy,
  attempts: readonly AttemptId[],
): Promise<Asked<Recollection | undefined>> {
  if (place.file === undefined || SILENT.includes(recordedSettings(reader)?.backend.type)) return { answer: undefined };
  try {
    const [{ silentLogger }, { loadBackend }] = await Promise.all([
      import('@fettle/core'),
      import('../study-file/load.ts'),
    ]);
    const backend = await loadBackend(place.file);
    return { answer: await backend?.create({ logger: silentLogger() }).recall?.(place.folder, attempts) };
  } catch (thrown) {
    return { problem: `the backend could not be asked: ${messageOf(thrown)}` };
  }
}
