import { type ChildProcess, spawn } from 'node:child_process';
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { quoted } from '../../src/jobs/shell-words.ts';
import type { AgentRecord } from '../../src/slots/agent-record.ts';
import type { NewOrder } from '../../src/slots/orders.ts';
import { SlotFiles } from '../../src/slots/slot-files.ts';
import { describeInMemoryGroup } from '../describe-in-memory-group.ts';

const AGENT = new URL('../../agent/agent.sh', import.meta.url).pathname;

/** An agent in a slot of its own, and the driver's side of it. */
class Desk {
  readonly folder = mkdtempSync(join(tmpdir(), "fettle it's "));
  readonly slot = join(this.folder, '0');
  readonly files = new SlotFiles(this.slot);
  readonly records: AgentRecord[] = [];
  readonly #children: ChildProcess[] = [];
  #seq = 0;

  constructor() {
    this.files.make();
  }

  /** Starts an agent. */
  agent({ attempts = 0, idle = 60_000, lanes = 1, shell = ['/bin/sh'], environment = {} } = {}): ChildProcess {
    const [program = '', ...rest] = shell;
    const words = [this.folder, lanes, 0, attempts, idle, 50, 50, 60_000, 200, 'fettle-launcher'].map(String);
    const child = spawn(program, [...rest, AGENT, ...words], {
      env: { PATH: process.env['PATH'], SLURM_JOB_ID: '17', SLURMD_NODENAME: 'n1', ...environment },
      stdio: 'ignore',
    });
    this.#children.push(child);
    return child;
  }

