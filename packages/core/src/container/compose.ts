import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { checkpointFiles } from '../backends/checkpoint-files.ts';
import { systemClock } from '../system/system-clock.ts';
import { FettleError, messageOf } from '../errors.ts';
import { EventHub } from '../events/event-hub.ts';
import { fileReaders } from '../metrics/file-readers.ts';
import { jsonLinesFile } from '../metrics/jsonl.ts';
import { jsonLinesStdout } from '../metrics/json-lines.ts';
import type { Plugin } from '../plugin/define.ts';
import type { TrialReader, TrialStore } from '../ports/trial-store.ts';
import { memoryMedium, memoryStore } from '../store/memory-store.ts';
import { readSqliteStore, sqliteStore } from '../store/sqlite-store.ts';
import { makeSearcher } from '../study/rebuild-searcher.ts';
import { silentLogger } from '../study/silent-logger.ts';
import type { StudyOptions } from '../study/study-options.ts';
import { Scope } from './scope.ts';
import {
  ATTEMPT_READERS,
  BACKEND,
  CHECKPOINT_FILES,
  CLOCK,
  EVENT_HUB,
  LOGGER,
  READER_AFTERWARDS,
  SEARCHER,
  SPACE,
  STORE,
} from './tokens.ts';

/** Says how each service of a study is made; nothing is made yet. */
export function composeStudy(options: StudyOptions, searcher: Plugin<'searcher'>, backend: Plugin<'backend'>): Scope {
  const scope = new Scope();
  const { objective, seed = 0, duplicates = 'redraw' } = options;
  scope.provide(CLOCK, () => options.clock ?? systemClock());
  scope.provide(LOGGER, () => options.logger ?? silentLogger());
  scope.provide(SPACE, () => options.space);
  let readAgain: (() => TrialReader) | undefined;
  scope.provide(
    STORE,
    (services) => {
      if (options.store !== undefined) return options.store;
      const opened = openStore(options, services);
      ({ readAgain } = opened);
      return opened.store;
    },
    (store) => store.close(),
  );
  scope.provide(READER_AFTERWARDS, () => {
    if (readAgain !== undefined) return readAgain();
    throw new FettleError('study-state', `The study '${options.name}' is closed, and its store with it.`, {
      remedy: 'It has a store of your own: open that again to read it.',
    });
  });
  scope.provide(EVENT_HUB, (services) => new EventHub(services.get(LOGGER)));
  scope.provide(
    SEARCHER,
    (services) => {
      const basis = { objective, seed, resumable: options.resumable ?? false, duplicates };
      return makeSearcher(searcher, services.get(SPACE), basis, services.get(LOGGER));
    },
    (guard) => guard.close(),
  );
  scope.provide(
    BACKEND,
    (services) => backend.create({ logger: services.get(LOGGER) }),
    (made) => made.close(),
  );
  scope.provide(CHECKPOINT_FILES, () =>
    options.directory === undefined ? undefined : checkpointFiles(options.directory),
  );
  scope.provide(ATTEMPT_READERS, (services) => {
    const plugins = options.metrics ?? [jsonLinesFile(), jsonLinesStdout()];
    const logger = services.get(LOGGER);
    const sources = plugins.map((plugin) => ({
      name: plugin.record.type,
      source: plugin.create({ logger, objective }),
    }));
    return fileReaders(sources, services.get(CLOCK), logger);
  });
  options.services?.(scope);
  return scope;
}

/** The store of a study that has none of its own, and how it is read once it is closed. */
function openStore(
  options: StudyOptions,
  services: Scope,
): { readonly store: TrialStore; readonly readAgain: () => TrialReader } {
  const { directory } = options;
  if (directory === undefined) {
    const medium = memoryMedium();
    return { store: memoryStore({ medium }), readAgain: () => memoryStore({ medium }) };
  }
  try {
    mkdirSync(directory, { recursive: true });
  } catch (thrown) {
    throw new FettleError('store-unwritable', `The study's folder ${directory} cannot be made: ${messageOf(thrown)}.`, {
      remedy: 'Choose a folder that you may write to.',
      cause: thrown,
    });
  }
  const file = join(directory, 'study.db');
  return { store: sqliteStore(file, { logger: services.get(LOGGER) }), readAgain: () => readSqliteStore(file) };
}
