import type { Migration } from './migrations.ts';

/**
 * Version 1.
 *
 * - `event` is the journal and the only copy of everything; `trial`, `study` and `summary` are projections of it.
 * - `trial.detail` holds what has no column, and every number that its column cannot hold (there it is NULL).
 * - The indexes leave out what changes all the time: keeping a running trial's value in order with each of its reports
 *   would cost more than everything else in a small commit.
 * - `report` and `metric` are for people who come with plain SQL.
 * - `lease` says who may write. Its shape never changes: it is read before a file is migrated.
 */
const VERSION_1 = `
CREATE TABLE lease (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  epoch INTEGER NOT NULL,
  host TEXT,
  pid INTEGER,
  started TEXT,
  since REAL,
  heartbeat REAL
) STRICT;

CREATE TABLE event (
  seq INTEGER PRIMARY KEY,
  at REAL NOT NULL,
  type TEXT NOT NULL,
  trial INTEGER,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX event_of_trial ON event (trial) WHERE trial IS NOT NULL;
CREATE INDEX event_of_study ON event (type) WHERE trial IS NULL;

CREATE TABLE trial (
  id INTEGER PRIMARY KEY,
  state TEXT NOT NULL,
  origin TEXT NOT NULL,
  failure TEXT,
  until REAL,
  value REAL,
  resource REAL,
  reports INTEGER,
  attempts INTEGER,
  retries INTEGER,
  created_at REAL,
  started_at REAL,
  ended_at REAL,
  runtime REAL,
  detail TEXT NOT NULL
) STRICT;
CREATE INDEX trial_waiting ON trial (state) WHERE state IN ('queued', 'running', 'paused');
CREATE INDEX trial_by_value ON trial (value) WHERE value IS NOT NULL AND state NOT IN ('queued', 'running');

CREATE TABLE study (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  definition TEXT NOT NULL
) STRICT;
CREATE TABLE summary (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  summary TEXT NOT NULL
) STRICT;

CREATE VIEW report AS
  SELECT
    seq,
    at,
    trial,
    body ->> '$[0]' AS attempt,
    body ->> '$[1]' AS resource,
    body -> '$[2]' AS metrics,
    coalesce(body ->> '$[3].kind', 'continue') AS decision,
    body ->> '$[3].reason' AS reason
  FROM event
  WHERE type = 'trial:reported';

CREATE VIEW metric AS
  SELECT
    report.seq,
    report.at,
    report.trial,
    report.attempt,
    report.resource,
    member.key AS name,
    CASE
      WHEN member.type <> 'object' THEN member.value
      WHEN member.value LIKE '%-Infinity%' THEN -9e999
      WHEN member.value LIKE '%Infinity%' THEN 9e999
      WHEN member.value LIKE '%-0%' THEN -0.0
    END AS value
  FROM report, json_each(report.metrics) AS member;
`;

/**
 * Every version of the file's schema, oldest first. A released version never changes: whatever comes next is one more
 * entry, and it must bring a file of the version before it up to date.
 */
export const MIGRATIONS: readonly Migration[] = [{ version: 1, up: (database) => database.exec(VERSION_1) }];
