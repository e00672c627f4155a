import { z } from 'zod';
import type { AttemptEnd } from '../domain/failure.ts';
import type { AttemptId } from '../domain/trial.ts';
import { API_VERSION } from '../plugin/api-version.ts';
import { defineBackend } from '../plugin/define.ts';
import type { Adoption, Backend, BackendHost, Launched, LaunchRequest, RecordedAttempt } from '../ports/backend.ts';
import { VERSION } from '../version.ts';
import type { Fault, SimulatedProgram, SimulatedStep } from './simulated-program.ts';

interface Running {
  readonly steps: Iterator<SimulatedStep>;
  over: AttemptEnd | undefined;
  /** What it has reported, for a driver that comes back and may have missed the last of it. */
  readonly reports: Extract<SimulatedStep, { kind: 'report' }>[];
  /** It was stopped from outside: the rest of its script never happens. */
  stopped: boolean;
}

/** What a simulated cluster is made of. */
export interface SimulatedClusterOptions {
  /** Attempts that run at the same time. */
  readonly workers: number;
  readonly program: SimulatedProgram;
  /** What goes wrong, by attempt. */
  readonly faults?: { readonly [attempt: AttemptId]: Fault } | undefined;
  /** Virtual milliseconds that an attempt needs to stop when it is asked to; default 0. */
  readonly stopTime?: number | undefined;
  /** Whether attempts go on when the driver dies; default no. */
  readonly outlivesDriver?: boolean | undefined;
}

/**
 * Workers that exist only in virtual time. Kept apart from the backend so that it lives on when a driver dies: a second
 * driver's backend finds the attempts where they are.
 */
export class SimulatedCluster {
  readonly #options: SimulatedClusterOptions;
  readonly #attempts = new Map<AttemptId, Running>();
  readonly #launches = new Map<AttemptId, number>();
  #host: BackendHost | undefined;

  constructor(options: SimulatedClusterOptions) {
    this.#options = options;
  }

  /** Attempts that run at the same time. */
  get workers(): number {
    return this.#options.workers;
  }

  /** Whether attempts go on when the driver dies. */
  get outlivesDriver(): boolean {
    return this.#options.outlivesDriver ?? false;
  }

  /** How often each attempt was launched; more than once is what must never happen. */
  get launches(): ReadonlyMap<AttemptId, number> {
    return this.#launches;
  }

  /** Connects the driver that is told what happens from now on. */
  connect(host: BackendHost): void {
    this.#host = host;
  }

  /** The driver died, or closed in order. */
  disconnect(): void {
    this.#host = undefined;
    if (!this.outlivesDriver) this.#attempts.clear();
  }

  /** Begins an attempt; one that was begun before goes on. */
  launch(request: LaunchRequest): void {
    const { attempt } = request;
    if (this.#attempts.has(attempt)) return;
    const { program, faults } = this.#options;
    this.#launches.set(attempt, (this.#launches.get(attempt) ?? 0) + 1);
    const fault = faults?.[attempt];
    const steps = fault === undefined ? program(request) : fault([...program(request)]);
    const running: Running = { steps: steps[Symbol.iterator](), over: undefined, reports: [], stopped: false };
    this.#attempts.set(attempt, running);
    this.#next(attempt, running);
  }

  /** What became of an attempt, for a driver that comes back; says all its reports again. */
  look(attempt: AttemptId): 'running' | 'unknown' | AttemptEnd {
    const running = this.#attempts.get(attempt);
    if (running === undefined) return 'unknown';
    for (const report of running.reports) this.#host?.reported(attempt, report);
    return running.over ?? 'running';
  }

  /** Asks an attempt to stop: it saves itself and ends after the cluster's stop time. */
  stop(attempt: AttemptId): void {
    const running = this.#attempts.get(attempt);
    if (running === undefined || running.over !== undefined) return;
    this.#clock()?.after(this.#options.stopTime ?? 0, () => {
      if (running.over !== undefined) return;
      running.stopped = true;
      running.over = { kind: 'checkpointed' };
      this.#host?.ended(attempt, running.over);
    });
  }

  #clock(): BackendHost['clock'] | undefined {
    return this.#host?.clock;
  }

  #next(attempt: AttemptId, running: Running): void {
    const { done, value: step } = running.steps.next();
    if (done === true) {
      if (running.over === undefined) this.#end(attempt, running, { kind: 'finished' });
      return;
    }
    this.#clock()?.after(step.wait, () => {
      if (running.stopped) return;
      if (step.kind === 'report') {
        if (this.outlivesDriver) running.reports.push(step);
        this.#host?.reported(attempt, step);
      } else if (step.kind === 'unreachable') this.#host?.unreachable(attempt, step.message);
      else this.#end(attempt, running, step.end);
      this.#next(attempt, running);
    });
  }

  #end(attempt: AttemptId, running: Running, end: AttemptEnd): void {
    running.over = end;
    this.#host?.ended(attempt, end);
    if (!this.outlivesDriver) this.#attempts.delete(attempt);
  }
}

class SimulatedBackend implements Backend {
  readonly outlivesDriver: boolean;
  readonly #cluster: SimulatedCluster;

  constructor(cluster: SimulatedCluster) {
    this.#cluster = cluster;
    this.outlivesDriver = cluster.outlivesDriver;
  }

  open(host: BackendHost): void {
    this.#cluster.connect(host);
  }

  adopt(attempts: readonly RecordedAttempt[]): Adoption[] {
    return attempts.map(({ request: { attempt } }) => {
      const found = this.#cluster.look(attempt);
      if (found === 'running') return { attempt, status: 'running', launched: this.#launched(attempt) };
      if (found !== 'unknown') return { attempt, status: 'ended', end: found };
      if (this.outlivesDriver) return { attempt, status: 'never-launched' };
      return { attempt, status: 'ended', end: { kind: 'evicted', message: 'the driver ended while it ran' } };
    });
  }

  launch(request: LaunchRequest): Launched {
    this.#cluster.launch(request);
    return this.#launched(request.attempt);
  }

  stop(attempt: AttemptId): void {
    this.#cluster.stop(attempt);
  }

  /** Attempts that can be found again have a handle, those that die with the driver need none. */
  #launched(attempt: AttemptId): Launched {
    return { handle: this.outlivesDriver ? attempt : null };
  }

  capacity(): number {
    return this.#cluster.workers;
  }

  close(): void {
    this.#cluster.disconnect();
  }
}

/** A backend whose workers exist only in virtual time. Use it with a `VirtualClock`. */
export const simulated = defineBackend({
  name: 'simulated',
  version: VERSION,
  apiVersion: API_VERSION,
  offers: ['resume', 'resource-limit'],
  options: z.strictObject({ cluster: z.instanceof(SimulatedCluster) }),
  create: ({ cluster }) => new SimulatedBackend(cluster),
});
