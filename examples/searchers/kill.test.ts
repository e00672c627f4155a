import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const FETTLE = [join(ROOT, 'packages/cli/bin/fettle.js')];
const TRIALS = 10;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fettle-searchers-'));
  // The folders keep their places to each other.
  for (const part of ['examples/searchers', 'clients/python'])
    cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  symlinkSync(join(ROOT, 'examples/digits'), join(folder, 'examples/digits'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The example's study under a name, with one trial at a time, so that the order of results is always the same. */
function study(name: string): string {
  const file = join(folder, 'examples/searchers', `${name}.yaml`);
  const text = readFileSync(join(folder, 'examples/searchers/study.yaml'), 'utf8')
    .replace('name: digits-evolution', `name: ${name}`)
    .replace('workers: 2', 'workers: 1')
    .replace('population: 12, sample: 4', 'population: 3, sample: 2')
    .replace('trials: 60, wallClock: 5m', `trials: ${TRIALS}`)
    .replace('--epochs=2', '--epochs=1');
  writeFileSync(file, text);
  return file;
}

function run(file: string): ChildProcess {
  return spawn(process.execPath, [...FETTLE, 'run', file, '--plain'], { cwd: folder, stdio: 'ignore' });
}

function fettle(...args: string[]): { readonly status: number | null; readonly stdout: string } {
  return spawnSync(process.execPath, [...FETTLE, ...args], { cwd: folder, encoding: 'utf8' });
}

/** What the study came to: every configuration and value. */
function outcome(file: string): unknown {
  const { trials } = JSON.parse(fettle('export', '--json', file).stdout) as { trials: Record<string, unknown>[] };
  return trials.map(({ id, state, configuration, value, reason }) => ({ id, state, configuration, value, reason }));
}

/** Completed trials, as somebody beside the driver sees them. */
function completed(file: string): number {
  const { status, stdout } = fettle('status', '--json', file);
  if (status !== 0) return 0;
  return (JSON.parse(stdout) as { summary: { counts: { completed: number } } }).summary.counts.completed;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(20);
}

/** Process numbers of the searchers that a driver has started. */
function searchersOf({ pid }: ChildProcess): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        const parent = /^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${name}/status`, 'utf8'))?.[1];
        return parent === String(pid) && readFileSync(`/proc/${name}/cmdline`, 'utf8').includes('evolution.py');
      } catch {
        return false;
      }
    })
    .map(Number);
}

describe('a study whose searcher is a program', () => {
  it('ends the same when driver and searcher are killed, and leaves no process behind', async () => {
    const calm = study('calm');
    expect((await once(run(calm), 'exit'))[0]).toBe(0);

    const rough = study('rough');
    let driver = run(rough);
    const searchers: number[] = [];
    for (const moment of [1, 3, 5, 7]) {
      await until(() => completed(rough) >= moment && searchersOf(driver).length > 0);
      searchers.push(...searchersOf(driver));
      if (moment % 4 === 1) {
        for (const pid of searchersOf(driver)) process.kill(pid, 'SIGKILL');
      } else {
        driver.kill('SIGKILL');
        await once(driver, 'exit');
        driver = run(rough);
      }
    }
    if (driver.exitCode === null) await once(driver, 'exit');
    expect(driver.exitCode).toBe(0);

    expect(outcome(rough)).toEqual(outcome(calm));
    expect(outcome(calm)).toHaveLength(TRIALS);
    expect(JSON.stringify(outcome(calm))).toMatch(/a mutation of trial \d/);
    expect(fettle('replay', rough).stdout).toMatch(/every one is the same/);
    await until(() => searchers.every((pid) => !existsSync(`/proc/${pid}`)));
  });
});
