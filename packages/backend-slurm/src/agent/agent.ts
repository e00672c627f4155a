/**
 * The agent: the one program that runs inside a Slurm job. It asks for work through two files in its slot's folder, runs
 * one attempt after the other, and writes down what happened. It is copied to the study's folder and run from there by
 * itself, so it imports nothing but Node's own modules.
 *
 *   node agent.ts CONFIG-AS-JSON
 *
 * Files, one writer each, read afresh at every look, so that close-to-open consistency (NFS) is enough:
 * `to-agent.jsonl` is the driver's, `from-agent.jsonl` the agent's.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, fstatSync, fsyncSync, openSync, readSync, writeFileSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** How an agent is told what to do. */
export interface AgentConfiguration {
  /** Folder of the batch of slots; each agent's own is `<slots>/<index>`. */
  readonly slots: string;
  /** Attempts after which the agent leaves; absent: as many as it is given. */
  readonly attempts?: number | undefined;
  /** Time without work after which it leaves, in milliseconds. */
  readonly idle: number;
  /** Time between two looks at its orders, in milliseconds. */
  readonly poll: number;
  /** Time between two signs of life, in milliseconds. */
  readonly heartbeat: number;
  /** Time a program has to save itself when the job is about to end, in milliseconds. */
  readonly grace: number;
  /** How the shell that starts a program calls itself in messages of its own. */
  readonly launcher: string;
}

/** An order of the driver. A driver of an older session is not obeyed once a newer one has spoken. */
export type Order = { readonly session: number; readonly seq: number } & (
  | {
      readonly kind: 'run';
      readonly attempt: string;
      readonly argv: readonly string[];
      readonly environment: { readonly [name: string]: string };
      readonly workingDirectory: string;
      readonly stdout: string;
      readonly stderr: string;
      readonly stopFile: string;
      readonly stopSignal?: string | undefined;
    }
  | {
      readonly kind: 'stop';
      readonly attempt: string;
      readonly from: 'checkpoint' | 'terminate' | 'kill';
      readonly grace: number;
    }
  | { readonly kind: 'leave' }
);

/** What an agent writes down. */
export type AgentRecord = { readonly seq: number; readonly at: number } & (
  | {
      readonly kind: 'hello';
      readonly job: string;
      readonly restart: number;
      readonly host: string;
      readonly node: string;
      readonly devices?: string | undefined;
      /** When the job will be ended by its time limit, in milliseconds since the epoch; absent if Slurm did not say. */
      readonly until?: number | undefined;
    }
  | { readonly kind: 'alive' }
  | { readonly kind: 'started'; readonly attempt: string; readonly pid: number }
  | {
      readonly kind: 'ended';
      readonly attempt: string;
      readonly exitCode?: number | undefined;
      readonly signal?: string | undefined;
      /** Why it could not be run at all. */
      readonly problem?: string | undefined;
      /** Why the agent itself ended it. */
      readonly evicted?: string | undefined;
    }
  | { readonly kind: 'leaving'; readonly why: string }
);

type Unnumbered<T> = T extends unknown ? Omit<T, 'seq' | 'at'> : never;

/** An order before it is given: without its session and number. */
export type NewOrder = Order extends infer T ? (T extends unknown ? Omit<T, 'session' | 'seq'> : never) : never;

/** Variables by which frameworks believe that they were started by `srun` themselves, and act on the whole job. */
const STEP_VARIABLES =
  /^(SLURM_(NTASKS|NPROCS|PROCID|LOCALID|NODEID|STEP|TASKS_PER_NODE|TASK_PID|GTIDS|SRUN)|PMI|PMIX|OMPI_)/;

/** How long an end by a signal that nobody here has sent is kept back, in milliseconds. */
const SUSPICION = 1500;

const STEPS = ['checkpoint', 'terminate', 'kill'] as const;

/**
 * Starts a program such that it does not outlive its agent: somebody in its process group holds the reading end of a pipe
 * from the agent, and ends the group when the agent is gone. The program's words are arguments, never parts of the script.
 */
const LAUNCHER = '{ read -r _ <&3; kill -KILL -$$; } & exec "$@" 3<&-';

/** Appends whole lines to a file: opened, written, flushed and closed each time, so that any reader sees them. */
class Writer {
  readonly #path: string;
  #seq = 0;

  constructor(path: string) {
    this.#path = path;
  }

