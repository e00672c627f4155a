import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSqliteStore } from '@fettle/core/store';
import type { StudyPlace } from '../study/locate.ts';

/**
 * Writes the HTML report of a study beside its database. A report that cannot be made is a pity and no failure of the study.
 * @returns the file; undefined if there is none
 */
export async function writeReport(place: StudyPlace, warn: (message: string) => void): Promise<string | undefined> {
  const file = join(place.folder, 'report.html');
  try {
    await renderReportTo(place.database, file);
    return file;
  } catch (thrown) {
    warn(`The report could not be written: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    return undefined;
  }
}

/** Writes the HTML report of a study to a file; a report that is there is replaced at once or not at all. */
export async function renderReportTo(database: string, file: string): Promise<void> {
  const { buildReportData, renderReport } = await import('../report/index.ts');
  const reader = readSqliteStore(database);
  try {
    const html = renderReport(buildReportData(reader));
    writeFileSync(`${file}.part`, html);
    renameSync(`${file}.part`, file);
  } finally {
    reader.close();
  }
}
