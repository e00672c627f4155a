import type { SearchSpace } from '../domain/search-space.ts';
import type { SearcherGuard } from '../engine/searcher-guard.ts';
import type { AttemptReaders } from '../engine/attempt-readers.ts';
import type { EventHub } from '../events/event-hub.ts';
import type { Backend } from '../ports/backend.ts';
import type { CheckpointFiles } from '../ports/checkpoint-files.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { TrialReader, TrialStore } from '../ports/trial-store.ts';
import { token } from './scope.ts';

// The services a study is composed of; any of them can be replaced by providing it anew.

/** What time it is, and calls after a time. */
export const CLOCK = token<Clock>('clock');
/** Where the study and its plugins say what people may want to know. */
export const LOGGER = token<Logger>('logger');
/** The search space. */
export const SPACE = token<SearchSpace>('space');
/** Where the study is kept. */
export const STORE = token<TrialStore>('store');
/** What is stored, for questions after the study has closed. */
export const READER_AFTERWARDS = token<TrialReader>('reader-afterwards');
/** Where trials run. */
export const BACKEND = token<Backend>('backend');
/** What decides, behind the guard that checks its answers. */
export const SEARCHER = token<SearcherGuard>('searcher');
/** Through which committed events reach their listeners. */
export const EVENT_HUB = token<EventHub>('event-hub');
/** The checkpoints on disk; `undefined` where there are none to clean up. */
export const CHECKPOINT_FILES = token<CheckpointFiles | undefined>('checkpoint-files');
/** What reads the reports of attempts as they write them. */
export const ATTEMPT_READERS = token<AttemptReaders>('attempt-readers');
