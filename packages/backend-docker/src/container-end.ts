import { type AttemptEnd, classifyExit, LAUNCHER_NAME } from '@fettle/core';
import { CLAIMED_BEFORE } from './container/launch-script.ts';
import type { ContainerFacts } from './engine/engine.ts';

/** Exit codes of programs that SIGKILL and SIGTERM ended, and of containers whose end the engine missed. */
const KILLED = 137;
const TERMINATED = 143;
const MISSED = 255;

/** Exit codes of a shell or an init process that could not run the program: what is wrong, and what helps. */
const NOT_RUN: ReadonlyMap<number, string> = new Map([
  [126, 'Its program is in the image and cannot be executed: check its mode, and that it is made for this processor.'],
  [127, 'Its program is not in the image: check the command, `entrypoint` and `workingDirectory`.'],
]);
/** How their complaints begin. */
const COMPLAINTS = [LAUNCHER_NAME, '[FATAL tini'] as const;

/** Everything that is known about how an attempt's container ended. */
export interface ContainerEndFacts {
  /** What the engine says of it; absent: it is gone. */
  readonly container: Pick<ContainerFacts, 'exitCode' | 'outOfMemory' | 'problem'> | undefined;
  /** What the launch script wrote down. */
  readonly recordedExit: number | undefined;
  /** Set when the driver killed it, with the reason as a sentence. */
  readonly killed: { readonly cause: 'stop'; readonly message: string } | undefined;
  /** Whether this driver asked it to stop in whatever way. */
  readonly stopping: boolean;
  /** Whether somebody else sent it a signal through the engine, or the engine itself did when it shut down. */
  readonly signalled: boolean;
  /** Whether there was a time in its life when nobody watched: the engine did not answer, or no driver was at work. */
  readonly unwatched: boolean;
  /** The last lines of its standard error. */
  readonly stderr: readonly string[];
  /** What it left for a person where its contract has a place for that. */
  readonly note: string | undefined;
}

/** Decides from facts how an attempt ended. The launch script's record wins over the engine: it was there. */
export function containerEnd(facts: ContainerEndFacts): AttemptEnd {
  const { container, recordedExit, killed, stderr } = facts;
  const exitCode = recordedExit ?? container?.exitCode;
  const known = { exitCode };
  if (container?.outOfMemory === true) {
    return { kind: 'failed', failure: 'oom', message: withLines(describeOom(exitCode), facts), ...known };
  }
  if (exitCode === undefined) {
    if (killed !== undefined) return { kind: 'failed', failure: 'code', message: killed.message, signal: 'SIGKILL' };
    return { kind: 'evicted', message: 'Its container is gone: somebody else removed it, or the engine lost it.' };
  }
  if (recordedExit === undefined && container !== undefined && container.problem !== '') {
    return {
      kind: 'failed',
      failure: 'launch',
      message: `Its container did not start: ${container.problem}`,
      ...known,
    };
  }
  if (recordedExit === undefined && exitCode === CLAIMED_BEFORE) {
    return { kind: 'evicted', message: 'Its container was cut off while it ran, and was started again by somebody.' };
  }
  const notRun = NOT_RUN.get(exitCode);
  if (notRun !== undefined && stderr.some((line) => COMPLAINTS.some((complaint) => line.startsWith(complaint)))) {
    return { kind: 'failed', failure: 'launch', message: withLines(notRun, facts), ...known };
  }
  const cut = exitCode === KILLED || exitCode === TERMINATED || (exitCode === MISSED && recordedExit === undefined);
  const outside = killed === undefined && !facts.stopping;
  if (outside && facts.unwatched && cut) {
    const message = `It was ended by ${describeCut(exitCode)} while the engine was stopped, or nobody watched.`;
    return { kind: 'evicted', message };
  }
  const end = classifyExit({ exitCode, killed, kernelOutOfMemory: false, restarted: false, stderr });
  if (end.kind !== 'failed') return end;
  if (outside && facts.signalled) {
    return {
      kind: 'evicted',
      message: 'Somebody else stopped its container, or the engine did when it was shut down.',
    };
  }
  if (outside && exitCode === KILLED && end.failure === 'code') {
    const message =
      'It was killed (SIGKILL), as far as the engine knows not for going over its own limit of memory: by somebody, or by the kernel because the whole machine had none left.';
    return { ...end, failure: 'unknown', message: withLines(message, facts) };
  }
  return facts.note === undefined ? end : { ...end, message: `${end.message}\n${facts.note}` };
}

function describeOom(exitCode: number | undefined): string {
  const remedy = 'Raise `memory`, or let it use less.';
  if (exitCode === KILLED) return `It was killed because its memory ran out. ${remedy}`;
  const code = exitCode === undefined ? '' : ` with code ${exitCode}`;
  return `A process of it was killed because its memory ran out; it exited${code}. ${remedy}`;
}

function describeCut(exitCode: number): string {
  if (exitCode === MISSED) return 'something the engine missed';
  return exitCode === KILLED ? 'SIGKILL' : 'SIGTERM';
}

function withLines(message: string, { stderr }: ContainerEndFacts): string {
  return stderr.length === 0 ? message : `${message} The end of its standard error:\n${stderr.join('\n')}`;
}
