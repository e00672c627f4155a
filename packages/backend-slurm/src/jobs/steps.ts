import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { FettleError, lastLines, type Logger } from '@fettle/core';
import { type Directives, type JobScript, scriptShell, scriptText } from './job-script.ts';
import type { LookPace } from './look-pace.ts';
import type { JobSight } from './queue-watch.ts';
import type { SlurmCommand } from './slurm.ts';

/** Seconds that a step waits for its resources before it gives up. */
const PATIENCE = 30;

/**
 * Slots as steps of an allocation that is there already: `salloc`, or the job in which the driver itself runs. Each is an
 * `srun` of its own, which goes on when the driver dies.
 */
export class Steps {
  readonly #allocation: string;
  readonly #slurm: SlurmCommand;
  readonly #environment: { readonly [name: string]: string };
  readonly #logger: Logger;
  readonly #pace: LookPace;
  #end = Number.POSITIVE_INFINITY;
  /** Steps of this session whose `srun` runs: a step that waits for its resources is nowhere else to be seen. */
  readonly #running = new Set<string>();

  /**
   * @param allocation number of the job
   * @param environment scrubbed
   * @param pace told of each look
   */
  constructor(
    allocation: string,
    slurm: SlurmCommand,
    environment: { readonly [name: string]: string },
    logger: Logger,
    pace: LookPace,
  ) {
    this.#allocation = allocation;
    this.#slurm = slurm;
    this.#environment = environment;
    this.#logger = logger;
    this.#pace = pace;
  }

  /** When the time of the allocation is over, in milliseconds since the epoch; `Infinity` if it is not known. */
  get end(): number {
    return this.#end;
  }

  /** Whether the time of the allocation is nearly over. @param now milliseconds since the epoch */
  isEnding(now: number, leadSeconds: number): boolean {
    return now > this.#end - leadSeconds * 1000;
  }

  /** Finds the allocation. @throws FettleError `backend-unavailable` if it is not there */
  async find(): Promise<void> {
    const answer = await this.#slurm('squeue', ['-h', `--jobs=${this.#allocation}`, '-o', '%T|%e']);
    const [state = '', end = ''] = answer.stdout.trim().split('|');
    if (state === 'RUNNING') {
      if (/^\d+$/.test(end)) this.#end = Number(end) * 1000;
      return;
    }
    const what = state === '' ? answer.stderr.trim() : `it is ${state}`;
    throw new FettleError('backend-unavailable', `The allocation ${this.#allocation} cannot be used: ${what}.`, {
      remedy: 'Start the study inside of an allocation (salloc) or of a job, while it runs.',
    });
  }

  /** Starts the steps of a batch. */
  start(script: JobScript): void {
    for (let index = 0; index < script.jobs; index += 1) this.#start(script, index);
  }

  /** The steps that run or wait, by `<name>/<index>`; a text if the controller did not answer. */
  async look(): Promise<ReadonlyMap<string, JobSight> | string> {
    const answer = await this.#slurm('squeue', ['--steps', '-h', `--jobs=${this.#allocation}`, '-o', '%j']);
    this.#pace.looked(true);
    if (answer.exitCode !== 0) return answer.stderr.trim() || 'no answer';
    const names = [...this.#running, ...answer.stdout.split('\n').map((line) => line.trim())];
    return new Map(names.map((name) => [name, { state: 'running', text: 'RUNNING' }]));
  }

  #start(script: JobScript, index: number): void {
    const name = `${script.name}/${index}`;
    const path = join(script.agent.folder, `job-${index}.log`);
    const words = [...stepArguments(script, this.#allocation, name), scriptShell(script), '-c', scriptText(script)];
    const log = openSync(path, 'a');
    let child: ChildProcess;
    try {
      child = spawn('srun', words, {
        env: { ...this.#environment, SLURM_ARRAY_TASK_ID: String(index) },
        stdio: ['ignore', log, log],
        detached: true,
      });
    } finally {
      closeSync(log);
    }
    child.unref();
    this.#running.add(name);
    const over = (why?: string): void => {
      this.#running.delete(name);
      if (why !== undefined) this.#logger.warn(`Step ${name} did not run: ${why}`);
    };
    child.once('error', ({ message }) => over(message));
    child.once('exit', (code) => over(code === 0 ? undefined : (lastLines(path, 1)[0] ?? `srun ended with ${code}`)));
  }
}

/** Arguments of `srun`. `--exact`, because a step takes all cores of the allocation otherwise, and the next one waits. */
function stepArguments({ directives }: JobScript, allocation: string, name: string): readonly string[] {
  const own: Directives = { ntasks: 1, nodes: 1, ...directives };
  return [
    `--jobid=${allocation}`,
    `--job-name=${name}`,
    '--exact',
    '--unbuffered',
    '--kill-on-bad-exit=0',
    `--immediate=${PATIENCE}`,
    ...Object.entries(own).map(([option, value]) => (value === true ? `--${option}` : `--${option}=${value}`)),
  ];
}
