import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { isPromise } from '../domain/json.ts';
import type { ConfigurationOf, SearchSpace } from '../domain/search-space.ts';
import { composeStudy } from '../container/compose.ts';
import type { Scope } from '../container/scope.ts';
import {
  ATTEMPT_READERS,
  BACKEND,
  CHECKPOINT_FILES,
  CLOCK,
  EVENT_HUB,
  LOGGER,
  SEARCHER,
  SPACE,
  STORE,
} from '../container/tokens.ts';
import { BackendGuard } from '../engine/backend-guard.ts';
import { Driver } from '../engine/driver.ts';
import { relive } from '../engine/recover.ts';
import { StudyState } from '../engine/study-state.ts';
import { Tick } from '../engine/tick.ts';
import { VERSION } from '../version.ts';
import { checkStudyOptions } from './check-options.ts';
import { checkStudy } from './check-study.ts';
import { requireSameDefinition } from './definition.ts';
import { Study } from './study.ts';
import type { StudyOptions } from './study-options.ts';

/**
 * Opens a study: creates it, or continues the one that is already in the directory or store.
 *
 * Everything is checked before anything is written or run. Continuing reads the whole journal back, so the study stands
 * exactly where it stood at its last committed event, however the session before ended.
 *
 * @throws FettleError `options-invalid`, `space-invalid`, `capability-missing`, `study-changed`, `store-locked` and others;
 * each says what to do
 */
export async function createStudy<S extends SearchSpace>(options: StudyOptions<S>): Promise<Study<ConfigurationOf<S>>> {
  checkStudyOptions(options);
  const general = options as unknown as StudyOptions;
  const { program, searcher, backend, definition, settings } = checkStudy(general);
  const scope = composeStudy(general, searcher, backend);
  try {
    const store = scope.get(STORE);
    const state = new StudyState();
    const tick = new Tick(state, scope.get(SEARCHER), scope.get(SPACE), definition.duplicates, scope.get(LOGGER));
    await recover(scope, state, tick);
    const clock = scope.get(CLOCK);
    if (!state.exists) tick.outbox.emit('study:created', { definition, version: VERSION }, clock.now());
    else requireSameDefinition(state.definition, definition);
    tick.outbox.emit(
      'study:opened',
      { session: state.sessions + 1, settings, driver: `${hostname()}:${process.pid}` },
      clock.now(),
    );
    const driver = new Driver({
      tick,
      store,
      backend: new BackendGuard(scope.get(BACKEND), backend.definition.name),
      readers: scope.get(ATTEMPT_READERS),
      hub: scope.get(EVENT_HUB),
      checkpoints: scope.get(CHECKPOINT_FILES),
      clock,
      logger: scope.get(LOGGER),
    });
    driver.commit();
    const directory = options.directory === undefined ? undefined : resolve(options.directory);
    const host = {
      study: { id: `${definition.name}-${state.createdAt}`, name: definition.name },
      directory,
      program,
      objective: definition.objective,
      clock,
      logger: scope.get(LOGGER),
      resumable: definition.resumable,
      ...driver.notices(),
    };
    return new Study<ConfigurationOf<S>>({ scope, tick, driver, host });
  } catch (thrown) {
    await scope.close();
    throw thrown;
  }
}

/** Brings state, searcher and duplicate filter to where the journal ends. */
async function recover(scope: Scope, state: StudyState, tick: Tick): Promise<void> {
  const searcher = scope.get(SEARCHER);
  for (const event of scope.get(STORE).journal()) {
    const lived = relive(event, state, searcher);
    const trial = isPromise(lived) ? await lived : lived;
    if (trial === undefined) continue;
    if (event.type === 'trial:created') tick.remember(trial);
    state.forget(trial);
  }
}
