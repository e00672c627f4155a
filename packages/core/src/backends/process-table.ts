import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** One process of this machine. */
export interface ProcessEntry {
  readonly pid: number;
  readonly group: number;
  /** 0 where the system does not say. */
  readonly session: number;
  /** Whether it has ended and only waits to be noticed. */
  readonly zombie: boolean;
  /** When it started, in the system's own words; with the number, it identifies the process. */
  readonly start: string;
}

/** Where this driver runs. */
export interface Machine {
  readonly host: string;
  /** Which run of the kernel; `-` where the system does not say. */
  readonly boot: string;
}

const hasProc = process.platform === 'linux';
/** Fields of /proc/<pid>/stat behind the name, counted from 0 (proc(5) counts from 1 and has two before). */
const STATE = 0;
const GROUP = 2;
const SESSION = 3;
const START = 19;

/** This machine and this run of it. */
export function thisMachine(): Machine {
  const boot = hasProc ? readText('/proc/sys/kernel/random/boot_id')?.trim() : undefined;
  return { host: hostname().replaceAll(/\s/g, '_'), boot: boot ?? '-' };
}

/** The process with this number, if there is one. */
export function findProcess(pid: number): ProcessEntry | undefined {
  if (hasProc) return parseStat(pid, readText(`/proc/${pid}/stat`));
  return listWithPs(['-p', String(pid)])[0];
}

/** Whether the process that was identified by number and start still runs. */
export function isAlive({ pid, start }: { readonly pid: number; readonly start: string }): boolean {
  const entry = findProcess(pid);
  return entry !== undefined && !entry.zombie && entry.start === start;
}

/** All processes that can be seen. */
function listProcesses(): ProcessEntry[] {
  if (!hasProc) return listWithPs(['-A']);
  const entries: ProcessEntry[] = [];
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const entry = parseStat(pid, readText(`/proc/${pid}/stat`));
    if (entry !== undefined) entries.push(entry);
  }
  return entries;
}

/**
 * The environment a process was started with, as `NAME=value`; `undefined` if the system does not show it (only Linux
 * does, and only of one's own processes) or the process has overwritten it.
 */
function environmentOf(pid: number): readonly string[] | undefined {
  const text = hasProc ? readText(`/proc/${pid}/environ`) : undefined;
  return text === undefined || text === '' ? undefined : text.split('\0');
}

/** The processes of this machine at one instant. An environment is read when somebody asks for it, and once. */
export class ProcessTable {
  /** Those that have not ended. */
  readonly living: readonly ProcessEntry[] = listProcesses().filter(({ zombie }) => !zombie);
  readonly #environments = new Map<number, readonly string[] | undefined>();

  /** See {@link environmentOf}. */
  environmentOf(pid: number): readonly string[] | undefined {
    if (!this.#environments.has(pid)) this.#environments.set(pid, environmentOf(pid));
    return this.#environments.get(pid);
  }
}

/** Whether this system shows how much memory a process uses. */
export const showsMemory = hasProc;

/** Memory a process has in RAM, in bytes, shared pages included: cheap to ask. 0 if it is gone. */
export function residentMemory(pid: number): number {
  return kilobytes(readText(`/proc/${pid}/status`)?.match(/^VmRSS:\s+(\d+) kB$/m)) ?? 0;
}

/** The same with shared pages divided among those who share them: exact for several processes together, but dear to ask. */
export function proportionalMemory(pid: number): number | undefined {
  return kilobytes(readText(`/proc/${pid}/smaps_rollup`)?.match(/^Pss:\s+(\d+) kB$/m));
}

function kilobytes(match: RegExpMatchArray | null | undefined): number | undefined {
  return match?.[1] === undefined ? undefined : Number(match[1]) * 1024;
}

/** Sends a signal to a process, or to a group if negative. @returns whether anybody was there to get it */
export function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}

function parseStat(pid: number, stat: string | undefined): ProcessEntry | undefined {
  if (stat === undefined) return undefined;
  // The name may hold anything, brackets and spaces too: what follows its last bracket is plain.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const start = fields[START];
  if (start === undefined) return undefined;
  const state = fields[STATE] ?? '';
  return {
    pid,
    group: Number(fields[GROUP]),
    session: Number(fields[SESSION]),
    zombie: state === 'Z' || state === 'X',
    start,
  };
}

function listWithPs(which: readonly string[]): ProcessEntry[] {
  const environment = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };
  const columns = ['-o', 'pid=,pgid=,stat=,lstart='];
  const { stdout } = spawnSync('/bin/ps', [...columns, ...which], { encoding: 'utf8', env: environment });
  return (stdout ?? '').split('\n').flatMap((line) => {
    const [pid, group, state, ...start] = line.trim().split(/\s+/);
    if (pid === undefined || state === undefined || start.length === 0) return [];
    return [
      {
        pid: Number(pid),
        group: Number(group),
        session: 0,
        zombie: state.startsWith('Z'),
        start: start.join(' '),
      },
    ];
  });
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
