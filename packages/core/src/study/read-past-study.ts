import { existsSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { PastStudy } from '../domain/past-study.ts';
import { FettleError } from '../errors.ts';
import { readSqliteStore } from '../store/sqlite-store.ts';
import { recordedDefinition } from './rebuild-searcher.ts';

/** Most trials of one study that are remembered: its best ones. */
const MOST_TRIALS = 1000;

/**
 * Reads what a study has found out so far, for `warmStart`: its completed trials with a finite value, the best 1,000 at most.
 * @param path its `study.db`, or the folder that holds it (`.fettle/<name>`)
 * @throws FettleError `study-missing` if there is none
 */
export function readPastStudy(path: string): PastStudy {
  const file = extname(path) === '.db' ? path : join(path, 'study.db');
  if (!existsSync(file)) {
    throw new FettleError('study-missing', `There is no study at ${path}: ${file} does not exist.`, {
      remedy: 'Name the folder of a study that has run, such as .fettle/digits.',
    });
  }
  const store = readSqliteStore(file);
  try {
    const { name, objective } = recordedDefinition(store);
    const trials = store.trials({ states: ['completed'], order: 'value', limit: MOST_TRIALS });
    return {
      name,
      metric: objective.metric,
      goal: objective.goal,
      trials: trials.flatMap(({ configuration, value }) => (value === undefined ? [] : [{ configuration, value }])),
    };
  } finally {
    store.close();
  }
}
