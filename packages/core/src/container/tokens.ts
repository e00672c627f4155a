import type { SearchSpace } from '../domain/search-space.ts';
import type { SearcherGuard } from '../engine/searcher-guard.ts';
import type { AttemptReaders } from '../engine/attempt-readers.ts';
import type { EventHub } from '../events/event-hub.ts';
import type { Backend } from '../ports/backend.ts';
import type { CheckpointFiles } from '../ports/checkpoint-files.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { TrialStore } from '../ports/trial-store.ts';
import { token } from './scope.ts';

/** The services a study is composed of; any of them can be replaced by providing it anew. */
export const CLOCK = token<Clock>('clock');
export const LOGGER = token<Logger>('logger');
export const SPACE = token<SearchSpace>('space');
export const STORE = token<TrialStore>('store');
export const BACKEND = token<Backend>('backend');
export const SEARCHER = token<SearcherGuard>('searcher');
export const EVENT_HUB = token<EventHub>('event-hub');
export const CHECKPOINT_FILES = token<CheckpointFiles | undefined>('checkpoint-files');
export const ATTEMPT_READERS = token<AttemptReaders>('attempt-readers');
