import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryMedium, memoryStore } from '../src/store/memory-store.ts';
import { readSqliteStore, sqliteStore } from '../src/store/sqlite-store.ts';
import { describeTrialStore } from '../src/testing/describe-trial-store.ts';

describeTrialStore('memoryStore()', () => ({ open: () => memoryStore() }), { persistent: false });

describeTrialStore('memoryStore({ medium })', () => {
  const medium = memoryMedium();
  return { open: (options) => memoryStore({ medium, ...options }) };
});

describeTrialStore('sqliteStore()', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fettle-store-'));
  const path = join(folder, 'study.db');
  return {
    open: (options) => sqliteStore(path, options),
    read: () => readSqliteStore(path),
    remove: () => rmSync(folder, { recursive: true }),
  };
});

describeTrialStore('sqliteStore() on a network file system', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fettle-store-'));
  const path = join(folder, 'study.db');
  const mountInfo = '27 1 0:50 / / rw,relatime - nfs4 server:/export rw';
  return {
    open: (options) => sqliteStore(path, { mountInfo, ...options }),
    read: () => readSqliteStore(path),
    remove: () => rmSync(folder, { recursive: true }),
  };
});
