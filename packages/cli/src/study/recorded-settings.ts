import type { StudySettings } from '@fettle/core';
import type { SqliteReader } from '@fettle/core/store';

/** The settings of a study's last session, from the journal; undefined for a study that was never opened. */
export function recordedSettings(reader: SqliteReader): StudySettings | undefined {
  const opened = reader.studyEvents().findLast((event) => event.type === 'study:opened');
  return opened?.body.settings;
}