  write(record: Unnumbered<AgentRecord>): void {
    this.#seq += 1;
    const file = openSync(this.#path, 'a');
    try {
      writeSync(file, `${JSON.stringify({ seq: this.#seq, at: Date.now(), ...record })}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  }
}

/** New whole lines of a file since the last look. */
class Reader {
  readonly #path: string;
  #offset = 0;

  constructor(path: string) {
    this.#path = path;
  }

  read(): string[] {
    let file: number;
    try {
      file = openSync(this.#path, 'r');
    } catch {
      return [];
    }
    try {
      const bytes = Buffer.alloc(Math.max(0, fstatSync(file).size - this.#offset));
      const read = readSync(file, bytes, 0, bytes.length, this.#offset);
      const end = bytes.subarray(0, read).lastIndexOf(10) + 1;
      this.#offset += end;
      return bytes.toString('utf8', 0, end).split('\n').slice(0, -1);
    } finally {
      closeSync(file);
    }
  }
}

/** One attempt's program and everything it has started that is still in its process group. */
class Running {
  readonly attempt: string;
  readonly stopFile: string;
  readonly #signal: NodeJS.Signals | undefined;
  readonly #child: ChildProcess;
  #next = 0;
  #timer: NodeJS.Timeout | undefined;
  /** Why the agent itself asked it to end. */
  evicted: string | undefined;

  constructor(
    order: Extract<Order, { kind: 'run' }>,
    launcher: string,
    ended: (code: number | null, signal: string | null) => void,
  ) {
    this.attempt = order.attempt;
    this.stopFile = order.stopFile;
    this.#signal = order.stopSignal as NodeJS.Signals | undefined;
    const inherited = Object.entries(process.env).filter(([name]) => !STEP_VARIABLES.test(name));
    const stdout = openSync(order.stdout, 'a');
    const stderr = openSync(order.stderr, 'a');
    try {
      this.#child = spawn('/bin/sh', ['-c', LAUNCHER, launcher, ...order.argv], {
        cwd: order.workingDirectory,
        env: { ...Object.fromEntries(inherited), ...order.environment },
        detached: true,
        stdio: ['ignore', stdout, stderr, 'pipe'],
      });
    } finally {
      closeSync(stdout);
      closeSync(stderr);
    }
    this.#child.once('exit', (code, signal) => {
      clearTimeout(this.#timer);
      // What it left behind in its group must not use the slot of the next one.
      this.#send('SIGKILL');
      ended(code, signal);
    });
  }

  /** Whether it was asked to stop. */
  get asked(): boolean {
    return this.#next > 0;
  }

  get child(): ChildProcess {
    return this.#child;
  }

  /** Asks it to stop, harder with time. */
  stop(from: (typeof STEPS)[number], grace: number): void {
    const wanted = STEPS.indexOf(from);
    if (this.#next > wanted) return;
    clearTimeout(this.#timer);
    this.#next = wanted;
    this.#step(grace);
  }

  #step(grace: number): void {
    const step = STEPS[this.#next];
    if (step === undefined) return;
    this.#next += 1;
    if (step === 'checkpoint') {
      writeFileSync(this.stopFile, '');
      if (this.#signal !== undefined) this.#send(this.#signal);
    } else {
      this.#send(step === 'terminate' ? 'SIGTERM' : 'SIGKILL');
    }
    this.#timer = setTimeout(() => this.#step(grace), grace);
  }

  #send(signal: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      process.kill(-pid, signal);
    } catch {
      // The group is empty.
    }
  }
}

class Agent {
  readonly #configuration: AgentConfiguration;
  readonly #writer: Writer;
  readonly #reader: Reader;
  #session = 0;
  #seq = 0;
  #running: Running | undefined;
  #begun = 0;
  #idleSince = Date.now();
  #spoke = 0;
  #leaving: string | undefined;

  constructor(configuration: AgentConfiguration, folder: string) {
    this.#configuration = configuration;
    this.#writer = new Writer(join(folder, 'from-agent.jsonl'));
    this.#reader = new Reader(join(folder, 'to-agent.jsonl'));
  }

  begin(): void {
    const { env } = process;
    const end = Number(env['SLURM_JOB_END_TIME']);
    this.#say({
      kind: 'hello',
      job: env['SLURM_JOB_ID'] ?? '',
      restart: Number(env['SLURM_RESTART_COUNT'] ?? 0),
      host: hostname(),
      node: env['SLURMD_NODENAME'] ?? hostname(),
      devices: env['CUDA_VISIBLE_DEVICES'],
      until: Number.isFinite(end) && end > 0 ? end * 1000 : undefined,
    });
    process.on('SIGUSR2', () => this.#evict('the job is near its time limit', 'checkpoint'));
    process.on('SIGTERM', () => this.#evict('the job was cancelled, preempted or out of time', 'checkpoint'));
    this.#look();
  }

  #say(record: Unnumbered<AgentRecord>): void {
    this.#spoke = Date.now();
    this.#writer.write(record);
  }

  #look(): void {
    for (const line of this.#reader.read()) this.#obey(line);
    const { idle, heartbeat, poll } = this.#configuration;
    const now = Date.now();
    if (this.#running === undefined && this.#leaving === undefined && now - this.#idleSince >= idle) {
      this.#leaving = `nothing to do for ${Math.round(idle / 1000)} s`;
    }
    if (this.#running === undefined && this.#leaving !== undefined) {
      this.#say({ kind: 'leaving', why: this.#leaving });
      process.exit(0);
    }
    if (now - this.#spoke >= heartbeat) this.#say({ kind: 'alive' });
    setTimeout(() => this.#look(), poll);
  }

  #obey(line: string): void {
    const order = JSON.parse(line) as Order;
    if (order.session < this.#session || order.seq <= this.#seq) return;
    this.#session = order.session;
    this.#seq = order.seq;
    switch (order.kind) {
      case 'run':
        this.#run(order);
        return;
      case 'stop':
        if (this.#running?.attempt === order.attempt) this.#running.stop(order.from, order.grace);
        return;
      case 'leave':
        this.#leaving ??= 'the driver needs it no longer';
        this.#running?.stop('checkpoint', this.#configuration.grace);
        return;
    }
  }

  #run(order: Extract<Order, { kind: 'run' }>): void {
    const { attempt } = order;
    if (this.#leaving !== undefined || this.#running !== undefined) {
      const evicted = this.#leaving ?? 'the slot was taken';
      this.#say({ kind: 'ended', attempt, evicted });
      return;
    }
    this.#begun += 1;
    try {
      const running = new Running(order, this.#configuration.launcher, (exitCode, signal) =>
        this.#ended(running, exitCode, signal),
      );
      running.child.once('error', (thrown) => this.#over({ kind: 'ended', attempt, problem: thrown.message }));
      this.#running = running;
      const { pid } = running.child;
      if (pid !== undefined) this.#say({ kind: 'started', attempt, pid });
    } catch (thrown) {
      this.#over({ kind: 'ended', attempt, problem: thrown instanceof Error ? thrown.message : String(thrown) });
    }
  }

  #ended(running: Running, exitCode: number | null, signal: string | null): void {
    const say = (): void => {
      const { attempt, evicted } = running;
      this.#over({ kind: 'ended', attempt, exitCode: exitCode ?? undefined, signal: signal ?? undefined, evicted });
    };
    const killed = signal !== null || exitCode === 128 + 15 || exitCode === 128 + 9;
    // Slurm ends a job by signals to all of its processes, in any order: whether this was one of them shows in a moment, by
    // the same happening to the agent.
    if (killed && !running.asked) setTimeout(say, SUSPICION);
    else say();
  }

  #over(record: Extract<Unnumbered<AgentRecord>, { kind: 'ended' }>): void {
    this.#running = undefined;
    this.#idleSince = Date.now();
    this.#say(record);
    if (this.#begun >= (this.#configuration.attempts ?? Number.POSITIVE_INFINITY)) {
      this.#leaving ??= 'it has run as many attempts as one job may';
    }
  }

  #evict(why: string, from: 'checkpoint' | 'terminate'): void {
    this.#leaving ??= why;
    if (this.#running === undefined) return;
    // An end that is being kept back is explained by this.
    this.#running.evicted ??= why;
    this.#running.stop(from, this.#configuration.grace);
  }
}

/**
 * Takes the slot, or finds that it is taken. Slurm may start one job twice: a submission that seemed to fail and did not, a
 * controller that was killed and has forgotten the start, even with the same number. The exclusive file decides, once.
 */
function claim(folder: string): boolean {
  const { SLURM_JOB_ID: job = '', SLURM_RESTART_COUNT: restart = '0' } = process.env;
  try {
    writeFileSync(join(folder, 'claim'), `${job} ${restart} ${hostname()} ${process.pid}\n`, { flag: 'wx' });
    return true;
  } catch {
    return false;
  }
}

if (import.meta.main) {
  const configuration = JSON.parse(process.argv[2] ?? '{}') as AgentConfiguration;
  const folder = join(configuration.slots, process.env['SLURM_ARRAY_TASK_ID'] ?? '0');
  if (claim(folder)) new Agent(configuration, folder).begin();
  else process.stderr.write('Another job has this slot; there is nothing to do here.\n');
}
