import { inspect, isDeepStrictEqual } from 'node:util';
import type { StudyEvent } from '../domain/event.ts';
import type { TrialRecord } from '../domain/trial.ts';
import { FettleError, type ErrorCode } from '../errors.ts';
import type { Commit, TrialReader, TrialStore } from '../ports/trial-store.ts';
import { sampleSummary } from './trial-store-sample.ts';

/** A place for one study, empty at first: a file, a table, a piece of memory. */
export interface TrialStoreSubject {
  /**
   * Opens the store for writing. Calls after the first find what was written before.
   * @param options `takeOver`: although another one holds the lease
   */
  open(options?: { readonly takeOver: boolean }): TrialStore;
  /** Opens a reader beside the writer, if the store has such readers. */
  read?(): TrialReader;
  /** Removes everything; called at the end of each check. */
  remove?(): void;
}

/** A commit; what is not given is empty. */
export function commitOf(events: readonly StudyEvent[], trials: readonly TrialRecord[] = [], changes = {}): Commit {
  return { events, trials, summary: sampleSummary(changes) };
}

/** Fails unless two values are the same, member by member; a member that is `undefined` is one that is absent. */
export function same(actual: unknown, expected: unknown, what: string): void {
  if (!isDeepStrictEqual(present(actual), present(expected)))
    fail(`${what}: it is ${show(actual)} and not ${show(expected)}`);
}

/** Fails unless something throws; the error. */
export function thrown(work: () => unknown, what: string): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return fail(what);
}

/** Fails unless something throws an error of Fettle with this code. */
export function refused(code: ErrorCode, work: () => unknown, what: string): void {
  const error = thrown(work, `${what} is not refused; it must throw FettleError ${code}`);
  if (!(error instanceof FettleError) || error.code !== code) {
    fail(
      `${what} must throw FettleError ${code}; it throws ${error instanceof FettleError ? error.code : String(error)}`,
    );
  }
}

/** Everything that a reader can be asked, for comparison. */
export function contentOf(reader: TrialReader): unknown {
  const trials = reader.trials();
  const ids = trials.map(({ id }) => id);
  return {
    summary: reader.summary(),
    trials,
    journal: [...reader.journal()],
    histories: ids.map((id) => reader.history(id)),
    reports: ids.map((id) => reader.reports(id)),
  };
}

/** Changes everything that can be changed in a value, down to its last member. */
export function spoil(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  for (const member of Object.values(value)) spoil(member);
  const target = value as { [member: string]: unknown };
  for (const key of Object.keys(target)) if (typeof target[key] !== 'object') target[key] = 'spoiled';
  if (Array.isArray(value)) value.length = 0;
  else target['spoiled'] = true;
}

/** Ends a check with a message. */
function fail(message: string): never {
  throw new Error(message);
}

function show(value: unknown): string {
  return inspect(present(value), {
    depth: 8,
    compact: true,
    breakLength: Number.POSITIVE_INFINITY,
    maxStringLength: 200,
    maxArrayLength: 12,
  });
}

function present(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(present);
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]) => (member === undefined ? [] : [[key, present(member)]])),
  );
}
