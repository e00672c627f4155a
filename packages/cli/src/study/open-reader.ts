import type { StudySummary, TrialRecord } from '@fettle/core';
import { FettleError } from '@fettle/core/errors';
import { readSqliteStore, type SqliteReader } from '@fettle/core/store';
import type { Io } from '../io.ts';
import { totalTrials } from '../text/counts.ts';
import { locateDatabase, type StudyPlace } from './locate.ts';

/** A study on disk, open for questions. */
export interface OpenStudy {
  readonly place: StudyPlace;
  readonly reader: SqliteReader;
  readonly summary: StudySummary;
}

/**
 * Opens a study for reading, while its driver runs or not, and closes it when the question is answered.
 * @throws FettleError `study-missing`
 */
export async function withStudy<T>(
  argument: string | undefined,
  io: Io,
  ask: (study: OpenStudy) => T | Promise<T>,
): Promise<T> {
  const place = await locateDatabase(argument, io.cwd);
  const reader = readSqliteStore(place.database);
  try {
    const summary = reader.summary();
    if (summary === undefined) {
      throw new FettleError('study-missing', `${place.database} holds no study.`, {
        remedy: 'Begin it with `fettle run`.',
      });
    }
    return await ask({ place, reader, summary });
  } finally {
    reader.close();
  }
}

/** A trial by its number. @throws FettleError `trial-missing` */
export function requireTrial({ reader, summary }: OpenStudy, id: number): TrialRecord {
  const trial = reader.trial(id);
  if (trial !== undefined) return trial;
  const total = totalTrials(summary.counts);
  throw new FettleError('trial-missing', `The study '${summary.definition.name}' has no trial ${id}.`, {
    remedy: total === 0 ? 'It has no trials yet.' : `Its trials are 1 to ${total}.`,
  });
}
