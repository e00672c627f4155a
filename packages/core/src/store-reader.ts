/**
 * The narrow entry `@fettle/core/store`: what reading a study and its files takes and nothing else, for programs that must
 * answer at once.
 */
export { attemptDirectory } from './backends/attempt-directory.ts';
export type { AttemptDirectory } from './backends/attempt-directory.ts';
export { lastLines } from './backends/file-tail.ts';
export { attemptId } from './domain/trial.ts';
export { readSqliteStore } from './store/sqlite-store.ts';
export type { SqliteReader } from './store/file-reader.ts';
export type { HeldLease } from './store/held-lease.ts';
export { processFacts } from './store/process-facts.ts';
export type { ProcessFacts, ProcessIdentity } from './store/process-facts.ts';
export { fileSystemOf, isNetworkFileSystem } from './store/network-file-system.ts';
export { readMountInfo } from './store/open-database.ts';
export { sqliteVersion } from './store/sqlite-version.ts';
