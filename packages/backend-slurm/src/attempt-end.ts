import { type AttemptEnd, type AttemptFiles, classifyExit, FettleError, lastLines, messageOf } from '@fettle/core';
import type { JobClass } from './commands/job-state.ts';
import type { AttemptRecord } from './slots/agent-record.ts';

/** Lines of standard error that go into a message. */
const SHOWN_LINES = 10;

/** How an attempt ended, by its agent's own record. */
export function endOfRecord(record: AttemptRecord, { stderr }: AttemptFiles): AttemptEnd {
  const { exitCode, evicted, outOfMemory = false } = record;
  if (exitCode === undefined) return { kind: 'evicted', message: sentence(evicted ?? 'it was never run') };
  const end = classifyExit({
    exitCode,
    kernelOutOfMemory: outOfMemory,
    restarted: false,
    stderr: lastLines(stderr, SHOWN_LINES),
  });
  // Asked to end by its agent it may end in any way: unless it says that it saved itself, it goes on from where it was.
  return evicted === undefined || end.kind === 'checkpointed' ? end : { kind: 'evicted', message: sentence(evicted) };
}

/** How an attempt ended whose job is over and whose agent did not say. */
export function endOfJob(state: JobClass | 'hopeless', what: string): AttemptEnd {
  switch (state) {
    case 'node':
      return { kind: 'failed', failure: 'node', message: what };
    case 'hopeless':
      return { kind: 'failed', failure: 'launch', message: what };
    case 'out-of-memory':
      return { kind: 'failed', failure: 'oom', message: what };
    default:
      return { kind: 'evicted', message: what };
  }
}

/**
 * The end of an attempt that could not be given to a slot. What the options say is wrong would be wrong again; what the
 * system says, of a disk that is full, may be different the next time.
 */
export function endOfLaunch(thrown: unknown): AttemptEnd {
  if (thrown instanceof FettleError) return { kind: 'failed', failure: 'launch', message: thrown.toHuman() };
  return { kind: 'failed', failure: 'node', message: messageOf(thrown) };
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
}
