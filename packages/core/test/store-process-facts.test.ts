import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { processFacts, thisSystem, type ProcessSystem } from '../src/store/process-facts.ts';

const BOOT = '/proc/sys/kernel/random/boot_id';
const NAMESPACE = '/proc/self/ns/pid';

/** A machine with these files. */
function machine(files: { readonly [path: string]: string }, changes: Partial<ProcessSystem> = {}): ProcessSystem {
  return { host: 'node-a', pid: 11, read: (path) => files[path], exists: () => false, ...changes };
}

/** `/proc/<pid>/stat` of a process that started at a tick. */
function stat(name: string, state: string, tick: number): string {
  return `11 (${name}) ${state} 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 ${tick} 20 21`;
}

const files = { [BOOT]: 'boot-1\n', [NAMESPACE]: 'pid:[1]', '/proc/11/stat': stat('node', 'S', 500) };
const self = processFacts(machine(files)).self();

describe('processFacts', () => {
  it('knows a process by its boot, its namespace and the tick in which it started', () => {
    expect(self).toEqual({ host: 'node-a', pid: 11, started: 'boot-1 pid:[1] 500' });
  });

  it.each([
    ['it still runs', files, 'alive'],
    ['its name holds brackets and spaces', { ...files, '/proc/11/stat': stat('a) R (b', 'R', 500) }, 'alive'],
    ['it is gone', { ...files, '/proc/11/stat': undefined }, 'dead'],
    ['its number was used again', { ...files, '/proc/11/stat': stat('node', 'S', 501) }, 'dead'],
    ['it has ended and was not collected', { ...files, '/proc/11/stat': stat('node', 'Z', 500) }, 'dead'],
    ['the machine was started again', { ...files, [BOOT]: 'boot-2\n' }, 'unknown'],
    ['it is in another container', { ...files, [NAMESPACE]: 'pid:[2]' }, 'unknown'],
  ])('%s: %s', (_, later, fate) => {
    const known = Object.fromEntries(Object.entries(later).filter(([, text]) => text !== undefined)) as typeof files;
    expect(processFacts(machine(known)).fateOf(self)).toBe(fate);
  });

  it('knows nothing of other hosts', () => {
    expect(processFacts(machine(files)).fateOf({ ...self, host: 'node-b' })).toBe('unknown');
  });

  it('looks at the number alone where there is no /proc', () => {
    const here = processFacts(machine({}, { exists: (pid) => pid === 11 }));
    const own = here.self();
    expect(own).toEqual({ host: 'node-a', pid: 11, started: 'unknown' });
    expect(here.fateOf(own)).toBe('alive');
    expect(here.fateOf({ ...own, pid: 12 })).toBe('dead');
    expect(here.fateOf(self)).toBe('unknown');
  });

  it('tells a real process that lives from one that is dead', async () => {
    const facts = processFacts();
    expect(facts.fateOf(facts.self())).toBe('alive');
    const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] });
    await once(child, 'spawn');
    const seen = processFacts({ ...thisSystem(), pid: child.pid ?? 0 }).self();
    expect(facts.fateOf(seen)).toBe('alive');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(facts.fateOf(seen)).toBe('dead');
  });
});
