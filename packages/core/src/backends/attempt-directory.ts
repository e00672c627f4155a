import { existsSync, mkdirSync } from 'node:fs';
import { cp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type AttemptId, parseAttemptId, type TrialId } from '../domain/trial.ts';
import { FettleError } from '../errors.ts';
import type { AttemptFiles, LaunchRequest } from '../ports/backend.ts';
import type { TrialPaths } from './trial-contract.ts';

/** Names within an attempt's folder. */
const CONFIG = 'config.json';
const METRICS = 'metrics.jsonl';
const STOP_FILE = 'stop';

/**
 * Where everything of one attempt lies:
 *
 * ```
 * <study>/trials/000017/checkpoint/         shared by the attempts of trial 17
 * <study>/trials/000017/attempt-2/          one launch of it
 *     config.json metrics.jsonl             the contract's files
 *     stdout.log stderr.log                 everything it printed
 *     stop                                  appears when it should stop
 *     claim-1 exit killed                   the local backend's own records
 * ```
 */
export interface AttemptDirectory {
  readonly path: string;
  readonly checkpoint: string;
  readonly config: string;
  readonly stop: string;
  /** The program's exit code, as a line. */
  readonly exit: string;
  /** Why the driver killed it, if it did. */
  readonly killed: string;
  /** What the core reads. */
  readonly files: AttemptFiles;
}

/** The folder of a trial; numbers are padded so that listings are in order. */
export function trialDirectory(study: string, trial: TrialId): string {
  return join(study, 'trials', String(trial).padStart(6, '0'));
}

/** The folder that is kept between the attempts of a trial. */
export function checkpointDirectory(study: string, trial: TrialId): string {
  return join(trialDirectory(study, trial), 'checkpoint');
}

/** The paths of an attempt; nothing is made. */
export function attemptDirectory(study: string, id: AttemptId): AttemptDirectory {
  const { trial, attempt } = parseAttemptId(id);
  const path = join(trialDirectory(study, trial), `attempt-${attempt}`);
  return {
    path,
    checkpoint: checkpointDirectory(study, trial),
    config: join(path, CONFIG),
    stop: join(path, STOP_FILE),
    exit: join(path, 'exit'),
    killed: join(path, 'killed'),
    files: { metrics: join(path, METRICS), stdout: join(path, 'stdout.log'), stderr: join(path, 'stderr.log') },
  };
}

/**
 * The contract's paths for a program that sees the attempt's and the checkpoint's folder at these places.
 * @param attempt the attempt's folder as the program sees it
 * @param checkpoint the checkpoint folder as the program sees it
 */
export function programPaths(attempt: string, checkpoint: string): TrialPaths {
  const at = (name: string): string => `${attempt}/${name}`;
  return { config: at(CONFIG), metrics: at(METRICS), stopFile: at(STOP_FILE), checkpointDirectory: checkpoint };
}

/** Makes an attempt's folder and its trial's checkpoint folder. Doing it again changes nothing. */
export async function makeAttemptDirectory(study: string, request: LaunchRequest): Promise<AttemptDirectory> {
  const directory = attemptDirectory(study, request.attempt);
  mkdirSync(directory.path, { recursive: true });
  await makeCheckpoint(study, request);
  return directory;
}

/**
 * Makes the checkpoint folder of a request's trial: empty, or a copy of the trial's it is forked from. The copy is made
 * once and appears whole: under its own name it is either complete or not there.
 * @throws FettleError `launch-failed` when the trial it is forked from has no checkpoint folder
 */
export async function makeCheckpoint(study: string, { trial, forkFrom }: LaunchRequest): Promise<string> {
  const checkpoint = checkpointDirectory(study, trial);
  if (forkFrom === undefined) {
    mkdirSync(checkpoint, { recursive: true });
    return checkpoint;
  }
  if (existsSync(checkpoint)) return checkpoint;
  const origin = checkpointDirectory(study, forkFrom);
  if (!existsSync(origin)) {
    throw new FettleError(
      'launch-failed',
      `Trial ${trial} begins from trial ${forkFrom}'s checkpoint, which is not there.`,
      {
        place: origin,
      },
    );
  }
  mkdirSync(trialDirectory(study, trial), { recursive: true });
  const unfinished = `${checkpoint}.copying`;
  await rm(unfinished, { recursive: true, force: true });
  await cp(origin, unfinished, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  await rename(unfinished, checkpoint);
  return checkpoint;
}
