import { execFileSync, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { hostname, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Accounting, ACCOUNTING } from './accounting.ts';

/** What a cluster of the tests can be told. */
export interface SlurmClusterOptions {
  readonly nodes?: number;
  /** Cores of each node, as Slurm believes. */
  readonly cores?: number;
  /** Memory of each node in megabytes, as Slurm believes. */
  readonly memory?: number;
  /** Whether `sacct` knows of jobs that are over. */
  readonly accounting?: boolean;
  /** Further lines of slurm.conf. */
  readonly extra?: readonly string[];
}

/**
 * A real Slurm in a folder of its own: controller and several nodes on this machine, without munge, with accounting or
 * without. Needs Debian's slurmctld, slurmd and slurm-client.
 */
export class SlurmCluster {
  readonly folder: string;
  readonly environment: { readonly SLURM_CONF: string };
  readonly #nodes: number;

  private constructor(folder: string, nodes: number) {
    this.folder = folder;
    this.#nodes = nodes;
    this.environment = { SLURM_CONF: join(folder, 'slurm.conf') };
  }

  /** Why no cluster can be started here, with the way to change that; undefined if one can. */
  static missing({ accounting = false }: SlurmClusterOptions = {}): string | undefined {
    const programs = ['/usr/sbin/slurmctld', '/usr/sbin/slurmd', '/usr/bin/sbatch'];
    if (accounting) programs.push(...ACCOUNTING.programs);
    const absent = programs.filter((program) => !existsSync(program));
    if (absent.length === 0) return undefined;
    const packages = `slurmctld slurmd slurm-client slurm-wlm-basic-plugins${accounting ? ` ${ACCOUNTING.packages}` : ''}`;
    return `${absent.join(', ')} missing: apt-get install ${packages}`;
  }

  /** Starts one and waits until its nodes are idle. @throws Error when Slurm is not installed, with the way to get it */
  static async start({
    nodes = 2,
    cores = 8,
    memory = 4000,
    accounting = false,
    extra = [],
  }: SlurmClusterOptions = {}): Promise<SlurmCluster> {
    const missing = SlurmCluster.missing({ accounting });
    if (missing !== undefined) throw new Error(missing);
    // Short, because sockets lie in it.
    const folder = mkdtempSync(join(tmpdir(), 'slurm-'));
    const cluster = new SlurmCluster(folder, nodes);
    const ports = await freePorts(nodes + 2);
    const books = accounting ? new Accounting(folder, ports[nodes + 1]!) : undefined;
    const host = hostname().split('.')[0] ?? '';
    for (const name of ['state', 'dev', 'run']) mkdirSync(join(folder, name));
    for (let node = 1; node <= nodes; node += 1)
      mkdirSync(join(folder, 'node', `n${node}`, 'spool'), { recursive: true });
    // A character device is all that Slurm asks of a GPU.
    for (const gpu of [0, 1]) symlinkSync('/dev/null', join(folder, 'dev', `nvidia${gpu}`));
    const nodeLines = Array.from({ length: nodes }, (_, index) => {
      const shape = `CPUs=${cores} Sockets=1 CoresPerSocket=${cores} ThreadsPerCore=1 RealMemory=${memory} Gres=gpu:2`;
      return `NodeName=n${index + 1} NodeHostname=${host} NodeAddr=127.0.0.1 Port=${ports[index + 1]} ${shape}`;
    });
    writeFileSync(
      join(folder, 'slurm.conf'),
      `${[
        'ClusterName=fettle',
        `SlurmctldHost=${host}(127.0.0.1)`,
        `SlurmUser=${userInfo().username}`,
        `SlurmdUser=${userInfo().username}`,
        `SlurmctldPort=${ports[0]}`,
        'AuthType=auth/none',
        'CredType=cred/none',
        'AuthInfo=cred_expire=5',
        'MailProg=/bin/true',
        'MpiDefault=none',
        `StateSaveLocation=${folder}/state`,
        `SlurmdSpoolDir=${folder}/node/%n/spool`,
        `SlurmctldPidFile=${folder}/run/slurmctld.pid`,
        `SlurmdPidFile=${folder}/run/slurmd-%n.pid`,
        `SlurmctldLogFile=${folder}/slurmctld.log`,
        `SlurmdLogFile=${folder}/node/%n/slurmd.log`,
        'ReturnToService=2',
        'SlurmdParameters=config_overrides',
        'TaskPlugin=task/none',
        'ProctrackType=proctrack/linuxproc',
        'JobAcctGatherType=jobacct_gather/none',
        'SelectType=select/cons_tres',
        'SelectTypeParameters=CR_Core_Memory',
        'DefMemPerCPU=100',
        'SchedulerType=sched/backfill',
        'SchedulerParameters=batch_sched_delay=0,sched_interval=1,bf_interval=1',
        'PreemptType=preempt/partition_prio',
        'PreemptMode=REQUEUE',
        'KillWait=3',
        'SlurmdTimeout=10',
        'MessageTimeout=3',
        'InactiveLimit=0',
        'MinJobAge=300',
        ...(books?.lines ?? ['AccountingStorageType=accounting_storage/none']),
        'GresTypes=gpu',
        ...nodeLines,
        'PartitionName=debug Nodes=ALL Default=YES MaxTime=INFINITE DefaultTime=60 State=UP PriorityTier=1 PreemptMode=REQUEUE',
        'PartitionName=high Nodes=ALL MaxTime=INFINITE DefaultTime=60 State=UP PriorityTier=10 PreemptMode=OFF',
        'PartitionName=killable Nodes=ALL MaxTime=INFINITE DefaultTime=60 State=UP PriorityTier=1 PreemptMode=CANCEL',
        ...extra,
      ].join('\n')}\n`,
    );
    writeFileSync(join(folder, 'gres.conf'), `NodeName=n[1-${nodes}] Name=gpu File=${folder}/dev/nvidia[0-1]\n`);
    try {
      if (books !== undefined) {
        await until(books.startDatabase(), 'the database');
        books.startDaemon();
        await until(() => cluster.run('sacctmgr', '-n', 'show', 'account') !== '', 'the accounting');
      }
      cluster.startController();
      await until(() => cluster.run('scontrol', 'ping').includes('is UP'), 'the controller');
      for (let node = 1; node <= nodes; node += 1) cluster.startNode(`n${node}`);
      await until(
        () => cluster.run('sinfo', '-h', '-t', 'idle', '-p', 'debug', '-o', '%D').trim() === `${nodes}`,
        'its nodes',
      );
    } catch (thrown) {
      cluster.stop();
      throw thrown;
    }
    return cluster;
  }

  /** Output of a command; empty if it fails. */
  run(command: string, ...args: readonly string[]): string {
    try {
      return execFileSync(command, args, {
        env: { ...process.env, ...this.environment },
        encoding: 'utf8',
        stdio: 'pipe',
      });
    } catch {
      return '';
    }
  }

  startController(): void {
    this.#daemon('/usr/sbin/slurmctld', []);
  }

  startNode(node: string): void {
    this.#daemon('/usr/sbin/slurmd', ['-N', node]);
  }

  /** Number of a daemon's process: `slurmctld`, `slurmd-n1` or `slurmdbd`. */
  pidOf(daemon: string): number {
    return Number(readFileSync(join(this.folder, 'run', `${daemon}.pid`), 'utf8'));
  }

  /** A whole node dies: its daemon and everything its jobs run. */
  crashNode(node: string): void {
    kill(this.pidOf(`slurmd-${node}`));
    const home = join(this.folder, 'node', node);
    for (const pid of stewards(home)) for (const member of family(pid)) kill(member);
  }

  /** Ends everything and removes the folder. */
  stop(): void {
    for (let node = 1; node <= this.#nodes; node += 1) {
      try {
        this.crashNode(`n${node}`);
      } catch {
        // It never began.
      }
    }
    for (const daemon of ['slurmctld', 'slurmdbd', 'mariadbd']) {
      try {
        kill(this.pidOf(daemon));
      } catch {
        // It never began.
      }
    }
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10 });
  }

  #daemon(program: string, args: readonly string[]): void {
    spawn(program, args, {
      env: { ...process.env, ...this.environment },
      cwd: this.folder,
      detached: true,
      stdio: 'ignore',
    }).unref();
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}

/** Processes of Slurm that look after a job on a node: their working directory is where the node's log lies. */
function stewards(home: string): number[] {
  return processes().filter((pid) => {
    try {
      return (
        readlinkSync(`/proc/${pid}/cwd`) === home &&
        readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('slurmstepd')
      );
    } catch {
      return false;
    }
  });
}

function family(pid: number): number[] {
  let children: number[] = [];
  try {
    children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    // It is gone.
  }
  return [...children.flatMap(family), pid];
}

/** Processes whose command line has this text, parents before what they have forked. */
export function processesWith(text: string): number[] {
  return processes().filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text);
    } catch {
      return false;
    }
  });
}

function processes(): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter(Number.isInteger)
    .sort((a, b) => a - b);
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, () => {
      const server = createServer();
      return new Promise<typeof server>((resolve) => {
        server.listen(0, '127.0.0.1', () => resolve(server));
      });
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

async function until(holds: () => boolean, what: string): Promise<void> {
  for (let looks = 0; looks < 600; looks += 1) {
    if (holds()) return;
    await sleep(50);
  }
  throw new Error(`Slurm did not start: ${what} did not answer within 30 s`);
}
