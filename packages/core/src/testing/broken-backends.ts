import type { AttemptEnd } from '../domain/failure.ts';
import type { AttemptId } from '../domain/trial.ts';
import { bug } from '../errors.ts';
import type {
  Adoption,
  Backend,
  BackendHost,
  Launched,
  LaunchRequest,
  RecordedAttempt,
  StopRequest,
} from '../ports/backend.ts';
import type { Disposer } from '../ports/clock.ts';
import type { Program } from '../ports/program.ts';
import { StopLadder } from '../backends/stop-ladder.ts';
import { type BackendHarness, type BackendPlace, type Behaviour, BEHAVIOURS } from './backend-harness.ts';
import { VirtualClock } from './virtual-clock.ts';

/** Each is one way to break the contract that real backends have been seen to break. */
export const BACKEND_FAULTS = [
  'ends-twice',
  'runs-again',
  'never-kills',
  'waits-before-kill',
  'ends-again-when-stopped',
  'exit-code-lost',
  'missing-is-code',
  'capacity-of-one-half',
  'promises-too-much',
  'adopts-strangers',
  'forgets-running',
  'forgets-to-watch',
  'says-running-when-never-launched',
  'tells-adopted-end-twice',
  'close-kills',
  'talks-after-close',
  'silence-is-an-end',
  'leaves-processes',
  'loses-reports',
] as const;

/** One of the faults. */
export type BackendFault = (typeof BACKEND_FAULTS)[number];

/** How long a program runs that ends by itself, in virtual milliseconds. */
const SHORT = 20;

interface Job {
  readonly behaviour: Behaviour;
  readonly done: Disposer;
  starts: number;
  end: AttemptEnd | undefined;
  /** Hears of the end. */
  watcher: ((end: AttemptEnd) => void) | undefined;
  left: boolean;
}

/** Machines that exist only in virtual time, and go on when a driver dies. */
class PretendMachines {
  readonly clock = new VirtualClock();
  readonly jobs = new Map<AttemptId, Job>();
  connected = true;
  readonly #listeners = new Set<() => void>();

  start(attempt: AttemptId, behaviour: Behaviour): void {
    const earlier = this.jobs.get(attempt);
    const runsOn = behaviour === 'sleep' || behaviour === 'ignore-stop';
    const done = runsOn ? () => undefined : this.clock.after(SHORT, () => this.finish(attempt, endOf(behaviour)));
    const starts = (earlier?.starts ?? 0) + 1;
    this.jobs.set(attempt, { behaviour, done, starts, end: undefined, watcher: undefined, left: true });
  }

  signal(attempt: AttemptId, hard: boolean): void {
    const job = this.jobs.get(attempt);
    if (job === undefined || job.end !== undefined || (!hard && job.behaviour === 'ignore-stop')) return;
    job.done();
    const signal = hard ? 'SIGKILL' : 'SIGTERM';
    this.finish(attempt, { kind: 'failed', failure: 'code', message: `It was ended by ${signal}.`, signal });
  }

  finish(attempt: AttemptId, end: AttemptEnd): void {
    const job = this.jobs.get(attempt);
    if (job === undefined) return;
    job.end = end;
    job.left = false;
    job.watcher?.(end);
  }

  connect(connected: boolean): void {
    this.connected = connected;
    for (const listener of this.#listeners) listener();
  }

  onContact(listener: () => void): void {
    this.#listeners.add(listener);
  }
}

/** A backend for them: right, or with one fault. */
class PretendBackend implements Backend {
  readonly outlivesDriver = true;
  readonly #machines: PretendMachines;
  readonly #workers: number;
  readonly #fault: BackendFault | undefined;
  readonly #ladders = new Map<AttemptId, StopLadder>();
  #host: BackendHost | undefined;
  #closed = false;

  constructor(machines: PretendMachines, workers: number, fault: BackendFault | undefined) {
    this.#machines = machines;
    this.#workers = workers;
    this.#fault = fault;
  }

  open(host: BackendHost): void {
    this.#host = host;
    this.#machines.onContact(() => this.#contactChanged());
  }