  order(order: NewOrder, session = 1, script = ''): void {
    this.#seq += 1;
    this.files.order({ ...order, session, seq: this.#seq }, script);
  }

  /** Orders to run a line of shell. */
  run(attempt: string, line: string, stopSignal?: string): void {
    const out = quoted(join(this.folder, 'out'));
    this.order({ kind: 'run', attempt, stopSignal }, 1, `exec >>${out} 2>&1\nset -- sh -c ${quoted(line)}\n`);
  }

  /** Waits until the agent has written a record of a kind, and takes in all before it. */
  async until<K extends AgentRecord['kind']>(kind: K, count = 1): Promise<Extract<AgentRecord, { kind: K }>> {
    for (let looks = 0; looks < 400; looks += 1) {
      this.records.push(...this.files.news());
      const found = this.records.filter((record) => record.kind === kind)[count - 1];
      if (found !== undefined) return found as Extract<AgentRecord, { kind: K }>;
      await sleep(25);
    }
    throw new Error(`the agent did not write '${kind}'`);
  }

  get printed(): string {
    const path = join(this.folder, 'out');
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  }

  async prints(text: string): Promise<void> {
    for (let looks = 0; looks < 400; looks += 1) {
      if (this.printed.includes(text)) return;
      await sleep(25);
    }
    throw new Error(`'${text}' was not printed, but ${this.printed}`);
  }

  close(): void {
    for (const child of this.#children) child.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10 });
  }
}

let desk: Desk;
beforeEach(() => {
  desk = new Desk();
});
afterEach(() => desk.close());

// The shell of Debian, and that of most clusters.
describe.each([['dash'], ['bash', '--posix']])('the agent, run by %s', (...shell) => {
  it('says who it is, runs what it is given one after the other, and leaves when it is told to', async () => {
    const { files } = desk;
    desk.agent({ shell, environment: { CUDA_VISIBLE_DEVICES: '2,3', SLURM_JOB_END_TIME: '1700000000' } });
    expect(await desk.until('hello')).toMatchObject({
      seq: 1,
      job: '17',
      node: 'n1',
      restart: 0,
      devices: '2,3',
      until: 1_700_000_000_000,
    });
    desk.run('1.1', 'echo first; exit 3');
    expect(await desk.until('ended')).toMatchObject({ attempt: '1.1', exitCode: 3 });
    desk.run('2.1', 'echo second');
    expect(await desk.until('ended', 2)).toMatchObject({ attempt: '2.1', exitCode: 0 });
    desk.order({ kind: 'leave' });
    expect(await desk.until('leaving')).toMatchObject({ why: 'the driver needs it no longer' });
    expect(desk.printed).toBe('first\nsecond\n');
    expect(files.news()).toEqual([]);
  });

  it('asks a program to stop with the file and the signal, then harder', async () => {
    desk.agent({ shell });
    desk.run('1.1', `trap 'echo asked' INT; trap '' TERM; echo ready; while :; do sleep 0.05; done`, 'SIGINT');
    await desk.prints('ready');
    desk.order({ kind: 'stop', attempt: '1.1', from: 'checkpoint', grace: 400 });
    await desk.prints('asked');
    expect(existsSync(desk.files.stopFile(1))).toBe(true);
    expect(await desk.until('ended')).toMatchObject({ attempt: '1.1', exitCode: 137 });
  });
});

describe('the agent', () => {
  it('lets a program that is not there be a failure of the launch', async () => {
    desk.agent();
    desk.order({ kind: 'run', attempt: '1.1' }, 1, `exec 2>${quoted(join(desk.folder, 'out'))}\nset -- 'no such'\n`);
    expect(await desk.until('ended')).toMatchObject({ exitCode: 127 });
    expect(desk.printed).toMatch(/^fettle-launcher.*no such/);
  });

  it('takes a slot once: a second one that is started for it leaves at once', async () => {
    desk.agent();
    await desk.until('hello');
    const second = desk.agent();
    const code = await new Promise((resolve) => {
      second.once('exit', resolve);
    });
    expect(code).toBe(0);
    desk.run('1.1', 'echo once');
    await desk.until('ended');
    expect(desk.printed).toBe('once\n');
  });

  it('ends its program when Slurm ends the job, and says why', async () => {
    const agent = desk.agent();
    desk.run('1.1', 'trap "sleep 0.1; exit 75" USR1; echo ready; while :; do sleep 0.05; done', 'SIGUSR1');
    await desk.prints('ready');
    agent.kill('SIGTERM');
    const evicted = 'the job was cancelled, preempted or out of time';
    expect(await desk.until('ended')).toMatchObject({ attempt: '1.1', exitCode: 75, evicted });
    expect(await desk.until('leaving')).toMatchObject({ why: evicted });
  });

  it('takes an end by a signal for its own if the agent is told of the end of the job just after', async () => {
    const agent = desk.agent();
    desk.run('1.1', 'echo ready; exec sleep 30');
    await desk.prints('ready');
    const { pid } = await desk.until('started');
    process.kill(-pid, 'SIGKILL');
    await sleep(200);
    agent.kill('SIGTERM');
    expect(await desk.until('ended')).toMatchObject({ exitCode: 137, evicted: expect.stringContaining('cancelled') });
  });

  it('leaves no program behind when it is killed, not even one that heeds no signal', async () => {
    const agent = desk.agent();
    desk.run('1.1', `trap '' TERM INT HUP; echo ready; while :; do sleep 0.05; done`);
    await desk.prints('ready');
    const { pid } = await desk.until('started');
    process.kill(-pid, 'SIGTERM');
    agent.kill('SIGKILL');
    for (let looks = 0; looks < 200 && isAlive(-pid); looks += 1) await sleep(25);
    expect(isAlive(-pid)).toBe(false);
  });

  it('obeys no driver once a newer one has spoken', async () => {
    desk.agent();
    desk.order({ kind: 'run', attempt: '1.1' }, 2, 'set -- sleep 30\n');
    await desk.until('started');
    desk.order({ kind: 'stop', attempt: '1.1', from: 'kill', grace: 100 }, 1);
    await sleep(300);
    expect(desk.records.concat(desk.files.news()).map(({ kind }) => kind)).toEqual(['hello', 'started']);
    desk.order({ kind: 'stop', attempt: '1.1', from: 'kill', grace: 100 }, 2);
    expect(await desk.until('ended')).toMatchObject({ exitCode: 137 });
  });

  it('leaves by itself without work, and after as many attempts as one job may run', async () => {
    desk.agent({ idle: 300 });
    expect(await desk.until('leaving')).toMatchObject({ why: 'nothing to do for 0 s' });
    const other = new Desk();
    other.agent({ attempts: 1 });
    other.run('1.1', 'true');
    expect(await other.until('leaving')).toMatchObject({ why: 'it has run as many attempts as one job may' });
    other.close();
  });

  it('says when its program has written something, and is silent while it does not', async () => {
    desk.agent();
    const attempt = join(desk.folder, 'attempt-1');
    mkdirSync(attempt);
    const script = `ln -sfn ${quoted(attempt)} attempt\ncd ${quoted(attempt)}\n`;
    const program = `sleep 1; for file in metrics.jsonl stdout.log; do echo one >>$file; sleep 1; done; touch other; sleep 1`;
    desk.order({ kind: 'run', attempt: '1.1' }, 1, `${script}set -- sh -c ${quoted(program)}\n`);
    await desk.until('ended');
    expect(desk.records.map(({ kind }) => kind)).toEqual(['hello', 'started', 'alive', 'alive', 'ended']);
  });

  it('says later what it could not say because the disk was full', async () => {
    const path = join(desk.slot, 'from-agent.jsonl');
    unlinkSync(path);
    symlinkSync('/dev/full', path);
    desk.agent();
    desk.run('1.1', 'echo ran');
    await desk.prints('ran');
    await sleep(300);
    unlinkSync(path);
    writeFileSync(path, '{"seq":1,"torn');
    expect(await desk.until('ended')).toMatchObject({ seq: 3, attempt: '1.1', exitCode: 0 });
    expect(desk.records.map(({ kind }) => kind)).toEqual(['hello', 'started', 'ended']);
  });

  it('does not leave before it could say how its last attempt ended', async () => {
    const path = join(desk.slot, 'from-agent.jsonl');
    unlinkSync(path);
    symlinkSync('/dev/full', path);
    desk.agent({ attempts: 1 });
    desk.run('1.1', 'echo ran');
    await desk.prints('ran');
    await sleep(300);
    unlinkSync(path);
    expect(await desk.until('ended')).toMatchObject({ attempt: '1.1', exitCode: 0 });
    expect(await desk.until('leaving')).toMatchObject({ why: 'it has run as many attempts as one job may' });
  });

  it('gives up to say it after the time that it may be idle', async () => {
    const path = join(desk.slot, 'from-agent.jsonl');
    unlinkSync(path);
    symlinkSync('/dev/full', path);
    const agent = desk.agent({ idle: 300 });
    const code = await new Promise((resolve) => {
      agent.once('exit', resolve);
    });
    expect(code).toBe(0);
  });

  it('ends its program and itself when somebody removes its folder', async () => {
    const agent = desk.agent();
    desk.run('1.1', 'echo ready; exec sleep 30');
    await desk.prints('ready');
    const { pid } = await desk.until('started');
    const left = new Promise((resolve) => {
      agent.once('exit', resolve);
    });
    rmSync(desk.slot, { recursive: true });
    expect(await left).toBe(0);
    for (let looks = 0; looks < 200 && isAlive(-pid); looks += 1) await sleep(25);
    expect(isAlive(-pid)).toBe(false);
  });

  it('lets its program run on while its folder cannot be read, and obeys again after that', async () => {
    desk.agent();
    desk.run('1.1', 'echo ready; exec sleep 30');
    await desk.prints('ready');
    const path = join(desk.slot, 'to-agent');
    // A link to itself is there and cannot be followed; it takes the file's place in one step.
    symlinkSync('to-agent', `${path}.loop`);
    linkSync(path, `${path}.aside`);
    renameSync(`${path}.loop`, path);
    await sleep(300);
    renameSync(`${path}.aside`, path);
    desk.order({ kind: 'stop', attempt: '1.1', from: 'kill', grace: 100 });
    expect(await desk.until('ended')).toMatchObject({ attempt: '1.1', exitCode: 137 });
  });

  it('gives its programs its own share of the GPUs of the job', async () => {
    desk.agent({ lanes: 2, environment: { CUDA_VISIBLE_DEVICES: 'GPU-a,MIG-b,GPU-c,3', ZE_AFFINITY_MASK: '0,1' } });
    desk.run('1.1', 'echo "$CUDA_VISIBLE_DEVICES $ZE_AFFINITY_MASK"');
    await desk.until('ended');
    expect(desk.printed).toBe('GPU-a,MIG-b 0\n');
  });
});

describeInMemoryGroup('the agent of a job with a limit of memory', (group) => {
  it('tells a program that the kernel killed for want of it from one that somebody killed', async () => {
    desk.agent({ shell: ['/bin/sh', '-c', 'echo $$ >"$0/cgroup.procs"; exec /bin/sh "$@"', group()] });
    await desk.until('hello');
    desk.run('1.1', 'exec tail /dev/zero');
    expect(await desk.until('ended')).toMatchObject({ attempt: '1.1', exitCode: 137, outOfMemory: true });
    desk.run('2.1', 'kill -KILL $$');
    const end = await desk.until('ended', 2);
    expect(end).toMatchObject({ attempt: '2.1', exitCode: 137 });
    expect(end).not.toHaveProperty('outOfMemory');
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
