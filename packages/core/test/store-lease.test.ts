import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FettleError } from '../src/errors.ts';
import type { Clock } from '../src/ports/clock.ts';
import type { TrialStore } from '../src/ports/trial-store.ts';
import { LEASE_TIMEOUT } from '../src/store/lease.ts';
import type { ProcessFacts } from '../src/store/process-facts.ts';
import { readSqliteStore, sqliteStore, type SqliteStoreOptions } from '../src/store/sqlite-store.ts';
import { SOME_TIME } from '../src/testing/trial-store-sample.ts';

let folder: string;
let path: string;
let opened: TrialStore[];
let time: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fettle-lease-'));
  path = join(folder, 'study.db');
  opened = [];
  time = SOME_TIME;
});
afterEach(() => {
  for (const store of opened) store.close();
  rmSync(folder, { recursive: true });
});

const clock: Clock = { now: () => time, after: () => () => undefined };

/** A process that sees every other one in the same way. */
function processOn(host: string, pid: number, fate: ReturnType<ProcessFacts['fateOf']>): ProcessFacts {
  return { self: () => ({ host, pid, started: `tick ${pid}` }), fateOf: () => fate };
}

function open(processes: ProcessFacts, options: SqliteStoreOptions = {}): TrialStore {
  const store = sqliteStore(path, { clock, processes, ...options });
  opened.push(store);
  return store;
}

function refusal(work: () => unknown): FettleError {
  try {
    work();
  } catch (thrown) {
    if (thrown instanceof FettleError) return thrown;
    throw thrown;
  }
  throw new Error('It was not refused.');
}

describe('the lease of a store', () => {
  /** What the newcomer sees of a holder that was last heard of so many milliseconds ago, and what it may do. */
  const cases: [fate: 'alive' | 'dead' | 'unknown', silent: number, takeOver: boolean, outcome: 'taken' | 'locked'][] =
    [
      ['alive', 0, false, 'locked'],
      ['alive', 10 * LEASE_TIMEOUT, false, 'locked'],
      ['alive', 0, true, 'taken'],
      ['dead', 0, false, 'taken'],
      ['dead', 10 * LEASE_TIMEOUT, false, 'taken'],
      ['dead', 0, true, 'taken'],
      ['unknown', 0, false, 'locked'],
      ['unknown', LEASE_TIMEOUT - 1, false, 'locked'],
      ['unknown', LEASE_TIMEOUT, false, 'taken'],
      ['unknown', -LEASE_TIMEOUT, false, 'locked'],
      ['unknown', 0, true, 'taken'],
    ];
  it.each(cases)('a holder that is %s and silent for %d ms, takeOver %s: %s', (fate, silent, takeOver, outcome) => {
    const holder = open(processOn('node-a', 11, 'alive'));
    time += silent;
    const newcomer = (): TrialStore => open(processOn('node-b', 22, fate), { takeOver });
    if (outcome === 'taken') {
      newcomer();
      expect(refusal(() => holder.renewLease()).code).toBe('store-fenced');
    } else {
      expect(refusal(newcomer).code).toBe('store-locked');
      holder.renewLease();
    }
  });

  it('is kept alive by heartbeats', () => {
    const holder = open(processOn('node-a', 11, 'alive'));
    for (let beat = 0; beat < 5; beat += 1) {
      time += LEASE_TIMEOUT - 1;
      expect(refusal(() => open(processOn('node-b', 22, 'unknown'))).code).toBe('store-locked');
      holder.renewLease();
    }
  });

  it('is free again after the store was closed', () => {
    open(processOn('node-a', 11, 'alive')).close();
    const reader = readSqliteStore(path);
    expect(reader.leaseHolder()).toBeUndefined();
    open(processOn('node-b', 22, 'alive'));
    expect(reader.leaseHolder()).toEqual({ host: 'node-b', pid: 22, started: 'tick 22', since: time, heartbeat: time });
    reader.close();
  });

  it('is refused with the host, the process, since when, and what to do', () => {
    open(processOn('node-a', 11, 'alive'));
    const alive = refusal(() => open(processOn('node-a', 22, 'alive')));
    expect(alive.message).toContain('process 11 on node-a, since 2025-06-15T15:06:40.000Z');
    expect(alive.remedy).toContain('kill 11');
    expect(alive.place).toBe(path);
    time += 12_000;
    const elsewhere = refusal(() => open(processOn('node-b', 22, 'unknown')));
    expect(elsewhere.message).toMatch(/process 11 on node-a.*cannot be seen from node-b.*12 s ago/);
    expect(elsewhere.remedy).toMatch(/Stop it on node-a.*60 s.*takeOver/);
    const own = refusal(() => open(processOn('node-a', 11, 'alive')));
    expect(own.message).toContain('already open for writing in this process');
  });

  it('tells a fenced writer who took over', () => {
    const holder = open(processOn('node-a', 11, 'alive'));
    open(processOn('node-b', 22, 'dead'));
    expect(refusal(() => holder.renewLease()).message).toContain('Process 22 on node-b has taken the study over');
  });

  it('is not migrated away from a living holder', () => {
    const holder = open(processOn('node-a', 11, 'alive'));
    refusal(() => open(processOn('node-b', 22, 'alive')));
    holder.close();
    expect(open(processOn('node-b', 22, 'alive')).lastSeq()).toBe(0);
  });
});
