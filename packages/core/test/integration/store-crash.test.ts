import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRandomStream } from '../../src/domain/rng.ts';
import { toRecord } from '../../src/engine/live-trial.ts';
import { StudyState } from '../../src/engine/study-state.ts';
import { readSqliteStore, sqliteStore } from '../../src/store/sqlite-store.ts';

const FIXTURES = join(import.meta.dirname, '../fixtures/db');

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fettle-crash-'));
  path = join(folder, 'study.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function node(script: string, ...args: readonly string[]): string[] {
  return ['-C', '@fettle/source', join(FIXTURES, script), path, ...args];
}

/** Lets a writer work until it has said so much, kills it, and gives the last number that it printed. */
async function killAfter(lines: number, seed: number, meanwhile: () => void): Promise<number> {
  const child = spawn(process.execPath, node('crash-writer.ts', String(seed)), { stdio: ['ignore', 'pipe', 'pipe'] });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  const closed = once(child, 'close');
  let said = 0;
  let last = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    said += 1;
    last = Number(line);
    if (said % 7 === 1) meanwhile();
    if (said === lines) child.kill('SIGKILL');
  }
  const [, signal] = (await closed) as [number | null, string | null];
  expect({ signal, complaint }).toEqual({ signal: 'SIGKILL', complaint: '' });
  return last;
}

/** Checks that the journal has no hole and that trials and summary are what its events say. */
function checkProjections(): number {
  const reader = readSqliteStore(path);
  const state = new StudyState();
  for (const event of reader.journal()) state.apply(event);
  expect(reader.summary()).toEqual(state.summary());
  expect(reader.trials()).toEqual([...state.live.values()].map(toRecord));
  for (const { id, reports } of reader.trials({ limit: 10, descending: true })) {
    expect(reader.reports(id)).toHaveLength(reports);
  }
  reader.close();
  return state.seq;
}

describe('a store whose writer is killed', () => {
  it('has lost nothing that was committed, thirty times over', async () => {
    const random = createRandomStream(7, 'kills');
    let reader: ReturnType<typeof readSqliteStore> | undefined;
    let seen = 0;
    const read = (): void => {
      if (!existsSync(path)) return;
      reader ??= readSqliteStore(path);
      for (const event of reader.journal(seen)) seen = event.seq;
      const summary = reader.summary();
      expect(summary?.sessions).toBeGreaterThan(0);
      reader.trials({ order: 'value', limit: 5 });
    };
    let kept = 0;
    for (let round = 0; round < 30; round += 1) {
      const printed = await killAfter(1 + random.integer(120), round, read);
      const before = kept;
      kept = checkProjections();
      expect(printed).toBeGreaterThan(before);
      expect(kept).toBeGreaterThanOrEqual(printed);
      expect(kept).toBeGreaterThanOrEqual(seen);
    }
    reader?.close();
    const store = sqliteStore(path);
    expect(store.lastSeq()).toBe(kept);
    store.close();
  });
});

describe('a store that several processes open at once', () => {
  it('lets exactly one of them write, even if it is new', async () => {
    for (let round = 0; round < 3; round += 1) {
      const children = Array.from({ length: 6 }, () =>
        spawn(process.execPath, node('open-once.ts'), { stdio: ['pipe', 'pipe', 'inherit'] }),
      );
      const answers = await Promise.all(
        children.map(async (child) => String((await once(child.stdout, 'data'))[0]).trim()),
      );
      expect(answers.sort()).toEqual(['opened', ...Array.from({ length: 5 }, () => 'store-locked')]);
      const ends = children.map((child) => once(child, 'close'));
      for (const child of children) child.stdin.end();
      await Promise.all(ends);
      rmSync(path);
    }
  });
});

describe('a store that has no room to grow', () => {
  it('refuses the commit, keeps everything before it, and can be opened again', () => {
    // A limit on the size of files, in blocks of 512 or 1024 bytes: the operating system refuses to write on.
    const command = 'ulimit -f 2000; exec "$@"';
    const output = execFileSync('sh', ['-c', command, 'sh', process.execPath, ...node('fill-disk.ts')], {
      encoding: 'utf8',
    });
    const said = JSON.parse(output) as {
      committed: number;
      journal: number;
      reports: number;
      code: string;
      remedy: string;
    };
    expect(said.code).toBe('store-unwritable');
    expect(said.remedy).not.toBe('');
    expect(said.committed).toBeGreaterThan(500);
    expect(said.journal).toBe(said.committed);
    expect(said.reports).toBe(said.committed);
    const store = sqliteStore(path);
    expect(store.lastSeq()).toBe(said.committed);
    expect([...store.journal()]).toHaveLength(said.committed);
    store.close();
  });
});
