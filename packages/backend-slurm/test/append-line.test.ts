import type * as fileSystem from 'node:fs';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { appendLine } from '../src/slots/append-line.ts';

const full = vi.hoisted(() => ({ disk: false }));
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof fileSystem>();
  const fsyncSync: typeof fs.fsyncSync = (file) => {
    if (full.disk) throw Object.assign(new Error('ENOSPC: no space left on device, fsync'), { code: 'ENOSPC' });
    fs.fsyncSync(file);
  };
  return { ...fs, fsyncSync };
});

it('leaves nothing of a line for which there is no room, also where the disk says so only when it is flushed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fettle-line-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'lines');
  appendLine(path, 'one');
  full.disk = true;
  expect(() => appendLine(path, 'two')).toThrow('ENOSPC');
  full.disk = false;
  appendLine(path, 'three');
  expect(readFileSync(path, 'utf8')).toBe('one\nthree\n');
});
