import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSqliteStore } from '@fettle/core/store';
import type { StudyPlace } from '../study/locate.ts';
import { askSearcher } from '../study/recorded-searcher.ts';

/**
 * Writes the HTML report of a study beside its database. A report that cannot be made is a pity and no failure of the study.
 * @returns the file; undefined if there is none
 */
export async function writeReport(place: StudyPlace, warn: (message: string) => void): Promise<string | undefined> {
  const file = join(place.folder, 'report.html');
  try {
    await renderReportTo(place, file);
    return file;
  } catch (thrown) {
    warn(`The report could not be written: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    return undefined;
  }
}

/** Writes the HTML report of a study to a file; a report that is there is replaced at once or not at all. */
export async function renderReportTo(place: StudyPlace, file: string): Promise<void> {
  const { buildReportData, renderReport } = await import('../report/index.ts');
  const reader = readSqliteStore(place.database);
  try {
    const summary = reader.summary();
    const asked =
      summary === undefined
        ? undefined
        : await askSearcher({ place, reader, summary }, (searcher) => searcher.describe());
    const searcher = asked !== undefined && 'answer' in asked ? asked.answer : undefined;
    const html = renderReport(buildReportData(reader, searcher));
    writeFileSync(`${file}.part`, html);
    renameSync(`${file}.part`, file);
  } finally {
    reader.close();
  }
}
