import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process, told apart from every other one on any machine. */
export interface ProcessIdentity {
  readonly host: string;
  readonly pid: number;
  /** Where and when it started, in words of the operating system: its number alone may be used again. */
  readonly started: string;
}

/** What a lease needs to know of processes. */
export interface ProcessFacts {
  /** This process. */
  self(): ProcessIdentity;
  /** What became of a process; `unknown` if it is (or may be) on another machine, or cannot be seen from here. */
  fateOf(process: ProcessIdentity): 'alive' | 'dead' | 'unknown';
}

/** What {@link processFacts} asks of the operating system. */
export interface ProcessSystem {
  readonly host: string;
  readonly pid: number;
  /** The text of a file, or the target of a link; `undefined` if there is none. */
  read(path: string): string | undefined;
  /** Whether a process with this number exists here. */
  exists(pid: number): boolean;
}

/**
 * Facts about processes from `/proc`, where there is one: a process is known by its machine's boot, its PID namespace and
 * the tick in which it started. Two containers, or two machines of one name, are never taken for each other. Elsewhere a
 * process is known by its number only.
 */
export function processFacts(system: ProcessSystem = thisSystem()): ProcessFacts {
  const boot = system.read('/proc/sys/kernel/random/boot_id')?.trim();
  const namespace = system.read('/proc/self/ns/pid') ?? '';
  const scope = boot === undefined ? '' : `${boot} ${namespace}`;
  const startOf = (pid: number): string | undefined =>
    boot === undefined ? (system.exists(pid) ? '' : undefined) : startTick(system.read(`/proc/${pid}/stat`));
  const describe = (tick: string): string => (scope === '' ? 'unknown' : `${scope} ${tick}`);
  return {
    self() {
      return { host: system.host, pid: system.pid, started: describe(startOf(system.pid) ?? '') };
    },
    fateOf({ host, pid, started }) {
      const sameScope = scope === '' ? started === 'unknown' : started.startsWith(`${scope} `);
      if (host !== system.host || !sameScope) return 'unknown';
      const tick = startOf(pid);
      return tick !== undefined && describe(tick) === started ? 'alive' : 'dead';
    },
  };
}

/**
 * The tick in which a process started, from the text of its `/proc/<pid>/stat` (proc(5), field 22); `undefined` for one
 * that has ended, even if nobody has collected it yet. The name in field 2 may hold spaces and brackets.
 */
function startTick(stat: string | undefined): string | undefined {
  if (stat === undefined) return undefined;
  const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return state === 'Z' || state === 'X' ? undefined : rest[18];
}

/** The operating system that this process runs on. */
export function thisSystem(): ProcessSystem {
  return {
    host: hostname(),
    pid: process.pid,
    read(path) {
      try {
        return path.startsWith('/proc/self/ns/') ? readlinkSync(path) : readFileSync(path, 'utf8');
      } catch {
        return undefined;
      }
    },
    exists(pid) {
      try {
        process.kill(pid, 0);
        return true;
      } catch (thrown) {
        // EPERM: it exists and belongs to somebody else.
        return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM';
      }
    },
  };
}
