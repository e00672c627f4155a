import { execFileSync } from 'node:child_process';
import { cpSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const FETTLE = join(import.meta.dirname, '../packages/cli/bin/fettle.js');
const PARTS = ['examples/python', 'examples/frameworks', 'clients/python'];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fettle-studies-'));
  for (const part of PARTS) {
    const filter = (path: string): boolean => !path.includes('.fettle');
    cpSync(join(import.meta.dirname, '..', part), join(folder, part), { recursive: true, filter });
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

const fettle = (...args: readonly string[]): string =>
  execFileSync(process.execPath, [FETTLE, ...args], { cwd: join(folder, 'examples'), encoding: 'utf8', stdio: 'pipe' });

describe('the studies of Python programs', () => {
  it('run to the end where the standard library is enough', () => {
    fettle('run', 'python/study.yaml', '--plain', '--trials', '6');
    const { summary } = JSON.parse(fettle('status', 'python/study.yaml', '--json')) as {
      summary: { status: string; counts: { completed: number } };
    };
    expect(summary.status).toBe('finished');
    expect(summary.counts.completed).toBe(6);
  });

  it.each(globSync('{python,frameworks}/study*.yaml', { cwd: import.meta.dirname }))('%s can be planned', (file) => {
    expect(() => fettle('plan', file)).not.toThrow();
  });

  it.each(globSync('{python,frameworks}/*.py', { cwd: import.meta.dirname }))('%s is Python', (file) => {
    execFileSync('python3', ['-m', 'py_compile', join(folder, 'examples', file)], { stdio: 'pipe' });
  });
});
