import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attemptDirectory, type AttemptId, type CommandProgram, parseAttemptId, systemClock } from '@fettle/core';
import type { BackendPlace, Behaviour } from '@fettle/core/testing';
import { SlurmBackend } from '../src/slurm-backend.ts';
import { type SlurmOptions, slurmOptions } from '../src/slurm-options.ts';
import type { SlurmCluster } from './slurm-cluster.ts';

/** Notes the start of an attempt, for `starts`. */
const NOTE = 'echo begun >>"$FETTLE_CHECKPOINT_DIR/starts-$FETTLE_ATTEMPT"';

const SCRIPTS: { readonly [behaviour in Exclude<Behaviour, 'missing'>]: string } = {
  finish: NOTE,
  'exit-3': `${NOTE}; echo 'it went wrong' >&2; exit 3`,
  sleep: `${NOTE}; exec sleep 60`,
  'ignore-stop': `trap '' TERM INT HUP QUIT USR1 USR2; ${NOTE}; while :; do sleep 1; done`,
  print: `${NOTE}; echo hello`,
  report: `${NOTE}; echo '{"loss": 0.5}' >>"$FETTLE_METRICS"`,
};

/** A study's folder beside a real cluster. */
export class SlurmPlace implements BackendPlace {
  readonly directory: string;
  readonly clock = systemClock();
  readonly #cluster: SlurmCluster;
  readonly #options: Partial<SlurmOptions>;
  readonly #environment: { readonly [name: string]: string };
  readonly #folder = realpathSync(mkdtempSync(join(tmpdir(), "fettle 100% 'test' ")));

  /** @param allocation number of the job in which the driver seems to run */
  constructor(cluster: SlurmCluster, options: Partial<SlurmOptions> = {}, allocation?: string) {
    this.directory = join(this.#folder, 'study');
    this.#cluster = cluster;
    this.#options = options;
    this.#environment = allocation === undefined ? {} : { SLURM_JOB_ID: allocation, SLURM_MEM_PER_CPU: '1' };
  }

  make(workers: number): SlurmBackend {
    const { slotsPerJob = 1 } = this.#options;
    const options = slurmOptions.parse({
      slots: Math.ceil(workers / slotsPerJob) * slotsPerJob,
      minutes: this.#options.within === 'allocation' ? undefined : 5,
      pollSeconds: 0.1,
      squeueSeconds: 0.5,
      idleSeconds: 20,
      ...this.#options,
    });
    return new SlurmBackend(options, { ...process.env, ...this.#cluster.environment, ...this.#environment });
  }

  /** A script for the shell. */
  shell(script: string): CommandProgram {
    return this.#command(['sh', '-c', script.replaceAll('{', '{{').replaceAll('}', '}}')]);
  }

  program(behaviour: Behaviour): CommandProgram {
    return behaviour === 'missing' ? this.#command(['no-such-program']) : this.shell(SCRIPTS[behaviour]);
  }

  starts(id: AttemptId): number {
    const { checkpoint } = attemptDirectory(this.directory, id);
    try {
      return readFileSync(join(checkpoint, `starts-${parseAttemptId(id).attempt}`), 'utf8').split('\n').length - 1;
    } catch {
      return 0;
    }
  }

  close(): void {
    this.#cluster.run('scancel', '--me', ...(this.#options.within === 'allocation' ? ['--state=PENDING'] : []));
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  #command(command: readonly string[]): CommandProgram {
    return { kind: 'command', command, workingDirectory: tmpdir(), environment: {} };
  }
}
