import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeFileReader } from '../src/metrics/node-file-reader.ts';

describe('nodeFileReader', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'fettle-metrics-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('gives nothing for a file that does not exist yet, and pieces of it once it does', async () => {
    const reader = nodeFileReader();
    const path = join(folder, 'metrics.jsonl');
    expect(await reader.read(path, 0, 10)).toBeUndefined();
    expect(await reader.read(join(folder, 'later', 'metrics.jsonl'), 0, 10)).toBeUndefined();
    writeFileSync(path, 'abcdef');
    expect(await reader.read(path, 0, 4)).toEqual({ size: 6, bytes: new Uint8Array(Buffer.from('abcd')) });
    expect(await reader.read(path, 4, 4)).toEqual({ size: 6, bytes: new Uint8Array(Buffer.from('ef')) });
    expect(await reader.read(path, 6, 4)).toEqual({ size: 6, bytes: new Uint8Array() });
    appendFileSync(path, 'gh');
    expect(await reader.read(path, 6, 4)).toEqual({ size: 8, bytes: new Uint8Array(Buffer.from('gh')) });
    writeFileSync(path, 'a');
    expect(await reader.read(path, 8, 4)).toEqual({ size: 1, bytes: new Uint8Array() });
  });

  it('rejects for what exists and cannot be read', async () => {
    const reader = nodeFileReader();
    writeFileSync(join(folder, 'file'), '');
    await expect(reader.read(join(folder, 'file', 'metrics.jsonl'), 0, 10)).rejects.toThrow('ENOTDIR');
  });
});
