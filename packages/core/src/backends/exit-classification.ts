import { constants } from 'node:os';
import type { AttemptEnd } from '../domain/failure.ts';
import { LAUNCHER_NAME } from './launcher-script.ts';

/** Exit code of a program that has saved a checkpoint and asks to be resumed (`EX_TEMPFAIL` of sysexits.h). */
const CHECKPOINTED = 75;
/** Exit codes of a shell that could not run a program. */
const NOT_RUN: readonly number[] = [126, 127];

/** Lines with which programs of the usual frameworks say that memory was not enough. */
const OUT_OF_MEMORY =
  /\bMemoryError\b|\bOutOfMemoryError\b|CUDA(?: error:)? out of memory|CUDA_ERROR_OUT_OF_MEMORY|HIP out of memory|RESOURCE_EXHAUSTED: Out of memory|std::bad_alloc|Cannot allocate memory|JavaScript heap out of memory|java\.lang\.OutOfMemoryError/;

/** Everything that is known about how a program ended. */
export interface ExitFacts {
  /** What the launcher wrote down, or left as its own code. 128 + n stands for signal n. */
  readonly exitCode?: number | undefined;
  /** The signal that ended the launcher before it could write anything down. */
  readonly signal?: string | undefined;
  /** Set when the driver killed it, with the reason as a sentence. */
  readonly killed?: { readonly cause: 'stop' | 'memory'; readonly message: string } | undefined;
  /** Whether the kernel killed something for want of memory while it ran. */
  readonly kernelOutOfMemory: boolean;
  /** Whether the machine was started anew since it began. */
  readonly restarted: boolean;
  /** The last lines of its standard error. */
  readonly stderr: readonly string[];
}

/** Decides from facts how an attempt ended. */
export function classifyExit(facts: ExitFacts): AttemptEnd {
  const { exitCode, killed, stderr } = facts;
  if (exitCode === 0) return { kind: 'finished' };
  if (exitCode === CHECKPOINTED) return { kind: 'checkpointed' };
  const signal = facts.signal ?? (exitCode === undefined ? undefined : signalOf(exitCode));
  const known = { exitCode, signal };
  if (exitCode === undefined && signal === undefined) return gone(facts);
  if (killed?.cause === 'memory') return { kind: 'failed', failure: 'oom', message: killed.message, ...known };
  if (exitCode !== undefined && NOT_RUN.includes(exitCode) && stderr.some((line) => line.startsWith(LAUNCHER_NAME))) {
    return { kind: 'failed', failure: 'launch', message: withLines('Its program could not be run.', stderr), ...known };
  }
  if (signal === 'SIGKILL' && killed === undefined && facts.kernelOutOfMemory) {
    const message = withLines('It was killed by the kernel because memory ran out.', stderr);
    return { kind: 'failed', failure: 'oom', message, ...known };
  }
  const how = killed?.message ?? describeExit(exitCode, signal);
  const failure = killed === undefined && stderr.some((line) => OUT_OF_MEMORY.test(line)) ? 'oom' : 'code';
  return { kind: 'failed', failure, message: withLines(how, stderr), ...known };
}

/** It runs no longer and left no record of its exit. */
function gone({ killed, restarted, stderr }: ExitFacts): AttemptEnd {
  if (killed !== undefined) {
    const failure = killed.cause === 'memory' ? 'oom' : 'code';
    return { kind: 'failed', failure, message: withLines(killed.message, stderr), signal: 'SIGKILL' };
  }
  if (restarted) {
    return { kind: 'failed', failure: 'node', message: 'The machine was started anew while it ran.' };
  }
  const message = 'It is gone and left no exit code: it was killed together with its launcher, or the disk was full.';
  return { kind: 'failed', failure: 'unknown', message: withLines(message, stderr) };
}

function signalOf(exitCode: number): string | undefined {
  return Object.entries(constants.signals).find(([, number]) => number === exitCode - 128)?.[0];
}

function describeExit(exitCode: number | undefined, signal: string | undefined): string {
  if (signal === undefined) return `It exited with code ${exitCode}.`;
  return exitCode === undefined ? `It was ended by ${signal}.` : `It was ended by ${signal} (exit code ${exitCode}).`;
}

function withLines(message: string, stderr: readonly string[]): string {
  return stderr.length === 0 ? message : `${message} The end of its standard error:\n${stderr.join('\n')}`;
}