  adopt(attempts: readonly RecordedAttempt[]): Adoption[] {
    if (this.#fault === 'adopts-strangers' && attempts.length === 0)
      return [{ attempt: '9.9', status: 'never-launched' }];
    return attempts.map(({ request: { attempt } }) => {
      const job = this.#machines.jobs.get(attempt);
      if (job === undefined) {
        const status = this.#fault === 'says-running-when-never-launched' ? 'running' : 'never-launched';
        return { attempt, status, launched: LAUNCHED };
      }
      if (job.end !== undefined) {
        if (this.#fault === 'tells-adopted-end-twice') this.#tell(attempt, job.end);
        return { attempt, status: 'ended', end: job.end, launched: LAUNCHED };
      }
      if (this.#fault === 'forgets-running') return { attempt, status: 'never-launched' };
      if (this.#fault !== 'forgets-to-watch') this.#watch(attempt, job);
      return { attempt, status: 'running', launched: LAUNCHED };
    });
  }

  launch({ attempt }: LaunchRequest): Launched {
    if (this.#machines.jobs.has(attempt) && this.#fault !== 'runs-again') return LAUNCHED;
    const behaviour = behaviourOf(this.#here.program);
    if (this.#fault === 'promises-too-much' && this.#ladders.size > 0) return LAUNCHED;
    this.#machines.start(attempt, behaviour);
    const job = this.#machines.jobs.get(attempt) ?? bug('a job that was just made');
    if (behaviour === 'report' && this.#fault !== 'loses-reports') {
      this.#here.clock.after(1, () => this.#here.reported(attempt, { metrics: { loss: 0.5 } }));
    }
    this.#watch(attempt, job);
    return LAUNCHED;
  }

  stop(attempt: AttemptId, request: StopRequest): void {
    const job = this.#machines.jobs.get(attempt);
    if (this.#fault === 'ends-again-when-stopped' && job?.end !== undefined) this.#tell(attempt, job.end);
    this.#ladders
      .get(attempt)
      ?.climb(this.#fault === 'waits-before-kill' ? { ...request, from: 'checkpoint' } : request);
  }

  capacity(): number {
    return this.#fault === 'capacity-of-one-half' ? 0.5 : this.#workers;
  }

  close(): void {
    this.#closed = true;
    for (const [attempt, ladder] of this.#ladders) {
      ladder.cancel();
      if (this.#fault === 'close-kills') this.#machines.signal(attempt, true);
    }
  }

  get #here(): BackendHost {
    return this.#host ?? bug('a pretended backend was used before it was opened');
  }

  #watch(attempt: AttemptId, job: Job): void {
    const ladder = new StopLadder(this.#here.clock, (step) => {
      if (step === 'terminate') this.#machines.signal(attempt, false);
      if (step === 'kill' && this.#fault !== 'never-kills') this.#machines.signal(attempt, true);
    });
    this.#ladders.set(attempt, ladder);
    const earlier = this.#fault === 'talks-after-close' ? job.watcher : undefined;
    job.watcher = (end) => {
      ladder.cancel();
      if (this.#fault === 'leaves-processes') job.left = true;
      earlier?.(end);
      this.#tell(attempt, this.#distorted(end));
      if (this.#fault === 'ends-twice') this.#tell(attempt, end);
    };
  }

  #distorted(end: AttemptEnd): AttemptEnd {
    if (end.kind !== 'failed') return end;
    if (this.#fault === 'exit-code-lost') return { ...end, exitCode: undefined };
    if (this.#fault === 'missing-is-code') return { ...end, failure: 'code' };
    return end;
  }

  #tell(attempt: AttemptId, end: AttemptEnd): void {
    if (!this.#closed || this.#fault === 'talks-after-close') this.#here.ended(attempt, end);
  }

  #contactChanged(): void {
    for (const [attempt, job] of this.#machines.jobs) {
      if (job.end !== undefined || this.#machines.connected || this.#closed) continue;
      const message = 'The machines do not answer.';
      if (this.#fault === 'silence-is-an-end') this.#tell(attempt, { kind: 'failed', failure: 'node', message });
      this.#here.unreachable(attempt, message);
    }
  }
}

const LAUNCHED: Launched = { handle: null };

function endOf(behaviour: Behaviour): AttemptEnd {
  if (behaviour === 'exit-3') {
    return { kind: 'failed', failure: 'code', message: 'It exited with code 3.', exitCode: 3 };
  }
  if (behaviour === 'missing') return { kind: 'failed', failure: 'launch', message: 'There is no such program.' };
  return { kind: 'finished' };
}

function behaviourOf(program: Program): Behaviour {
  const name = program.kind === 'command' ? program.command[0] : undefined;
  return BEHAVIOURS.find((behaviour) => behaviour === name) ?? bug(`no behaviour '${name}'`);
}

/**
 * A harness of a backend that only pretends: right, or with one fault. It shows that the checks find what they are for,
 * and serves as the smallest example of a harness.
 */
export function pretendHarness(fault?: BackendFault): BackendHarness {
  return {
    outlivesDriver: true,
    canLoseContact: true,
    lacks: ['print'],
    open(): BackendPlace {
      const machines = new PretendMachines();
      return {
        directory: undefined,
        clock: machines.clock,
        make: (workers) => new PretendBackend(machines, workers, fault),
        program: (behaviour) => ({ kind: 'command', command: [behaviour], workingDirectory: '/', environment: {} }),
        starts: (attempt) => machines.jobs.get(attempt)?.starts ?? 0,
        leftOvers: (attempt) => (machines.jobs.get(attempt)?.left === true ? [`job ${attempt}`] : []),
        connect: (connected) => machines.connect(connected),
        close: () => undefined,
      };
    },
  };
}
