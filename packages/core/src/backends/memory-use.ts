import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Family, livingMembers } from './process-family.ts';
import { type ProcessTable, proportionalMemory, residentMemory } from './process-table.ts';

/**
 * Memory that the processes of an attempt have in RAM together, in bytes. Pages that they share are divided among them,
 * but only if the sum that counts them each time is above the limit: the exact answer is dear.
 */
export function memoryUse(family: Family, limit: number, table: ProcessTable): number {
  const pids = livingMembers(family, table).map(({ pid }) => pid);
  const atMost = pids.reduce((sum, pid) => sum + residentMemory(pid), 0);
  if (atMost <= limit) return atMost;
  return pids.reduce((sum, pid) => sum + (proportionalMemory(pid) ?? residentMemory(pid)), 0);
}

/**
 * How often the kernel has killed a process for want of memory, counted as close to this process as the system does: in
 * its control group (version 2, then 1), else on the whole machine. `undefined` where nothing counts.
 */
export function countKernelKills(): number | undefined {
  for (const path of counters()) {
    const count = /^oom_kill (\d+)$/m.exec(read(path) ?? '')?.[1];
    if (count !== undefined) return Number(count);
  }
  return undefined;
}

function counters(): string[] {
  const groups = (read('/proc/self/cgroup') ?? '').split('\n').map((line) => line.split(':'));
  const own = groups.find(([number, controllers]) => number === '0' && controllers === '')?.[2];
  const memory = groups.find(([, controllers]) => controllers?.split(',').includes('memory') === true)?.[2];
  // In a container the group's own path may not be visible; then what is mounted at the root is the container's.
  return [
    ...(own === undefined ? [] : [join('/sys/fs/cgroup', own, 'memory.events')]),
    '/sys/fs/cgroup/memory.events',
    ...(memory === undefined ? [] : [join('/sys/fs/cgroup/memory', memory, 'memory.oom_control')]),
    '/sys/fs/cgroup/memory/memory.oom_control',
    '/proc/vmstat',
  ];
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
